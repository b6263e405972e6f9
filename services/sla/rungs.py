"""Decides at which moments of a promise's life somebody is told, which have come, and which is next."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.events.vocabulary import EscalationLevel, PromiseKind, Severity

from .policy import EscalationPolicy, SlaPolicy

LEVELS = tuple(EscalationLevel)
_PLACES = {level: place for place, level in enumerate(LEVELS)}
BREACH = EscalationLevel.L1


class Rung(NamedTuple):
    """A level of the ladder and the moment at which it is reached."""

    level: EscalationLevel
    at: datetime


class Climb(NamedTuple):
    """The rungs that are reached, in order, and the one to wait for next; None after the last."""

    reached: list[Rung]
    following: Rung | None


def ladder(
    kind: PromiseKind,
    severity: Severity,
    starts_at: datetime,
    due_at: datetime,
    policy: SlaPolicy,
    *,
    share_at: Callable[[float], datetime] | None = None,
    target_seconds: float | None = None,
    repeat_index: int = 1,
    awaited: EscalationLevel = LEVELS[0],
) -> Iterator[Rung]:
    """Every rung of a promise from the awaited one on, in order: W1 and W2 at their shares of the time, L1 when it is
    due, L2 and L3 after it.

    Section 5. Each is computed when it is asked for, which most never are. The anchor is fixed: start and due time,
    never a last change. share_at: when a share of the target's working time is over; without it the clock runs day and
    night.
    """
    shares = _shares(kind, severity, policy)
    first = _PLACES[awaited]
    for level in sorted(shares):
        if _PLACES[level] >= first:
            share = shares[level]
            yield Rung(
                level, starts_at + (due_at - starts_at) * share if share_at is None else share_at(share)
            )
    seconds = (due_at - starts_at).total_seconds() if target_seconds is None else target_seconds
    following = _after_the_breach(kind, due_at, seconds, repeat_index, policy.escalation)
    for rung in (Rung(BREACH, due_at), *following):
        if _PLACES[rung.level] >= first:
            yield rung


def _shares(kind: PromiseKind, severity: Severity, policy: SlaPolicy) -> Mapping[Any, float]:
    warnings = policy.warnings[kind]
    if severity is Severity.S1 and warnings.critical is not None:
        return warnings.critical
    return warnings.shares


def _after_the_breach(
    kind: PromiseKind, due_at: datetime, seconds: float, repeat_index: int, policy: EscalationPolicy
) -> tuple[Rung, ...]:
    """L2 a share of the target later within its bounds, L3 a day later; both at once for a frequent repetition."""
    if kind not in policy.kinds:
        return ()
    if repeat_index >= policy.l3_from_index:
        return Rung(EscalationLevel.L2, due_at), Rung(EscalationLevel.L3, due_at)
    second = min(max(seconds * policy.l2_share, policy.l2_least), policy.l2_most)
    return (
        Rung(EscalationLevel.L2, due_at + timedelta(seconds=second)),
        Rung(EscalationLevel.L3, due_at + timedelta(seconds=policy.l3_after)),
    )


def climb(rungs: Iterable[Rung], awaited: EscalationLevel, now: datetime) -> Climb:
    """What is reached when the time of the awaited rung has come, at `now`.

    Reached are that rung and all after it whose time has come too, in order: so after an outage every level
    is told, once, and none overtakes another. A level that the policy no longer has is passed over.
    """
    reached: list[Rung] = []
    ahead = _PLACES[awaited]
    for rung in rungs:
        if _PLACES[rung.level] < ahead:
            continue
        if rung.at > now and rung.level is not awaited:
            return Climb(reached, rung)
        reached.append(rung)
    return Climb(reached, None)


def told_late(rung: Rung, now: datetime, policy: EscalationPolicy) -> bool:
    """Whether a rung that is told now is told well after its moment, as after an outage (section 5)."""
    return (now - rung.at).total_seconds() >= policy.late_from
