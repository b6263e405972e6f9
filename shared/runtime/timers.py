"""Timers as rows: due ones fire in batches, each once, in the transaction that holds the effect and its events.

Several replicas may fire at once: a subject that another one works on is skipped and comes up at the next look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple, TypeAlias
from uuid import UUID

import structlog

from shared.bus import crash_points
from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.transience import is_transient
from shared.bus.unit_of_work import Transaction, UnitOfWork

log = structlog.get_logger()

BATCH = 1000
AT_A_TIME = 2  # batches: while the database writes one, the other one is worked out
LONGEST_SLEEP = 1.0
SHORTEST_SLEEP = 0.1  # what falls due meanwhile fires in one batch
FAILED_AGAIN_AFTER = 60.0


class Timer(NamedTuple):
    """Something to look at when `due_at` has come. `id` is chosen by the service; arming it again moves it."""

    id: UUID
    kind: str
    subject: str
    due_at: datetime


TimerHandler: TypeAlias = Callable[[Transaction, Sequence[Timer]], Awaitable[Sequence[Timer] | None]]
"""Does what these timers are for. Those that it returns, of them, wait for their new time; the others are done.

One that is to go on at once has the transaction's `now` as its new time."""

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
    SELECT id, subject FROM timer WHERE armed AND due_at <= now() AND kind = ANY (CAST(:kinds AS text[]))
        AND subject <> ALL (CAST(:put_off AS text[]))
    ORDER BY due_at LIMIT :limit
    """
)
# Read once the subjects are locked: what fired or moved before that is seen. OFFSET 0 keeps the planner from reading
# the index of due times instead, which is long when much is due at once.
_TAKE = Statement(
    """
    SELECT found.* FROM unnest(CAST(:ids AS uuid[])) AS given (id) CROSS JOIN LATERAL (
        SELECT timer.id, kind, subject, due_at, generation, armed FROM timer
        WHERE timer.id = given.id OFFSET 0) AS found
    WHERE armed AND due_at <= now() AND kind = ANY (CAST(:kinds AS text[]))
    """
)
# Those that were armed anew meanwhile have their next generation, and keep it.
_FIRED = Statement(
    """
    UPDATE timer SET armed = v.due_at IS NOT NULL, due_at = coalesce(v.due_at, timer.due_at),
        fired_at = CASE WHEN v.due_at IS NULL THEN now() END,
        generation = timer.generation + CASE WHEN v.due_at IS NULL THEN 0 ELSE 1 END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:generations AS int[]), CAST(:due AS timestamptz[]))
        AS v (id, generation, due_at)
    WHERE timer.id = v.id AND timer.generation = v.generation AND armed
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
        self._put_off: dict[str, float] = {}
        self._is_behind = False
        self.fired = 0
        self.turned_at = 0.0

    def handled_by(self, handlers: Mapping[str, TimerHandler]) -> None:
        """From the next batch on these handle the timers."""
        self._handlers = handlers

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            self.turned_at = asyncio.get_running_loop().time()
            try:
                await self._fire_what_can()
                pause = 0.0 if self._is_behind else await self._until_next()
            except Exception as error:  # noqa: BLE001 - the rows stay armed; say it and try again
                reason = type(error).__name__ if is_transient(error) else repr(error)
                log.warning("timers.failed", reason=reason)
                pause = LONGEST_SLEEP
            await asyncio.sleep(pause)

    async def fire_once(self) -> int:
        """Fire one batch of due timers; returns how many."""
        return await self._fire(await self._due(BATCH))

    async def _fire_what_can(self) -> None:
        """Fire what is due, at most so many batches, each in a transaction of its own."""
        due = await self._due(BATCH * AT_A_TIME)
        fired = await asyncio.gather(
            *(self._fire_or_each_alone(part) for part in _in_parts(due)), return_exceptions=True
        )
        for outcome in fired:
            if isinstance(outcome, BaseException):
                raise outcome
        self._is_behind &= any(fired)  # else somebody else is at it

    async def _fire_or_each_alone(self, due: Sequence[tuple[UUID, str]]) -> int:
        """Fire a batch; if it fails for good, fire its subjects one by one, so that one holds up no other."""
        try:
            return await self._fire(due)
        except Exception as error:
            if is_transient(error) or len(self._put_off) >= BATCH:
                raise  # or it is nobody's own fault but ours
            return sum([await self._fire_alone(subject, ids) for subject, ids in _by_subject(due).items()])

    async def _fire_alone(self, subject: str, ids: Sequence[UUID]) -> int:
        try:
            return await self._fire([(id_, subject) for id_ in ids])
        except Exception as error:
            if is_transient(error):
                raise
            log.warning("timers.subject_failed", subject=subject, reason=repr(error))
            self._put_off[subject] = asyncio.get_running_loop().time() + FAILED_AGAIN_AFTER
            return 0

    async def _due(self, limit: int) -> list[tuple[UUID, str]]:
        """The timers that are due longest, each with its subject; `_is_behind` if there are more."""
        now = asyncio.get_running_loop().time()
        self._put_off = {subject: until for subject, until in self._put_off.items() if until > now}
        values = {"limit": limit, "kinds": sorted(self._handlers), "put_off": list(self._put_off)}
        found = await self._unit_of_work.fetch(_DUE, values)
        self._is_behind = len(found) == limit
        return [(id_, subject) for id_, subject in found]

    async def _fire(self, due: Sequence[tuple[UUID, str]]) -> int:
        handlers = self._handlers
        if not due:
            return 0
        async with self._unit_of_work.begin() as tx:
            free = await tx.lock_if_free(subject for _, subject in due)
            if not free:
                return 0
            ids = [id_ for id_, subject in due if subject in free]
            rows = await tx.fetch(_TAKE, {"ids": ids, "kinds": sorted(handlers)})
            crash_points.reached("timers_claimed")
            again = await _handle(tx, handlers, sorted(rows, key=itemgetter("due_at")))
            self._is_behind |= any(due_at <= tx.now for due_at in again.values())
            fired = {
                "ids": [row[0] for row in rows],
                "generations": [row[4] for row in rows],
                "due": [again.get(row[0]) for row in rows],
            }
            await tx.fetch(_FIRED, fired)
            crash_points.reached("timers_told")
        self.fired += len(rows)
        return len(rows)

    async def _until_next(self) -> float:
        [(seconds,)] = await self._unit_of_work.fetch(_NEXT, {})
        return LONGEST_SLEEP if seconds is None else min(max(float(seconds), SHORTEST_SLEEP), LONGEST_SLEEP)


async def _handle(
    tx: Transaction, handlers: Mapping[str, TimerHandler], rows: Iterable[Row]
) -> dict[UUID, datetime]:
    """Let each kind be handled by its own; returns the next time of those that wait for one."""
    by_kind: dict[str, list[Timer]] = {}
    for id_, kind, subject, due_at, *_ in rows:
        by_kind.setdefault(kind, []).append(Timer(id_, kind, subject, due_at))
    again: dict[UUID, datetime] = {}
    for kind, handler in handlers.items():
        if kind in by_kind:
            again.update((timer.id, timer.due_at) for timer in await handler(tx, by_kind[kind]) or ())
    return again


def _in_parts(due: Sequence[tuple[UUID, str]]) -> list[Sequence[tuple[UUID, str]]]:
    """A batch, and what is left for a second one: of no subject that is in the first."""
    first, others = due[:BATCH], due[BATCH:]
    subjects = {subject for _, subject in first}
    more = [one for one in others if one[1] in subjects]
    return [[*first, *more], [one for one in others if one[1] not in subjects]]


def _by_subject(due: Iterable[tuple[UUID, str]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for id_, subject in due:
        found.setdefault(subject, []).append(id_)
    return found
