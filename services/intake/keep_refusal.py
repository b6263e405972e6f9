"""Keeps that somebody wants no offers, said by SMS: once per message, also of people who never complained (OF-7)."""

from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.intake import ConsentChanged
from shared.events.vocabulary import Channel

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
_WITHDRAW = Statement(
    """
    INSERT INTO customer (customer_id, phone, marketing_consent, created_at, updated_at)
    VALUES (:customer, :phone, false, now(), now())
    ON CONFLICT (customer_id) DO UPDATE SET marketing_consent = false, updated_at = now()
    WHERE customer.marketing_consent IS DISTINCT FROM false
    RETURNING customer_id
    """
)


async def keep_refusal(
    work: UnitOfWork, phone: str, *, provider: str, message: str, word: str, policy_version: str
) -> UUID:
    """Store and tell that the person with this number wants no offers; returns the customer."""
    newcomer = uuid7()
    async with work.begin() as tx:
        [(customer,)] = await tx.fetch(_WHO, {"key": f"phone:{phone}", "newcomer": newcomer})
        await tx.lock([str(customer)])
        said = {"provider": provider, "message": message, "customer": customer, "word": word}
        first_time = await tx.fetch(_NOTE, said | {"policy_version": policy_version})
        if first_time and await tx.fetch(_WITHDRAW, {"customer": customer, "phone": phone}):
            tx.publish(
                ConsentChanged(customer_id=customer, marketing=False, source=Channel.SMS, changed_at=tx.now)
            )
    return UUID(str(customer))
