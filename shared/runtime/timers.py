"""Timers as rows: due ones fire in batches, each once, in the transaction that holds the effect and its events.

Several replicas may fire at once: a subject that another one works on is skipped and comes up at the next look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

import structlog

from shared.bus.statement import Statement
from shared.bus.transience import is_transient
from shared.bus.unit_of_work import Transaction, UnitOfWork

log = structlog.get_logger()

BATCH = 500
LONGEST_SLEEP = 1.0
SHORTEST_SLEEP = 0.1  # what falls due meanwhile fires in one batch


class Timer(NamedTuple):
    """Something to look at when `due_at` has come. `id` is chosen by the service; arming it again moves it."""

    id: UUID
    kind: str
    subject: str
    due_at: datetime


TimerHandler: TypeAlias = Callable[[Transaction, Sequence[Timer]], Awaitable[None]]

_ARM = Statement(
    """
    INSERT INTO timer (id, kind, subject, due_at)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:subjects AS text[]),
                         CAST(:due AS timestamptz[]))
    ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, kind = excluded.kind, armed = true, fired_at = NULL,
        generation = timer.generation + 1
    """
)
_DISARM = Statement("UPDATE timer SET armed = false WHERE id = ANY (CAST(:ids AS uuid[])) AND armed")
_DUE = Statement(
    """
    SELECT subject FROM timer WHERE armed AND due_at <= now() AND kind = ANY (CAST(:kinds AS text[]))
    ORDER BY due_at LIMIT :limit
    """
)
_FIRE = Statement(
    """
    UPDATE timer SET armed = false, fired_at = now()
    WHERE armed AND due_at <= now() AND subject = ANY (CAST(:subjects AS text[])) AND kind = ANY (CAST(:kinds AS text[]))
    RETURNING id, kind, subject, due_at
    """
)
_NEXT = Statement("SELECT extract(epoch FROM min(due_at) - clock_timestamp()) FROM timer WHERE armed")


async def arm(tx: Transaction, timers: Iterable[Timer]) -> None:
    """Arm these timers, or move those that exist. Their subjects are locked."""
    rows = list(timers)
    if rows:
        await tx.fetch(
            _ARM,
            {
                "ids": [timer.id for timer in rows],
                "kinds": [timer.kind for timer in rows],
                "subjects": [timer.subject for timer in rows],
                "due": [timer.due_at for timer in rows],
            },
        )


async def disarm(tx: Transaction, ids: Iterable[UUID]) -> None:
    """Let these timers not fire any more. Their subjects are locked."""
    rows = list(ids)
    if rows:
        await tx.fetch(_DISARM, {"ids": rows})


class TimerLoop:
    """Fires one service's timers."""

    def __init__(self, unit_of_work: UnitOfWork, handlers: Mapping[str, TimerHandler]) -> None:
        self._unit_of_work = unit_of_work
        self._handlers = handlers
        self._kinds = sorted(handlers)
        self.fired = 0
        self.turned_at = 0.0

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            self.turned_at = asyncio.get_running_loop().time()
            try:
                fired = await self.fire_once()
                pause = 0.0 if fired == BATCH else await self._until_next()
            except Exception as error:  # noqa: BLE001 - the rows stay armed; say it and try again
                reason = type(error).__name__ if is_transient(error) else repr(error)
                log.warning("timers.failed", reason=reason)
                pause = LONGEST_SLEEP
            await asyncio.sleep(pause)

    async def fire_once(self) -> int:
        """Fire one batch of due timers; returns how many."""
        found = await self._unit_of_work.fetch(_DUE, {"limit": BATCH, "kinds": self._kinds})
        due = [subject for (subject,) in found]
        if not due:
            return 0
        async with self._unit_of_work.begin() as tx:
            free = await tx.lock_if_free(due)
            if not free:
                return 0
            values = {"subjects": sorted(free), "kinds": self._kinds}
            rows = await tx.fetch(_FIRE, values)
            timers = sorted((Timer(*row) for row in rows), key=lambda timer: (timer.due_at, timer.id))
            for kind, handler in self._handlers.items():
                of_kind = [timer for timer in timers if timer.kind == kind]
                if of_kind:
                    await handler(tx, of_kind)
        self.fired += len(timers)
        return len(timers)

    async def _until_next(self) -> float:
        [(seconds,)] = await self._unit_of_work.fetch(_NEXT, {})
        return LONGEST_SLEEP if seconds is None else min(max(float(seconds), SHORTEST_SLEEP), LONGEST_SLEEP)
