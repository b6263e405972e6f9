"""Watches promises: when the time of a rung has come, it is told, and the next one is waited for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from shared.bus.unit_of_work import Transaction
from shared.events.sla import EscalationReached, EscalationUnroutable, PromiseAtRisk, PromiseBroken
from shared.events.vocabulary import EscalationLevel, PromiseKind, Role
from shared.runtime.timers import Timer

from .addressees import load_held
from .calendar_store import Timekeeper, Versions
from .hold_reminders import load_held_until
from .lay_clock import earliest_warning, forced_levels, lay_now
from .metrics import LATENESS, RUNGS
from .next_up import next_up
from .pauses import clock_with_pauses
from .policy import SlaPolicy
from .promise_rows import Climbed, LivePromise, Reached
from .promises import load_live, save_climbed
from .rungs import BREACH, LEVELS, Climb, Rung, climb, ladder, told_late
from .settle import PromiseState
from .working_time import Paused, WorkingTime

log = structlog.get_logger()

WATCH = "promise"


def share_of(
    working: WorkingTime, begins_at: datetime, seconds: float, pauses: Sequence[Paused] = ()
) -> Callable[[float], datetime]:
    """When a share of a target's working time is over: warnings come in working time too, and wait out pauses."""
    return lambda share: working.due(begins_at, seconds * share, pauses)


def calendars_of(promises: Iterable[LivePromise]) -> set[tuple[str, int]]:
    """The versions of calendars that these promises count in."""
    return {(one.calendar, one.calendar_version or 0) for one in promises if one.calendar is not None}


def rungs_of(
    promise: LivePromise, awaited: EscalationLevel, policy: SlaPolicy, kept: Versions
) -> Iterator[Rung]:
    """The ladder of a promise in its calendar, with its pauses, from the awaited rung on."""
    share_at = None
    if promise.calendar is not None and promise.begins_at is not None:
        working = kept[promise.calendar, promise.calendar_version or 0].working
        share_at = share_of(working, promise.begins_at, promise.target_seconds, promise.pauses)
    elif promise.pauses:
        due = clock_with_pauses(promise.starts_at, promise.pauses)
        seconds = promise.target_seconds
        share_at = lambda share: due(seconds * share)  # noqa: E731 - as short as it is
    return ladder(
        promise.kind,
        promise.severity,
        promise.starts_at,
        promise.due_at,
        policy,
        share_at=share_at,
        target_seconds=promise.target_seconds,
        repeat_index=promise.repeat_index,
        awaited=awaited,
    )


def next_watch(promise: LivePromise, policy: SlaPolicy, kept: Versions) -> list[Timer]:
    """The timer of the rung that a promise waits for, where its times have changed."""
    if promise.next_rung is None:
        return []
    ahead = rungs_of(promise, promise.next_rung, policy, kept)
    return [Timer(promise.promise_id, WATCH, str(promise.complaint_id), rung.at) for rung in islice(ahead, 1)]


class Climbers(NamedTuple):
    """What follows a batch: timers that wait for the next rung, complaints of whose result a clock may speak next."""

    following: list[Timer]
    at_last_word: list[UUID]


async def reach_rungs(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> Climbers:
    """Tell every rung whose time has come, once and in order, and wait for the next (section 5)."""
    live = await load_live(tx, [timer.id for timer in due])
    kept = await keeper.versions(tx, calendars_of(live.values()))
    climbed: list[Climbed] = []
    following: list[Timer] = []
    at_last_word: list[UUID] = []
    earliest = earliest_warning(policy)
    counted: Counter[tuple[PromiseKind, EscalationLevel]] = Counter()
    steps: list[tuple[LivePromise, Sequence[Rung]]] = []
    now = tx.now
    for timer in due:
        promise = live.get(timer.id)
        if promise is None or promise.next_rung is None or promise.paused_since is not None:
            continue
        step = climb(rungs_of(promise, promise.next_rung, policy, kept), promise.next_rung, now)
        if promise.kind is PromiseKind.SOLVE and lay_now(_speaks_again_after(promise, step), earliest):
            at_last_word.append(promise.complaint_id)
        steps.append((promise, _with_forced(promise, step.reached, policy)))
        climbed.append(_after(promise, step, now))
        if step.following is not None:
            following.append(Timer(timer.id, WATCH, timer.subject, step.following.at))
    held = await load_held(tx, {promise.complaint_id for promise, told in steps if _calls_by_name(told)})
    silent = await load_held_until(tx, policy, keeper, [promise for promise, _ in steps])
    reached = [
        Reached(promise.promise_id, rung.level, rung.at, told_late(rung, now, policy.escalation))
        for promise, told in steps
        for rung in told
    ]
    async with tx.while_writing(save_climbed(tx, climbed, reached, policy.version)):
        nobody = 0
        for promise, told in steps:
            until = silent.get(promise.promise_id)
            roles = held.get(promise.complaint_id, frozenset())
            for rung in told:
                nobody += _tell(tx, promise, rung, policy, roles, until=until)
                counted[promise.kind, rung.level] += 1
                LATENESS.observe(max((now - rung.at).total_seconds(), 0.0))
    for labels, number in counted.items():
        RUNGS.labels(*labels).inc(number)
    if nobody:
        log.error("escalation.unroutable", levels=nobody)
    return Climbers(following, at_last_word)


def _with_forced(promise: LivePromise, reached: Sequence[Rung], policy: SlaPolicy) -> Sequence[Rung]:
    """The rungs that were reached, each followed by what a regulator's clock forces at it."""
    if promise.kind is not PromiseKind.REGULATOR:
        return reached
    told: list[Rung] = []
    for rung in reached:
        forced = forced_levels(promise.kind, promise.cell, rung.level, policy.regulator)
        told += [rung, *(Rung(level, rung.at) for level in forced)]
    return told


def _after(promise: LivePromise, step: Climb, now: datetime) -> Climbed:
    state, broken_at = promise.state, promise.broken_at
    for rung in step.reached:
        if rung.level is BREACH:
            state, broken_at = PromiseState.BROKEN, now
        elif state is PromiseState.OPEN:
            state = PromiseState.AT_RISK
    return Climbed(promise.promise_id, state, step.following and step.following.level, broken_at)


def _speaks_again_after(promise: LivePromise, step: Climb) -> float | None:
    """Seconds from the start of a promise to its next word; None after the last."""
    return step.following and (step.following.at - promise.starts_at).total_seconds()


def _calls_by_name(told: Sequence[Rung]) -> bool:
    """Whether somebody is called by name: from the breach on."""
    return bool(told) and LEVELS.index(told[-1].level) >= LEVELS.index(BREACH)


def _tell(
    tx: Transaction,
    promise: LivePromise,
    rung: Rung,
    policy: SlaPolicy,
    held: frozenset[Role],
    *,
    until: datetime | None,
) -> bool:
    """Tell of a rung, staff not before `until`; whether nobody was found to be told of it."""
    late = told_late(rung, tx.now, policy.escalation)
    facts: dict[str, Any] = {
        "complaint_id": promise.complaint_id,
        "promise_id": promise.promise_id,
        "kind": promise.kind,
        "due_at": promise.due_at,
    }
    if rung.level is BREACH:
        tx.publish(PromiseBroken(**facts, broken_at=tx.now, told_late=late))
    if LEVELS.index(rung.level) < LEVELS.index(BREACH):
        tx.publish(
            PromiseAtRisk(**facts, level=rung.level, warned_at=tx.now, told_late=late, held_until=until)
        )
        return False
    wanted = policy.told[rung.level]
    route = next_up(wanted, held, policy.escalation.chain, policy.escalation.depth)
    tx.publish(
        EscalationReached(
            **facts,
            level=rung.level,
            told=route.told or wanted,
            reached_at=tx.now,
            told_late=late,
            missing=route.missing,
            held_until=until,
        )
    )
    if route.is_unroutable:
        tx.publish(EscalationUnroutable(**facts, level=rung.level, wanted=wanted, reached_at=tx.now))
    return route.is_unroutable
