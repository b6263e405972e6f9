"""Watches promises: when the time of a rung has come, it is told, and the next one is waited for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

import structlog

from shared.bus.unit_of_work import Transaction
from shared.events.sla import EscalationReached, EscalationUnroutable, PromiseAtRisk, PromiseBroken
from shared.events.vocabulary import EscalationLevel, PromiseKind, Role
from shared.runtime.timers import Timer, TimerHandler

from .addressees import load_held
from .calendar_store import Timekeeper, Versions
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


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when which time has come."""
    return {WATCH: partial(reach_rungs, policy, keeper)}


def share_of(
    working: WorkingTime, begins_at: datetime, seconds: float, pauses: Sequence[Paused] = ()
) -> Callable[[float], datetime]:
    """When a share of a target's working time is over: warnings come in working time too, and wait out pauses."""
    return lambda share: working.due(begins_at, seconds * share, pauses)


def calendars_of(promises: Iterable[LivePromise]) -> set[tuple[str, int]]:
    """The versions of calendars that these promises count in."""
    return {(one.calendar, one.calendar_version or 0) for one in promises if one.calendar is not None}


def rungs_of(promise: LivePromise, policy: SlaPolicy, kept: Versions) -> Iterator[Rung]:
    """The ladder of a promise in its calendar, with its pauses."""
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
    )


def next_watch(promise: LivePromise, policy: SlaPolicy, kept: Versions) -> list[Timer]:
    """The timer of the rung that a promise waits for, where its times have changed."""
    if promise.next_rung is None:
        return []
    awaited = LEVELS.index(promise.next_rung)
    ahead = (rung for rung in rungs_of(promise, policy, kept) if LEVELS.index(rung.level) >= awaited)
    return [Timer(promise.promise_id, WATCH, str(promise.complaint_id), rung.at) for rung in islice(ahead, 1)]


async def reach_rungs(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> list[Timer]:
    """Tell every rung whose time has come, once and in order, and wait for the next (section 5)."""
    live = await load_live(tx, [timer.id for timer in due])
    kept = await keeper.versions(tx, calendars_of(live.values()))
    climbed: list[Climbed] = []
    reached: list[Reached] = []
    following: list[Timer] = []
    counted: Counter[tuple[PromiseKind, EscalationLevel]] = Counter()
    steps: list[tuple[LivePromise, Climb]] = []
    now = tx.now
    for timer in due:
        promise = live.get(timer.id)
        if promise is None or promise.next_rung is None or promise.paused_since is not None:
            continue
        step = climb(rungs_of(promise, policy, kept), promise.next_rung, now)
        steps.append((promise, step))
        climbed.append(_after(promise, step, now))
        if step.following is not None:
            following.append(Timer(timer.id, WATCH, timer.subject, step.following.at))
    held = await load_held(tx, {promise.complaint_id for promise, step in steps if _breaks(step)})
    nobody = 0
    for promise, step in steps:
        for rung in step.reached:
            late = told_late(rung, now, policy.escalation)
            reached.append(Reached(promise.promise_id, rung.level, rung.at, late))
            nobody += _tell(tx, promise, rung, policy, held.get(promise.complaint_id, frozenset()), late=late)
            counted[promise.kind, rung.level] += 1
            LATENESS.observe(max((now - rung.at).total_seconds(), 0.0))
    for labels, number in counted.items():
        RUNGS.labels(*labels).inc(number)
    if nobody:
        log.error("escalation.unroutable", levels=nobody)
    await save_climbed(tx, climbed, reached)
    return following


def _after(promise: LivePromise, step: Climb, now: datetime) -> Climbed:
    state, broken_at = promise.state, promise.broken_at
    for rung in step.reached:
        if rung.level is BREACH:
            state, broken_at = PromiseState.BROKEN, now
        elif state is PromiseState.OPEN:
            state = PromiseState.AT_RISK
    return Climbed(promise.promise_id, state, step.following and step.following.level, broken_at)


def _breaks(step: Climb) -> bool:
    """Whether somebody is called by name: from the breach on."""
    return bool(step.reached) and LEVELS.index(step.reached[-1].level) >= LEVELS.index(BREACH)


def _tell(
    tx: Transaction,
    promise: LivePromise,
    rung: Rung,
    policy: SlaPolicy,
    held: frozenset[Role],
    *,
    late: bool,
) -> bool:
    """Tell of a rung; whether nobody was found to be told of it."""
    facts: dict[str, Any] = {
        "complaint_id": promise.complaint_id,
        "promise_id": promise.promise_id,
        "kind": promise.kind,
        "due_at": promise.due_at,
    }
    if rung.level is BREACH:
        tx.publish(PromiseBroken(**facts, broken_at=tx.now, told_late=late))
    if LEVELS.index(rung.level) < LEVELS.index(BREACH):
        tx.publish(PromiseAtRisk(**facts, level=rung.level, warned_at=tx.now, told_late=late))
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
        )
    )
    if route.is_unroutable:
        tx.publish(EscalationUnroutable(**facts, level=rung.level, wanted=wanted, reached_at=tx.now))
    return route.is_unroutable
