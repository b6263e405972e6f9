"""Swaps the targets of open promises, many complaints at a time: start and pauses stay, new due times are told."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import PromiseRecomputed
from shared.events.vocabulary import PromiseKind
from shared.runtime.timers import Timer, TimerHandler, arm

from .calendar_store import Timekeeper, Versions
from .choose_policy import choose_policy, name_of
from .choose_target import Calendars, Target, choose_target
from .conditions import Facts
from .contract_terms import with_terms
from .count_time import as_data, count
from .pauses import clock_with_pauses
from .policy import ROUND_THE_CLOCK, NamedPolicy, SlaPolicy
from .promise_rows import TO_EVERYBODY, LivePromise, PromisedComplaint, facts_of
from .promises import load_complaints, load_live_of
from .regrade import Cause, News, regrade
from .regulator_clocks import lay_clocks
from .swap_store import More, SwappedComplaint, SwappedPromise, load_more, save_swapped
from .watch import calendars_of, next_watch

SWAP = "swap"


class Swap(NamedTuple):
    """What is said of a complaint now, by whom and why; because_of: the event that told it."""

    complaint_id: UUID
    news: News
    by: str | None = None
    reason: str | None = None
    because_of: Envelope[Any] | None = None


class Swapped(NamedTuple):
    """A promise before and after."""

    before: LivePromise
    after: LivePromise


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do for a complaint that somebody worked on when it was its turn."""
    return {SWAP: partial(swap_for_the_policy, policy, keeper)}


async def swap_for_the_policy(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> None:
    """The policy is another one than when these complaints were promised something."""
    await swap_targets(tx, policy, keeper, [Swap(UUID(timer.subject), News(Cause.POLICY)) for timer in due])


async def swap_targets(
    tx: Transaction, policy: SlaPolicy, keeper: Timekeeper, swaps: Sequence[Swap]
) -> dict[UUID, list[Swapped]]:
    """Choose the targets of these complaints anew, which are locked; returns what has moved, by complaint.

    Section 2.4: start and pauses are kept, and what has moved is told, into the past too: then the breach follows by
    its own timer. What was broken stays broken (PAU-9). A rung that was reached stays reached.
    """
    known = await load_complaints(tx, [swap.complaint_id for swap in swaps])
    changed = {
        swap.complaint_id: (swap, facts)
        for swap in swaps
        if swap.complaint_id in known
        for facts in (regrade(facts_of(known[swap.complaint_id]), swap.news),)
        if swap.news.cause is Cause.POLICY or facts != facts_of(known[swap.complaint_id])
    }
    if not changed:
        return {}
    changed = await _with_terms(tx, policy, known, changed)
    calendars = await keeper.in_force(tx)
    live = await load_live_of(tx, changed, TO_EVERYBODY)
    more = await load_more(tx, [promise.promise_id for promise in live])
    rows: list[SwappedPromise] = []
    complaints: list[SwappedComplaint] = []
    moved: dict[UUID, list[Swapped]] = {}
    for complaint_id, (swap, facts) in changed.items():
        named = choose_policy(facts, policy)
        targets = dict(known[complaint_id].targets or {})
        for promise in live:
            if promise.complaint_id != complaint_id or _is_over(promise, tx):
                continue
            row, after = _swap_one(
                promise, facts, policy=policy, named=named, more=more[promise.promise_id], calendars=calendars
            )
            rows.append(row)
            targets[promise.kind.value] = row.target_seconds
            if after.due_at != promise.due_at:
                moved.setdefault(complaint_id, []).append(Swapped(promise, after))
        complaints.append(_noted(swap, facts, name_of(named), targets))
    await save_swapped(tx, policy.version, rows, complaints)
    await _tell_and_watch(tx, policy, keeper, changed, moved)
    await lay_clocks(tx, policy, keeper, moved)
    return moved


async def _with_terms(
    tx: Transaction,
    policy: SlaPolicy,
    known: Mapping[UUID, PromisedComplaint],
    changed: Mapping[UUID, tuple[Swap, Facts]],
) -> dict[UUID, tuple[Swap, Facts]]:
    """The same with the contracts and periods of protection of those who may have some now."""
    now = [known[complaint_id]._replace(grade=facts.grade) for complaint_id, (_, facts) in changed.items()]
    terms, _ = await with_terms(tx, policy, now)
    return {
        one.complaint_id: (swap, facts._replace(contract=one.contract, protection=one.protection))
        for one in terms
        for swap, facts in (changed[one.complaint_id],)
    }


def _is_over(promise: LivePromise, tx: Transaction) -> bool:
    """Whether its time has passed: no other target makes that undone."""
    return promise.broken_at is not None or (promise.paused_since is None and promise.due_at <= tx.now)


def _swap_one(
    promise: LivePromise,
    facts: Facts,
    *,
    policy: SlaPolicy,
    named: NamedPolicy | None,
    more: More,
    calendars: Calendars,
) -> tuple[SwappedPromise, LivePromise]:
    target = choose_target(
        promise.kind,
        facts,
        promise.starts_at,
        policy,
        named=named,
        reopened=more.round > 1 and promise.kind is PromiseKind.SOLVE,
        calendars=calendars,
    )
    after = _counted(promise, target, more.extra, calendars)
    row = SwappedPromise(
        promise.promise_id,
        after.due_at,
        after.target_seconds,
        target.severity,
        target.cell,
        target.factor,
        target.factor_rule,
        after.calendar,
        after.calendar_version,
        after.begins_at,
        after.provisional,
        after.counting and as_data(after.counting),
        name_of(named),
    )
    return row, after


def _counted(promise: LivePromise, target: Target, extra: float, calendars: Calendars) -> LivePromise:
    """Start + target + extensions, and all pauses waited out, in the calendar of the new target."""
    after = promise._replace(severity=target.severity, cell=target.cell)
    if target.counting is None:
        seconds = target.seconds + extra
        return after._replace(
            due_at=clock_with_pauses(promise.starts_at, promise.pauses)(seconds),
            target_seconds=seconds,
            calendar=None,
            calendar_version=None,
            begins_at=None,
            provisional=False,
            counting=None,
        )
    counting = target.counting._replace(extra=extra)
    due = count(promise.starts_at, counting, calendars[counting.calendar].working, promise.pauses)
    return after._replace(
        due_at=due.at,
        target_seconds=due.seconds,
        calendar=counting.calendar,
        calendar_version=counting.version,
        begins_at=due.begins_at,
        provisional=due.provisional,
        counting=counting,
    )


def _noted(swap: Swap, facts: Facts, policy_name: str, targets: dict[str, float]) -> SwappedComplaint:
    return SwappedComplaint(
        uuid7(),
        swap.complaint_id,
        swap.news.cause,
        swap.by,
        swap.reason,
        facts.severity,
        facts.severity_rule,
        facts.grade,
        policy_name,
        targets,
    )


async def _tell_and_watch(
    tx: Transaction,
    policy: SlaPolicy,
    keeper: Timekeeper,
    changed: Mapping[UUID, tuple[Swap, Facts]],
    moved: Mapping[UUID, Sequence[Swapped]],
) -> None:
    every = [one for of_one in moved.values() for one in of_one]
    kept: Versions = await keeper.versions(tx, calendars_of(one.after for one in every))
    for before, after in every:
        swap, _ = changed[before.complaint_id]
        tx.publish(
            PromiseRecomputed(
                complaint_id=before.complaint_id,
                promise_id=before.promise_id,
                kind=before.kind,
                was_due_at=before.due_at,
                due_at=after.due_at,
                calendar=after.calendar or ROUND_THE_CLOCK,
                calendar_version=after.calendar_version or 0,
                provisional=after.provisional,
                notable=abs(after.due_at - before.due_at).total_seconds() > policy.notable_move,
                recomputed_at=tx.now,
                because=swap.news.cause,
            ),
            because_of=swap.because_of,
        )
    counting = [one.after for one in every if one.after.paused_since is None]
    await arm(tx, [timer for promise in counting for timer in next_watch(promise, policy, kept)])
