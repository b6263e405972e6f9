"""Decides when an answer goes to the customer: at once, at the owner's word, or when the time has come."""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.events.vocabulary import Severity

from .open_hours import after_open_time
from .policy import AnswerPolicy, HoursPolicy


class AnswerState(StrEnum):
    """How far an answer is; only a released one goes to the customer."""

    HELD = "HELD"
    RELEASED = "RELEASED"
    RETURNED = "RETURNED"


def release_at(
    severity: Severity, now: datetime, *, by_owner: bool, policy: AnswerPolicy, hours: HoursPolicy
) -> datetime | None:
    """FC-13: when a text goes out unless the owner says something before; None: at once, for it is the owner's own.

    The customer has one contact. What a handler writes goes out under the owner's name, so the owner reads it first:
    for an hour of open hours, for S1 ten minutes of any hour.
    """
    if by_owner or not policy.owner_releases:
        return None
    if severity is Severity.S1:
        return now + timedelta(seconds=policy.release_within_s1)
    return after_open_time(now, policy.release_within, hours)
