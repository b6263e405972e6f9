"""Decides which broken promises stand in the report to the management: overdue for long, with no reason stated."""

from collections.abc import Callable
from datetime import datetime, timedelta

A_MOMENT = timedelta(milliseconds=1)
FARTHEST = timedelta(days=12 * 366)
"""No target is longer."""


def overdue_before(now: datetime, over_at: Callable[[datetime], datetime]) -> datetime:
    """What was due then or before is reported now; over_at: when the time after a due time is over.

    Section 5: the time counts from the breach (L1), which lies at the due time. Who was due later is never over
    sooner, so one moment parts them: it is found by halving, to the millisecond.
    """
    near = now - timedelta(days=1)
    while over_at(near) > now and now - near < FARTHEST:
        near = now - 2 * (now - near)
    far = now
    while far - near > A_MOMENT:
        middle = near + (far - near) / 2
        if over_at(middle) <= now:
            near = middle
        else:
            far = middle
    return near
