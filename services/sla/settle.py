"""Decides what is told when a promise ends: kept in time, broken and then kept, or no longer needed."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class PromiseState(StrEnum):
    """How a promise stands. AT_RISK: a warning was given; WITHDRAWN: the complaint ended without it."""

    OPEN = "OPEN"
    AT_RISK = "AT_RISK"
    BROKEN = "BROKEN"
    KEPT = "KEPT"
    WITHDRAWN = "WITHDRAWN"


class Settlement(NamedTuple):
    """done_at: when it happened; late: after the due time; broken_first: the breach has to be told before."""

    done_at: datetime
    late: bool
    broken_first: bool


def settle(due_at: datetime, told_broken: bool, happened_at: datetime, now: datetime) -> Settlement:
    """How a promise ends by what happened at `happened_at` and is heard at `now`, by the database's clock.

    What happened counts, not when we heard of it: a promise is late only if it was done after its due time,
    and done at the due time is in time. Nothing can have happened later than now. A late promise is told
    broken first, by its timer, or here if the timer has not come to it; a breach is told once. A promise that
    was done in time although its breach was told, because the news travelled long, is kept and not late: that
    puts the breach right.
    """
    done_at = min(happened_at, now)
    late = done_at > due_at
    return Settlement(done_at, late, broken_first=late and not told_broken)
