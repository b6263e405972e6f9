"""Hears that somebody wants no offers, said by SMS: kept once per message, also of people who never complained (OF-7)."""

from typing import TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Channel

from .change_consent import speak
from .contact_forms import SmsContact
from .phone_numbers import NumberKind, read_origin
from .policy import IntakePolicy
from .read_refusal import read_refusal

Sms = TypeVar("Sms", bound=SmsContact)

_WHO = Statement(
    """
    INSERT INTO customer_key (key, customer_id) VALUES (:key, :newcomer)
    ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING customer_id
    """
)
_NOTE = Statement(
    """
    INSERT INTO refusal (provider, message_key, customer_id, word, policy_version, refused_at)
    VALUES (:provider, :message, :customer, :word, :policy_version, now())
    ON CONFLICT DO NOTHING RETURNING customer_id
    """
)
_ENTER = Statement(
    """
    INSERT INTO customer (customer_id, external_id, phone, created_at, updated_at)
    VALUES (:customer, :external_id, :phone, now(), now()) ON CONFLICT (customer_id) DO NOTHING
    """
)
_WHOSE_KEY = Statement(
    """
    WITH RECURSIVE held (customer_id, depth) AS (
        SELECT CAST(:holder AS uuid), 0
        UNION ALL
        SELECT from_id, depth + 1 FROM customer_merge JOIN held ON into_id = held.customer_id
        WHERE undone_at IS NULL AND :key = ANY (keys)
    )
    SELECT customer_id FROM held ORDER BY depth DESC LIMIT 1
    """
)
"""Who had this key before merges that stand: the one who speaks, if the merge should be undone."""


class Refusals:
    """What customers say about offers in their messages, whichever door these come through."""

    def __init__(self, work: UnitOfWork, policy: IntakePolicy) -> None:
        self._work = work
        self._policy = policy

    async def hear(self, form: Sms) -> Sms | UUID:
        """The customer, whose refusal is kept, if the message says nothing else; else the message as it counts.

        From a number that is nobody's it is a message like any other.
        """
        refusal = read_refusal(form.text, self._policy.refusal)
        if refusal is None:
            return form
        who = self._who(form)
        if refusal.alone and who:
            return await self._keep(form, refusal.word, *who)
        customer = form.customer.model_copy(update={"marketing_consent": False})
        return form.model_copy(update={"customer": customer})

    def _who(self, form: SmsContact) -> tuple[str | None, str | None] | None:
        """The customer's id in other systems, or else the number."""
        if form.customer.external_id:
            return form.customer.external_id, None
        number = read_origin(form.sender, self._policy.phone.region, self._policy.phone.withheld)
        personal = number.kind in {NumberKind.MOBILE, NumberKind.FIXED}
        return (None, number.e164) if personal else None

    async def _keep(self, form: SmsContact, word: str, external_id: str | None, phone: str | None) -> UUID:
        newcomer = uuid7()
        key = f"external:{external_id}" if external_id else f"phone:{phone}"
        async with self._work.begin() as tx:
            [(customer,)] = await tx.fetch(_WHO, {"key": key, "newcomer": newcomer})
            said = {"provider": form.provider, "message": form.key, "customer": customer, "word": word}
            known = {"customer": customer, "external_id": external_id, "phone": phone}
            first_time = await tx.fetch(_NOTE, said | {"policy_version": self._policy.version})
            if first_time:
                await tx.fetch(_ENTER, known)
                [(speaker,)] = await tx.fetch(_WHOSE_KEY, {"holder": customer, "key": key})
                await speak(tx, speaker, False, Channel.SMS)
        return UUID(str(customer))
