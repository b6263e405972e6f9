"""Claims messages that wait, for one process and for a lease; others pass over them."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Channel, Language, MessageKind, Role

_CLAIM = Statement(
    """
    UPDATE intent SET state = 'SENDING', attempts = attempts + 1, provider = :provider,
        claimed_until = clock_timestamp() + CAST(:lease AS interval)
    WHERE intent_id IN (
        SELECT intent_id FROM intent WHERE state = 'PENDING' AND not_before <= clock_timestamp()
        ORDER BY not_before LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING intent_id, complaint_id, kind, role, round, language, channel, reply_to, link, text, attempts
    """
)


class Claimed(NamedTuple):
    """A message that this process may hand over now; `attempts` counts this hand-over too."""

    intent_id: UUID
    complaint_id: UUID
    kind: MessageKind
    role: Role
    round: int
    language: Language
    channel: Channel
    reply_to: str
    link: str | None
    text: str
    attempts: int


async def claim(work: UnitOfWork, provider: str, limit: int, lease: float) -> list[Claimed]:
    """Claim up to `limit` messages for `lease` seconds, committed; the oldest first."""
    values = {"provider": provider, "limit": limit, "lease": timedelta(seconds=lease)}
    return sorted(_claimed(row) for row in await work.fetch(_CLAIM, values))


def _claimed(row: Row) -> Claimed:
    intent_id, complaint_id, kind, role, said_in, language, channel, *rest = row
    return Claimed(
        intent_id,
        complaint_id,
        MessageKind(kind),
        Role(role),
        said_in,
        Language(language),
        Channel(channel),
        *rest,
    )
