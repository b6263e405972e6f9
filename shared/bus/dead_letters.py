"""What a person can do about parked events: look, retry, or drop; retry and drop are logged."""

from datetime import datetime
from typing import NamedTuple

import structlog

from .statement import Statement
from .unit_of_work import UnitOfWork

log = structlog.get_logger()

_LIST = Statement(
    """
    SELECT subject, publisher, sequence, type, parked_because, held_at, attempts FROM held
    WHERE parked_because IS NOT NULL ORDER BY held_at, subject
    """
)
_ONE = Statement(
    """
    SELECT publisher, sequence FROM held
    WHERE subject = :subject AND parked_because IS NOT NULL ORDER BY held_at LIMIT 1
    """
)
_UNPARK = Statement(
    """
    UPDATE held SET parked_because = NULL WHERE subject = :subject AND parked_because IS NOT NULL RETURNING subject
    """
)
_DROP = Statement(
    "DELETE FROM held WHERE subject = :subject AND publisher = :publisher AND sequence = :sequence"
)


class DeadLetter(NamedTuple):
    """A parked event and why it is parked."""

    subject: str
    publisher: str
    sequence: int
    type: str
    reason: str
    parked_at: datetime
    attempts: int


class NoDeadLetterError(Exception):
    """Nothing is parked for that subject."""


class DeadLetters:
    """The parked events of one service; the consumer goes on with a freed subject within a second."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def list(self) -> list[DeadLetter]:
        """Every parked event, the oldest first."""
        return [DeadLetter(*row) for row in await self._unit_of_work.fetch(_LIST, {})]

    async def retry(self, subject: str) -> None:
        """Let the parked event and all that waits behind it be tried again, in order. Raises NoDeadLetterError."""
        async with self._unit_of_work.begin(subject) as tx:
            if not await tx.fetch(_UNPARK, {"subject": subject}):
                raise NoDeadLetterError(f"nothing is parked for {subject}")
            stream = tx.streams[subject]
            stream.blocked, stream.touched = False, True
        log.warning("dead_letter.retried", subject=subject)

    async def drop(self, subject: str) -> None:
        """Give up the parked event: its sequence counts as applied, and the events behind it go on."""
        async with self._unit_of_work.begin(subject) as tx:
            found = await tx.fetch(_ONE, {"subject": subject})
            if not found:
                raise NoDeadLetterError(f"nothing is parked for {subject}")
            [(publisher, sequence)] = found
            place = {"subject": subject, "publisher": publisher, "sequence": sequence}
            await tx.fetch(_DROP, place)
            stream = tx.streams[subject]
            stream.blocked = False
            stream.waiting -= 1
            tx.mark_applied(subject, publisher, sequence)
        log.warning("dead_letter.dropped", **place)
