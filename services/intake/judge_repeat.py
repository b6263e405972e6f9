"""Decides whether a complaint says again what the customer said before."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from .policy import RepeatPolicy


class Earlier(NamedTuple):
    """The customer's last complaint of the same cause group; resolved_at is None while it is open."""

    complaint_id: UUID
    repeat_index: int
    resolved_at: datetime | None


class Repeat(NamedTuple):
    """Which complaint is repeated, and how many times it was said now; 1 is the first time."""

    repeat_of: UUID | None
    repeat_index: int


def judge_repeat(earlier: Earlier | None, now: datetime, policy: RepeatPolicy) -> Repeat:
    """REP-3: the same cause while it is open, or within a time after its resolution, is a repeat.

    It is a complaint of its own that names the earlier one.
    """
    if earlier is None:
        return Repeat(None, 1)
    if earlier.resolved_at and now > earlier.resolved_at + timedelta(seconds=policy.within):
        return Repeat(None, 1)
    return Repeat(earlier.complaint_id, earlier.repeat_index + 1)
