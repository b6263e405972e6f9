"""Counts open promises again in their calendars as they are now, and watches them at their new times (CAL-6)."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.sla import PromiseRecomputed
from shared.events.vocabulary import PromiseKind
from shared.runtime.timers import Timer, TimerHandler, arm

from .calendar_store import Timekeeper
from .choose_target import Calendars
from .count_time import Counting, count
from .lay_clock import earliest_warning
from .policy import SlaPolicy
from .promise_rows import LivePromise, Moved
from .promises import load_live, save_moved
from .regulator_clocks import lay_clocks
from .watch import next_watch

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
    await count_again(policy, keeper, tx, [promise_id for (promise_id,) in found])


async def count_again(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, promises: Sequence[UUID]
) -> None:
    """Count these promises, if they are open, in their calendars as they are now; their complaints are locked.

    A due time that moves is told with where it was, even if it moves into the past: then the breach follows by
    its own timer. A rung that was reached stays reached.
    """
    live = await load_live(tx, promises)
    newest = await keeper.newest(tx, {promise.calendar for promise in live.values() if promise.calendar})
    moved: list[Moved] = []
    watches: list[Timer] = []
    earliest = earliest_warning(policy)
    later: set[UUID] = set()
    for promise in live.values():
        counting = promise.counting
        if counting is None or newest[counting.calendar].version == counting.version:
            continue
        again = counting._replace(version=newest[counting.calendar].version)
        now_due = _count_again(promise, again, newest)
        moved.append(now_due)
        watch = _watch(promise, now_due, policy, newest)
        watches += watch
        later |= _speaking_later_than(earliest, promise, watch)
        if now_due.due_at != promise.due_at or now_due.provisional != promise.provisional:
            tx.publish(
                PromiseRecomputed(
                    complaint_id=promise.complaint_id,
                    promise_id=promise.promise_id,
                    kind=promise.kind,
                    was_due_at=promise.due_at,
                    due_at=now_due.due_at,
                    calendar=again.calendar,
                    calendar_version=again.version,
                    provisional=now_due.provisional,
                    notable=abs(now_due.due_at - promise.due_at).total_seconds() > policy.notable_move,
                    recomputed_at=tx.now,
                )
            )
    await save_moved(tx, moved)
    await arm(tx, watches)
    await lay_clocks(tx, policy, keeper, later)


def _speaking_later_than(earliest: float, promise: LivePromise, watch: Sequence[Timer]) -> set[UUID]:
    """The complaint, where its result is spoken of only after a regulator's clock would have been: it is laid now."""
    speaks_after = [(timer.due_at - promise.starts_at).total_seconds() for timer in watch]
    is_late = promise.kind is PromiseKind.SOLVE and any(seconds > earliest for seconds in speaks_after)
    return {promise.complaint_id} if is_late else set()


def _count_again(promise: LivePromise, counting: Counting, newest: Calendars) -> Moved:
    due = count(promise.starts_at, counting, newest[counting.calendar].working, promise.pauses)
    assert due.begins_at is not None
    return Moved(promise.promise_id, due.at, due.seconds, due.begins_at, counting.version, due.provisional)


def _watch(promise: LivePromise, moved: Moved, policy: SlaPolicy, newest: Calendars) -> list[Timer]:
    """The timer of the rung it waits for, at its new time; a paused promise waits for the end of its pause."""
    if promise.next_rung is None or promise.calendar is None or promise.paused_since is not None:
        return []
    now = promise._replace(
        due_at=moved.due_at,
        begins_at=moved.begins_at,
        target_seconds=moved.target_seconds,
        calendar_version=moved.calendar_version,
    )
    kept = {(promise.calendar, moved.calendar_version): newest[promise.calendar]}
    return next_watch(now, policy, kept)
