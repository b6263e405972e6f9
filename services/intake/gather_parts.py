"""Gathers the parts of long messages in the database, and releases each as one contact: whole, or after a time.

Everything about one (account, numbers, reference, total) happens behind one lock. The contact's key is made from the
gathering, so a crash between contact and release is mended by whoever comes next: the provider, or the timer.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.vocabulary import Channel
from shared.runtime.timers import Timer, arm, disarm

from .join_parts import Gathering, PartOf, choose_gathering, is_complete, joined
from .late_words import LateWords
from .provider_payload import Message

TIMER = "parts_missing"
Release = Callable[[str, Message], Awaitable[None]]
"""Takes account and message, and stores what it becomes."""

_FIND = Statement(
    """
    SELECT gathering_id, released_at,
           coalesce(jsonb_object_agg(number, message_part.text) FILTER (WHERE number IS NOT NULL), '{}') AS parts,
           min(occurred_at) AS occurred_at, bool_or(part_key = :key) AS known
    FROM gathering LEFT JOIN message_part USING (gathering_id)
    WHERE subject = :subject AND (NOT complete OR gathering_id = (
        SELECT gathering_id FROM message_part WHERE provider = :provider AND part_key = :key))
    GROUP BY gathering_id ORDER BY begun_at, gathering_id
    """
)
_KEEP_PART = Statement(
    """
    WITH begun AS (
        INSERT INTO gathering (gathering_id, subject, provider, sender, sent_to, total, begun_at)
        VALUES (:gathering, :subject, :provider, :sender, :to, :total, now())
        ON CONFLICT (gathering_id) DO NOTHING
    )
    INSERT INTO message_part (provider, part_key, gathering_id, number, text, occurred_at)
    VALUES (:provider, :key, :gathering, :number, :text, :occurred_at)
    """
)
_RELEASED = Statement(
    "UPDATE gathering SET released_at = coalesce(released_at, now()), complete = :complete WHERE gathering_id = :gathering"
)
_DUE = Statement(
    """
    SELECT gathering_id, provider, sender, sent_to, total, min(occurred_at) AS occurred_at,
           jsonb_object_agg(number, message_part.text) AS parts
    FROM gathering JOIN message_part USING (gathering_id, provider)
    WHERE gathering_id = ANY (CAST(:ids AS uuid[])) AND released_at IS NULL
    GROUP BY gathering_id ORDER BY gathering_id
    """
)


class Gatherer:
    """Puts parts together. `wait`: seconds after which a message is released with gaps."""

    def __init__(self, work: UnitOfWork, release: Release, late_words: LateWords, wait: float) -> None:
        self._work = work
        self._release = release
        self._late_words = late_words
        self._wait = timedelta(seconds=wait)

    async def take(self, provider: str, message: Message, part: PartOf) -> None:
        """Keep a part; with the last one the message becomes a contact. The same part again changes nothing."""
        subject = _subject(provider, message, part)
        async with self._work.begin(subject) as tx:
            gathering, whole = await self._keep(tx, subject, provider, message, part)
        if whole is not None:
            await self._release(provider, whole)
            async with self._work.begin(subject) as tx:
                await self._fill_in(tx, provider, whole.key, whole.text)  # released with gaps before a crash
                await tx.fetch(_RELEASED, {"gathering": gathering, "complete": True})
                await disarm(tx, [gathering])

    async def _keep(
        self, tx: Transaction, subject: str, provider: str, message: Message, part: PartOf
    ) -> tuple[UUID, Message | None]:
        """The gathering of the part, and the whole message if it is to be released now."""
        values = message._asdict() | part._asdict() | {"subject": subject, "provider": provider}
        found = await tx.fetch(_FIND, values)
        here = next((one for one in found if one["known"]), None)
        if here is None:
            open_ones = [Gathering(str(one["gathering_id"]), _numbered(one["parts"])) for one in found]
            chosen = choose_gathering(part.number, open_ones)
            here = next((one for one in found if str(one["gathering_id"]) == chosen), None)
            gathering = here["gathering_id"] if here else uuid7()
            await tx.fetch(_KEEP_PART, values | {"gathering": gathering})
            if here is None:
                await arm(tx, [Timer(gathering, TIMER, subject, tx.now + self._wait)])
        gathering = here["gathering_id"] if here else gathering
        parts = (_numbered(here["parts"]) if here else {}) | {part.number: message.text}
        if not is_complete(parts, part.total):
            if here and here["released_at"]:
                await self._fill_in(tx, provider, str(gathering), joined(parts, part.total))
            return gathering, None
        times = [t for t in (message.occurred_at, here["occurred_at"] if here else None) if t]
        whole = Message(
            str(gathering), message.sender, message.to, joined(parts, part.total), min(times, default=None)
        )
        if here and here["released_at"]:
            await self._fill_in(tx, provider, whole.key, whole.text)
            await tx.fetch(_RELEASED, {"gathering": gathering, "complete": True})
            return gathering, None
        return gathering, whole

    async def _fill_in(self, tx: Transaction, provider: str, key: str, text: str) -> None:
        await self._late_words.fill_in(tx, Channel.SMS, provider, key, text)

    async def parts_missing(self, tx: Transaction, timers: Sequence[Timer]) -> None:
        """Release what has waited long enough, with a word where a part is missing."""
        for due in await tx.fetch(_DUE, {"ids": [timer.id for timer in timers]}):
            await self._release(due["provider"], _with_gaps(due))
            await tx.fetch(_RELEASED, {"gathering": due["gathering_id"], "complete": False})


def _with_gaps(due: Any) -> Message:
    text = joined(_numbered(due["parts"]), due["total"])
    gathering: UUID = due["gathering_id"]
    return Message(str(gathering), due["sender"], due["sent_to"], text, due["occurred_at"])


def _numbered(stored: Mapping[str, str]) -> dict[int, str]:
    return {int(number): text for number, text in stored.items()}


def _subject(provider: str, message: Message, part: PartOf) -> str:
    told = (provider, message.sender, message.to or "", str(part.reference), str(part.total))
    return "parts:" + hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]
