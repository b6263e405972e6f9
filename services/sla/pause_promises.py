"""Stops promises and lets them go on, many at a time: stored as intervals, told, and counted again (PAU)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import Promise, PromisesPaused, PromisesResumed
from shared.events.vocabulary import PauseReason, PromiseKind
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .calendar_store import Timekeeper, Versions
from .count_time import count
from .pause_store import Ended, GoesOn, Open, Pause, load_ending, load_open, save_begun, save_ended
from .pauses import Because, clock_with_pauses, ends_of_itself_at, is_stopped, used_seconds
from .policy import SlaPolicy
from .promise_rows import LivePromise
from .promises import load_live_of
from .regulator_clocks import lay_clocks
from .watch import calendars_of, next_watch
from .working_time import Paused

PAUSE = "pause"
PAUSABLE = (PromiseKind.UPDATE, PromiseKind.SOLVE)


class Begin(NamedTuple):
    """A pause that begins; `agreed_until`: when it is to end, if that is known."""

    pause_id: UUID
    complaint_id: UUID
    reason: PauseReason
    evidence: str | None
    by: str
    since: datetime
    agreed_until: datetime | None
    because_of: Envelope[Any] | None = None


class End(NamedTuple):
    """The pause of a complaint ends; only one for a certain reason, if `only` says so."""

    complaint_id: UUID
    until: datetime
    because: Because
    because_of: Envelope[Any] | None = None
    only: PauseReason | None = None
    by: str | None = None


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when a pause has lasted as long as it may."""
    return {PAUSE: partial(end_of_themselves, policy, keeper)}


async def end_of_themselves(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> None:
    """PAU-5: go on at the limit, also if that is noticed later, and tell the team lead."""
    ending = await load_ending(tx, [timer.id for timer in due])
    ends = [End(complaint_id, at, Because.LIMIT) for complaint_id, at in ending.items()]
    await end_pauses(tx, policy, keeper, ends)


async def begin_pauses(
    tx: Transaction, policy: SlaPolicy, keeper: Timekeeper, begins: Sequence[Begin]
) -> list[Pause]:
    """Stop what these pauses stop; a pause that lasts ends where the next one begins. Complaints are locked."""
    await end_pauses(
        tx,
        policy,
        keeper,
        [End(one.complaint_id, one.since, Because.REPLACED, one.because_of) for one in begins],
    )
    live = await load_live_of(tx, [one.complaint_id for one in begins], PAUSABLE)
    kept = await keeper.versions(tx, calendars_of(live))
    begun: list[Pause] = []
    stopped: list[tuple[UUID, datetime]] = []
    for one in begins:
        own = [promise for promise in live if promise.complaint_id == one.complaint_id]
        pause = _begin(one, own, policy, kept, tx.now)
        stops = [
            promise
            for promise in own
            if is_stopped(
                promise.kind,
                promise.due_at,
                promise.broken_at,
                reason=pause.reason,
                since=pause.since,
                policy=policy.pauses,
            )
        ]
        begun.append(pause)
        stopped += [(promise.promise_id, pause.since) for promise in stops]
        if stops:
            tx.publish(_told_paused(pause, stops), because_of=one.because_of)
    await save_begun(tx, begun, stopped, policy.version)
    await disarm(tx, [promise_id for promise_id, _ in stopped])
    await arm(tx, [Timer(one.pause_id, PAUSE, str(one.complaint_id), one.ends_by) for one in begun])
    await lay_clocks(tx, policy, keeper, {one.complaint_id for one in live if one.kind is PromiseKind.SOLVE})
    return begun


async def end_pauses(
    tx: Transaction, policy: SlaPolicy, keeper: Timekeeper, ends: Sequence[End]
) -> dict[UUID, list[LivePromise]]:
    """Let the promises of these complaints go on, with their new due times; returns them by complaint."""
    by_complaint = {end.complaint_id: end for end in ends}
    if not by_complaint:
        return {}
    open_ones = {
        complaint_id: pause
        for complaint_id, pause in (await load_open(tx, by_complaint)).items()
        if by_complaint[complaint_id].only in {None, pause.reason}
    }
    if not open_ones:
        return {}
    live = [one for one in await load_live_of(tx, open_ones, PAUSABLE) if one.paused_since is not None]
    kept = await keeper.versions(tx, calendars_of(live))
    ended: list[Ended] = []
    going_on: dict[UUID, list[LivePromise]] = {}
    for complaint_id, pause in open_ones.items():
        end = by_complaint[complaint_id]
        until = max(min(end.until, tx.now), pause.since)
        own = [_go_on(promise, until, kept) for promise in live if promise.complaint_id == complaint_id]
        ended.append(Ended(pause.pause_id, until, end.because, end.by))
        going_on[complaint_id] = own
        if own:
            tx.publish(_told_resumed(pause, end, until, own, policy), because_of=end.because_of)
    every = [promise for own in going_on.values() for promise in own]
    await save_ended(tx, ended, [_stored(promise) for promise in every])
    await disarm(tx, [one.pause_id for one in ended])
    await arm(tx, [timer for promise in every for timer in next_watch(promise, policy, kept)])
    return going_on


def _begin(one: Begin, own: Sequence[LivePromise], policy: SlaPolicy, kept: Versions, now: datetime) -> Pause:
    since = min(one.since, now)
    solve = next((promise for promise in own if promise.kind is PromiseKind.SOLVE), None)
    if solve is None:
        ends_by = one.agreed_until or since
    else:
        working = kept[solve.calendar, solve.calendar_version or 0].working if solve.calendar else None
        ends_by = ends_of_itself_at(
            one.reason,
            since,
            one.agreed_until,
            used=used_seconds(solve.pauses, working),
            solve_seconds=solve.target_seconds,
            policy=policy.pauses,
            working=working,
        )
    return Pause(
        one.pause_id,
        one.complaint_id,
        one.reason,
        one.evidence,
        one.by,
        since,
        one.agreed_until,
        max(ends_by, since),
    )


def _go_on(promise: LivePromise, until: datetime, kept: Versions) -> LivePromise:
    """The promise as it is after its pause (PAU-7)."""
    assert promise.paused_since is not None
    pauses = (*promise.pauses, Paused(promise.paused_since, until))
    return count_again(promise._replace(pauses=pauses, paused_since=None), kept)


def count_again(promise: LivePromise, kept: Versions) -> LivePromise:
    """The promise with the due time that its target and its pauses give it."""
    if promise.calendar is None or promise.counting is None:
        due_at = clock_with_pauses(promise.starts_at, promise.pauses)(promise.target_seconds)
        return promise._replace(due_at=due_at)
    working = kept[promise.calendar, promise.calendar_version or 0].working
    due = count(promise.starts_at, promise.counting, working, promise.pauses)
    return promise._replace(due_at=due.at, provisional=due.provisional)


def _stored(promise: LivePromise) -> GoesOn:
    pauses = [[since.isoformat(), until.isoformat()] for since, until in promise.pauses]
    return GoesOn(promise.promise_id, promise.due_at, promise.provisional, {"intervals": pauses})


def _told_paused(pause: Pause, stops: Sequence[LivePromise]) -> PromisesPaused:
    return PromisesPaused(
        complaint_id=pause.complaint_id,
        pause_id=pause.pause_id,
        reason=pause.reason,
        kinds=tuple(promise.kind for promise in stops),
        paused_at=pause.since,
        ends_by=pause.ends_by,
    )


def _told_resumed(
    pause: Open, end: End, until: datetime, own: Sequence[LivePromise], policy: SlaPolicy
) -> PromisesResumed:
    return PromisesResumed(
        complaint_id=pause.complaint_id,
        pause_id=pause.pause_id,
        reason=pause.reason,
        because=end.because,
        promises=tuple(
            Promise(
                promise_id=promise.promise_id,
                kind=promise.kind,
                starts_at=promise.starts_at,
                due_at=promise.due_at,
                target_seconds=promise.target_seconds,
                cell=promise.cell,
            )
            for promise in own
        ),
        told=policy.pauses.told if end.because is Because.LIMIT else (),
        paused_at=pause.since,
        resumed_at=until,
    )
