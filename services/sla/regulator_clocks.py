"""Lays the regulator's clocks beside the promises, many at a time: watched like them, but never paused (PAU-10)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import EscalationReached
from shared.events.vocabulary import EscalationLevel, PromiseKind
from shared.runtime.timers import Timer, TimerHandler

from .calendar_store import Timekeeper
from .choose_target import Calendars, due_of
from .count_time import as_data
from .lay_clock import CASE, clocks_of, is_case
from .make_promises import told_of
from .policy import ROUND_THE_CLOCK, ClockPolicy, SlaPolicy
from .promise_rows import NewPromise, PromisedComplaint, facts_of
from .promises import load_complaints, save_new
from .rungs import ladder
from .watch import WATCH, reach_rungs, share_of

_RUNNING = Statement(
    """
    SELECT complaint_id, max(round) FILTER (WHERE kind = 'SOLVE') AS round,
        max(starts_at) FILTER (WHERE kind = 'SOLVE') AS since,
        array_remove(array_agg(clock || ' ' || round) FILTER (WHERE kind = 'REGULATOR'), NULL) AS laid
    FROM promise WHERE complaint_id = ANY (CAST(:ids AS uuid[])) GROUP BY complaint_id
    HAVING bool_or(kind = 'SOLVE' AND settled_at IS NULL)
    """
)
_TOLD = Statement(
    """
    INSERT INTO rung (promise_id, level, due_at, reached_at)
    SELECT id, 'L4', now(), now() FROM unnest(CAST(:ids AS uuid[])) AS given (id)
    """
)


class Laid(NamedTuple):
    """A clock as it is laid, and the first moment at which it speaks."""

    promise: NewPromise
    speaks_at: datetime


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when the time of a rung has come: tell it, and lay the clocks beside results that are not there yet."""
    return {WATCH: partial(_reach_and_lay, policy, keeper)}


async def _reach_and_lay(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> list[Timer]:
    climbers = await reach_rungs(policy, keeper, tx, due)
    await lay_clocks(tx, policy, keeper, climbers.at_last_word)
    return climbers.following


async def lay_clocks(
    tx: Transaction,
    policy: SlaPolicy,
    keeper: Timekeeper,
    ids: Iterable[UUID],
    because_of: Mapping[UUID, Envelope[Any]] | None = None,
) -> None:
    """Lay what is not laid yet of the clocks of these complaints, which are locked and have no result yet.

    A clock starts with the promise of the result, which started when the complaint was received or opened again.
    """
    wanted = list(ids)
    if not wanted or policy.regulator.profile not in policy.regulator.profiles:
        return
    running = {row["complaint_id"]: row for row in await tx.fetch(_RUNNING, {"ids": wanted})}
    known = await load_complaints(tx, running)
    calendars = await keeper.in_force(tx)
    every: list[Laid] = []
    cases: list[UUID] = []
    for complaint_id, row in running.items():
        facts = facts_of(known[complaint_id])
        case = is_case(facts, policy.regulator)
        missing = [
            one
            for one in clocks_of(facts, policy.regulator)
            if f"{one.name} {row['round']}" not in (row["laid"] or ())
        ]
        laid = [
            _lay(
                known[complaint_id],
                clock,
                row["round"],
                row["since"],
                case=case,
                policy=policy,
                calendars=calendars,
            )
            for clock in missing
        ]
        if laid:
            cause = (because_of or {}).get(complaint_id)
            tx.publish(told_of([one.promise for one in laid], policy), because_of=cause)
            every += laid
            for one in laid if case else ():
                cases.append(one.promise.promise_id)
                tx.publish(_case_told(one.promise, tx.now, policy), because_of=cause)
    if every:
        await save_new(tx, policy.version, [one.promise for one in every], [at for _, at in every])
        if cases:
            await tx.fetch(_TOLD, {"ids": cases})


def _lay(
    complaint: PromisedComplaint,
    clock: ClockPolicy,
    round_: int,
    since: datetime,
    *,
    case: bool,
    policy: SlaPolicy,
    calendars: Calendars,
) -> Laid:
    due = due_of(clock.target, since, 1.0, ROUND_THE_CLOCK, policy=policy, calendars=calendars)
    counting, share_at = due.counting, None
    if counting is not None and due.begins_at is not None:
        share_at = share_of(calendars[counting.calendar].working, due.begins_at, due.seconds)
    first = next(ladder(PromiseKind.REGULATOR, complaint.severity, since, due.at, policy, share_at=share_at))
    promise = NewPromise(
        promise_id=uuid7(),
        complaint_id=complaint.complaint_id,
        kind=PromiseKind.REGULATOR,
        round=round_,
        starts_at=since,
        due_at=due.at,
        target_seconds=due.seconds,
        severity=complaint.severity,
        cell=f"{policy.regulator.profile}:{clock.name}{CASE if case else ''}",
        factor=1.0,
        factor_rule=None,
        next_rung=first.level,
        calendar=counting and counting.calendar,
        calendar_version=counting and counting.version,
        begins_at=due.begins_at,
        provisional=due.provisional,
        counted_by=counting and as_data(counting),
        clock=clock.name,
    )
    return Laid(promise, first.at)


def _case_told(promise: NewPromise, now: datetime, policy: SlaPolicy) -> EscalationReached:
    """Section 5: a case that the regulator has is told at company level at once."""
    return EscalationReached(
        complaint_id=promise.complaint_id,
        promise_id=promise.promise_id,
        kind=promise.kind,
        due_at=promise.due_at,
        level=EscalationLevel.L4,
        told=policy.told[EscalationLevel.L4],
        reached_at=now,
    )
