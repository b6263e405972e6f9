"""Takes what an SMS provider posted: every message becomes a contact, a part of one, or a refusal of offers.

What cannot be read is parked. Returning means that everything is stored; an error, that the provider is to send it
all again: what was stored already is known by its key.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationError

from shared.bus.group_commit import GroupCommit
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.errors import UnprocessableError
from shared.runtime.strict_json import Storable

from . import metrics
from .contact_forms import SmsContact
from .contact_store import Accepted
from .gather_parts import Gatherer
from .keep_refusal import Refusals
from .late_words import LateWords
from .parked_payloads import ParkedPayloads
from .policy import IntakePolicy
from .provider_accounts import ProviderAccount
from .provider_payload import Message, PayloadError, Posted, SmsProvider, Unreadable
from .read_contact import Contact, ContactReader

LONGEST_PART = 160
LONGEST_JOINED = 255 * LONGEST_PART


class ProviderSms(SmsContact):
    """A text message from a provider; a long one may be longer than one that our own form takes."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_JOINED), Storable]


class MessageTaker:
    """Takes messages for all accounts."""

    def __init__(
        self,
        work: UnitOfWork,
        policy: IntakePolicy,
        reader: ContactReader,
        accepting: GroupCommit[Contact, Accepted],
        *,
        parked: ParkedPayloads,
        refusals: Refusals,
    ) -> None:
        self._policy = policy
        self._reader = reader
        self._accepting = accepting
        self._parked = parked
        self._refusals = refusals
        self.gatherer = Gatherer(work, self._become, LateWords(policy, reader), policy.parts.wait)

    async def take(self, provider: SmsProvider, account: ProviderAccount, posted: Posted) -> None:
        """Store all of it. Raises what keeps the database from storing it."""
        try:
            found = provider.read(posted, account)
        except PayloadError as error:
            found = [Unreadable(str(error), posted)]
        outcomes = await asyncio.gather(
            *(self._take_one(account, one, posted) for one in found), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def read_again(self, provider: SmsProvider, account: ProviderAccount, posted: Posted) -> None:
        """Store what was parked. Raises PayloadError if it still cannot be read."""
        found: Sequence[Message | Unreadable] = provider.read(posted, account)
        for one in found:
            if isinstance(one, Unreadable):
                raise PayloadError(one.reason)
            await self._store(account, one)

    async def _take_one(self, account: ProviderAccount, one: Message | Unreadable, posted: Posted) -> None:
        if isinstance(one, Message):
            try:
                await self._store(account, one)
            except PayloadError as error:
                one = Unreadable(str(error), posted)
            else:
                return
        if await self._parked.park(account, one.posted, one.reason):
            metrics.FROM_PROVIDERS.labels(account.kind, "parked").inc()

    async def _store(self, account: ProviderAccount, message: Message) -> None:
        if len(message.key) > 200:
            message = message._replace(key=hashlib.sha256(message.key.encode()).hexdigest())
        _form(account.name, message)  # so that no part is kept of what cannot be taken
        if message.part is not None and len(message.text) > LONGEST_PART:
            raise PayloadError("text")
        if message.part is not None:
            await self.gatherer.take(account.name, message, message.part)
        else:
            await self._become(account.name, message)
        metrics.FROM_PROVIDERS.labels(account.kind, "taken").inc()

    async def _become(self, provider: str, message: Message) -> None:
        if message.occurred_at and message.occurred_at < self._policy.door.earliest:
            message = message._replace(occurred_at=None)  # the message counts, not its clock
        heard = await self._refusals.hear(_form(provider, message))
        if isinstance(heard, UUID):
            return
        try:
            await self._accepting.submit(self._reader.read(heard))
        except UnprocessableError as error:
            raise PayloadError(error.field or "message") from error


def _form(provider: str, message: Message) -> ProviderSms:
    facts = {
        "provider": provider,
        "message_id": message.key,
        "from": message.sender,
        "to": message.to,
        "text": message.text,
        "occurred_at": message.occurred_at,
    }
    try:
        return ProviderSms.model_validate(facts)
    except ValidationError as error:
        raise PayloadError(str(error.errors()[0]["loc"][0])) from error
