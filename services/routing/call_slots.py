"""Decides when to call a customer: in those slots of the day in which they have answered before."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .policy import CallPolicy


class Attempt(NamedTuple):
    """A call that was tried."""

    at: datetime
    reached: bool


class Slot(NamedTuple):
    """A time to call; tried, answered: how often in this slot of the day before; chance: what follows from that."""

    starts_at: datetime
    ends_at: datetime
    tried: int
    answered: int
    chance: float


def propose_slots(now: datetime, attempts: Sequence[Attempt], policy: CallPolicy) -> list[Slot]:
    """The best slots of the next days, the likeliest first, of equal ones the sooner.

    Nothing is known of a slot that was never tried: it counts as one in two. After a call that was not answered the
    next is tried some hours later (FU-4). A slot that has begun is proposed while it lasts.
    """
    zone = ZoneInfo(policy.zone)
    failed = max((attempt.at for attempt in attempts if not attempt.reached), default=None)
    earliest = max(now, failed + timedelta(seconds=policy.apart)) if failed else now
    history = [(attempt.at.astimezone(zone).time(), attempt.reached) for attempt in attempts]
    first = now.astimezone(zone).date()
    found = []
    for day in (first + timedelta(days=number) for number in range(policy.days_ahead + 1)):
        for start, end in policy.slots:
            begins, ends = time.fromisoformat(start), time.fromisoformat(end)
            tries = [reached for at, reached in history if begins <= at < ends]
            chance = (sum(tries) + 1) / (len(tries) + 2)
            starts_at, ends_at = (
                datetime.combine(day, clock, zone).astimezone(now.tzinfo) for clock in (begins, ends)
            )
            if ends_at > earliest:
                found.append(Slot(max(starts_at, earliest), ends_at, len(tries), sum(tries), chance))
    found.sort(key=lambda slot: (-slot.chance, slot.starts_at))
    return found[: policy.proposed]
