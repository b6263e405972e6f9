"""Decides which promises a pause stops, how long it may last, and when a promise is due that was paused (PAU)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from shared.events.vocabulary import PauseReason, PromiseKind

from .policy import PausePolicy
from .working_time import Paused, WorkingTime


class Because(StrEnum):
    """Why a pause ended."""

    STAFF = "STAFF"
    CUSTOMER = "CUSTOMER"
    LIMIT = "LIMIT"
    RESOLVED = "RESOLVED"
    ENDED = "ENDED"
    REPLACED = "REPLACED"


def is_stopped(
    kind: PromiseKind,
    due_at: datetime,
    broken_at: datetime | None,
    *,
    reason: PauseReason,
    since: datetime,
    policy: PausePolicy,
) -> bool:
    """Whether a pause stops a promise.

    PAU-1, PAU-2, PAU-3: which reason stops what is policy; a first contact is never stopped. PAU-9: what was due
    before the pause, or is broken already, is not undone by it.
    """
    return kind in policy.stops[reason] and broken_at is None and due_at > since


def lacks_evidence(reason: PauseReason, evidence: str | None, policy: PausePolicy) -> bool:
    """PAU-2: that the customer is waited for has to be shown, by a message sent or by calls not answered."""
    return reason in policy.needs_evidence and not (evidence or "").strip()


def ends_of_itself_at(
    reason: PauseReason,
    since: datetime,
    agreed: datetime | None,
    *,
    used: float,
    solve_seconds: float,
    policy: PausePolicy,
    working: WorkingTime | None = None,
) -> datetime:
    """When a pause ends at the latest (PAU-5).

    An appointment with the customer lasts until its agreed time; every other pause not longer than the longest, and
    all together not longer than a share of the time for the result, in the calendar of that promise.
    """
    if reason is PauseReason.CUSTOMER_APPOINTMENT and agreed is not None:
        return max(agreed, since)
    left = max(solve_seconds * policy.most_of_solve - used, 0.0)
    used_up = working.due(since, left) if working is not None else since + timedelta(seconds=left)
    ends = min(since + timedelta(seconds=policy.longest), used_up)
    return ends if agreed is None else max(min(ends, agreed), since)


def used_seconds(pauses: Sequence[Paused], working: WorkingTime | None) -> float:
    """How much of a promise's own time these pauses took."""
    if working is None:
        return sum((until - since).total_seconds() for since, until in pauses)
    return sum(working.worked(since, until) for since, until in pauses)


def is_reported(pause: Paused, policy: PausePolicy) -> bool:
    """PAU-6: reports leave out pauses that were very short."""
    return (pause.until - pause.since).total_seconds() >= policy.reported_from


def clock_with_pauses(start: datetime, pauses: Sequence[Paused]) -> Callable[[float], datetime]:
    """When so many seconds from `start` are over on a clock that runs day and night and stops for pauses (PAU-7)."""

    def due(seconds: float) -> datetime:
        at = start + timedelta(seconds=seconds)
        for since, until in pauses:
            if since >= at:
                break
            at += max(until - max(since, start), timedelta())
        return at

    return due
