"""Makes promises, many at a time: each is stored, told, and watched from its first rung on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from uuid_utils.compat import uuid7

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import CountedInCalendar, Promise, PromisesMade, Protection
from shared.events.vocabulary import PromiseKind

from .calendar_store import Timekeeper
from .choose_policy import choose_policy, name_of
from .choose_target import Calendars, choose_target
from .conditions import Facts
from .count_time import as_data
from .lay_clock import earliest_warning, lay_at_once
from .policy import NamedPolicy, SlaPolicy
from .promise_rows import NewPromise, PromisedComplaint
from .promises import save_new
from .rungs import Rung, ladder
from .watch import share_of


class Occasion(NamedTuple):
    """What an event tells calls for promises of these kinds, which all start at one moment.

    complaint: to be kept with the policy that was chosen, if it is new.
    """

    because_of: Envelope[Any]
    kinds: Sequence[PromiseKind]
    facts: Facts
    starts_at: datetime
    round: int = 1
    reopened: bool = False
    complaint: PromisedComplaint | None = None
    protection: Protection | None = None


async def make_promises(
    tx: Transaction,
    policy: SlaPolicy,
    keeper: Timekeeper,
    occasions: Sequence[Occasion],
) -> list[Occasion]:
    """Make these promises, and tell those of one occasion together; their complaints are locked.

    Returns the occasions beside whose promises the regulator's clocks have to run from the beginning.
    """
    if not occasions:
        return []
    calendars = await keeper.in_force(tx)
    promises: list[NewPromise] = []
    watched_at: list[datetime] = []
    complaints: list[PromisedComplaint] = []
    with_clocks: list[Occasion] = []
    earliest = earliest_warning(policy)
    for occasion in occasions:
        named = choose_policy(occasion.facts, policy)
        made = []
        for kind in occasion.kinds:
            promise, first = _make(occasion, kind, policy, named, calendars)
            made.append(promise)
            watched_at.append(first.at)
            if kind is PromiseKind.SOLVE:
                speaks_after = (first.at - promise.starts_at).total_seconds()
                if lay_at_once(occasion.facts, speaks_after, earliest, policy.regulator):
                    with_clocks.append(occasion)
        promises += made
        if occasion.complaint is not None:
            complaints.append(_with_snapshot(occasion.complaint, made, policy))
        tx.publish(told_of(made, policy, occasion.protection), because_of=occasion.because_of)
    await save_new(tx, policy.version, promises, watched_at, complaints)
    return with_clocks


def _make(
    occasion: Occasion, kind: PromiseKind, policy: SlaPolicy, named: NamedPolicy | None, calendars: Calendars
) -> tuple[NewPromise, Rung]:
    starts_at = occasion.starts_at
    target = choose_target(
        kind, occasion.facts, starts_at, policy, named=named, reopened=occasion.reopened, calendars=calendars
    )
    starts_at = target.starts_at or starts_at
    counting, share_at = target.counting, None
    if counting is not None and target.begins_at is not None:
        share_at = share_of(calendars[counting.calendar].working, target.begins_at, target.seconds)
    first = next(ladder(kind, target.severity, starts_at, target.due_at, policy, share_at=share_at))
    event = occasion.because_of.event
    promise = NewPromise(
        promise_id=uuid7(),
        complaint_id=event.complaint_id,
        kind=kind,
        round=occasion.round,
        starts_at=starts_at,
        due_at=target.due_at,
        target_seconds=target.seconds,
        severity=target.severity,
        cell=target.cell,
        factor=target.factor,
        factor_rule=target.factor_rule,
        next_rung=first.level,
        calendar=counting and counting.calendar,
        calendar_version=counting and counting.version,
        begins_at=target.begins_at,
        provisional=target.provisional,
        counted_by=counting and as_data(counting),
        repeat_index=occasion.facts.repeat_index,
        policy_name=name_of(named),
    )
    return promise, first


def _with_snapshot(
    complaint: PromisedComplaint, made: Sequence[NewPromise], policy: SlaPolicy
) -> PromisedComplaint:
    """Section 2.4: by which policy it was promised what is kept with the complaint, whatever the policy becomes."""
    targets = {promise.kind.value: promise.target_seconds for promise in made}
    return complaint._replace(policy_name=made[0].policy_name, policy_version=policy.version, targets=targets)


def told_of(
    made: Sequence[NewPromise], policy: SlaPolicy, protection: Protection | None = None
) -> PromisesMade:
    """What is told of promises to one complaint that were made at one moment for one round."""
    return PromisesMade(
        complaint_id=made[0].complaint_id,
        round=made[0].round,
        promises=tuple(
            Promise(
                promise_id=promise.promise_id,
                kind=promise.kind,
                starts_at=promise.starts_at,
                due_at=promise.due_at,
                target_seconds=promise.target_seconds,
                cell=promise.cell,
            )
            for promise in made
        ),
        policy_version=policy.version,
        policy_name=made[0].policy_name,
        protection=protection,
        in_calendars=tuple(
            CountedInCalendar(
                kind=promise.kind,
                calendar=promise.calendar,
                version=promise.calendar_version or 0,
                provisional=promise.provisional,
            )
            for promise in made
            if promise.calendar is not None
        ),
    )
