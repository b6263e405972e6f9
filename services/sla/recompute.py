"""Counts open promises again in their calendars as they are now, and watches them at their new times (CAL-6)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.sla import PromiseRecomputed
from shared.events.vocabulary import PromiseKind
from shared.runtime.timers import Timer, TimerHandler

from .calendar_store import Timekeeper
from .choose_target import Calendars
from .count_many import Asked, count_many
from .count_time import Due
from .lay_clock import earliest_warning
from .policy import SlaPolicy
from .promise_rows import LivePromise, Moved, MovedOtherwise
from .promises import load_live, save_moved
from .regulator_clocks import lay_clocks
from .rungs import ladder
from .watch import share_of

RECOMPUTE = "recompute"

_OF = Statement(
    """
    SELECT promise_id FROM promise WHERE complaint_id = ANY (CAST(:complaints AS uuid[]))
        AND settled_at IS NULL AND calendar IS NOT NULL
    """
)


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when a promise is to be counted again."""
    return {RECOMPUTE: partial(recompute, policy, keeper)}


async def recompute(policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]) -> None:
    """Count the open promises of these complaints again: those that somebody worked on when it was their turn."""
    found = await tx.fetch(_OF, {"complaints": sorted({timer.subject for timer in due})})
    live = await load_live(tx, [promise_id for (promise_id,) in found])
    await count_again(policy, keeper, tx, live.values())


async def count_again(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, live: Collection[LivePromise]
) -> None:
    """Count these open promises in their calendars as they are now; their complaints were locked before they were read.

    A due time that moves is told with where it was, even if it moves into the past: then the breach follows by
    its own timer. A rung that was reached stays reached.
    """
    newest = await keeper.newest(tx, {promise.calendar for promise in live if promise.calendar})
    moved: list[Moved] = []
    others: list[MovedOtherwise] = []
    earliest = earliest_warning(policy)
    later: set[UUID] = set()
    told: list[tuple[LivePromise, Due]] = []
    for promise, due in _counted_again(live, newest):
        watched_at = _watched_at(promise, due, policy, newest)
        moved.append(Moved(promise.promise_id, due.at, watched_at))
        if _has_changed_otherwise(promise, due):
            others.append(MovedOtherwise(promise.promise_id, due.seconds, due.begins_at, due.provisional))
        if _speaks_later_than(earliest, promise, watched_at):
            later.add(promise.complaint_id)
        if due.at != promise.due_at or due.provisional != promise.provisional:
            told.append((promise, due))
    versions = {name: kept.version for name, kept in newest.items()}
    async with tx.while_writing(save_moved(tx, versions, moved, others)):
        for promise, due in told:
            tx.publish(_told(promise, due, newest, policy, tx.now))
    await lay_clocks(tx, policy, keeper, later)


def _counted_again(live: Iterable[LivePromise], newest: Calendars) -> Iterator[tuple[LivePromise, Due]]:
    """Those that were counted in former versions, with what they come to now."""
    behind, asked = [], []
    for promise in live:
        counting = promise.counting
        if counting is not None and newest[counting.calendar].version != counting.version:
            behind.append(promise)
            asked.append(Asked(promise.starts_at, counting, promise.pauses))
    return zip(behind, count_many(asked, {name: kept.working for name, kept in newest.items()}), strict=True)


def _watched_at(promise: LivePromise, due: Due, policy: SlaPolicy, newest: Calendars) -> datetime | None:
    """The new time of the rung it waits for; a paused promise waits for the end of its pause."""
    if promise.next_rung is None or promise.calendar is None or promise.paused_since is not None:
        return None
    assert due.begins_at is not None
    working = newest[promise.calendar].working
    rungs = ladder(
        promise.kind,
        promise.severity,
        promise.starts_at,
        due.at,
        policy,
        share_at=share_of(working, due.begins_at, due.seconds, promise.pauses),
        target_seconds=due.seconds,
        repeat_index=promise.repeat_index,
        awaited=promise.next_rung,
    )
    return next((rung.at for rung in rungs), None)


def _has_changed_otherwise(promise: LivePromise, due: Due) -> bool:
    return (
        due.seconds != promise.target_seconds
        or due.provisional != promise.provisional
        or due.begins_at != promise.begins_at
    )


def _speaks_later_than(earliest: float, promise: LivePromise, watched_at: datetime | None) -> bool:
    """Whether its result is spoken of only after a regulator's clock would have been: it is laid now."""
    if promise.kind is not PromiseKind.SOLVE or watched_at is None:
        return False
    return (watched_at - promise.starts_at).total_seconds() > earliest


def _told(
    promise: LivePromise, due: Due, newest: Calendars, policy: SlaPolicy, now: datetime
) -> PromiseRecomputed:
    calendar = promise.calendar or ""
    return PromiseRecomputed(
        complaint_id=promise.complaint_id,
        promise_id=promise.promise_id,
        kind=promise.kind,
        was_due_at=promise.due_at,
        due_at=due.at,
        calendar=calendar,
        calendar_version=newest[calendar].version,
        provisional=due.provisional,
        notable=abs(due.at - promise.due_at).total_seconds() > policy.notable_move,
        recomputed_at=now,
    )
