"""Decides which stretches of time a promise uses until it is due: working time, or all of it, without its pauses."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .working_time import Paused, WorkingTime

_ONE_DAY = timedelta(days=1)


class Used(NamedTuple):
    """A stretch of time that counts, from `since` until before `until`."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.until - self.since).total_seconds()


class Rest(NamedTuple):
    """Days without working time, from `first` to `last`, and what the holidays among them are called."""

    first: date
    last: date
    holidays: tuple[str, ...]


def used_time(
    begins_at: datetime, due_at: datetime, working: WorkingTime | None, pauses: Sequence[Paused] = ()
) -> list[Used]:
    """Every stretch that counts; their seconds add up to the target. Pauses are in order and do not overlap."""
    if working is None:
        open_time = [(begins_at, due_at)] if begins_at < due_at else []
    else:
        open_time = working.slots_used(begins_at, due_at)
    return [piece for since, until in open_time for piece in _without(Used(since, until), pauses)]


def used_by(
    begins_at: datetime, ends_at: datetime, working: WorkingTime | None, pauses: Sequence[Paused] = ()
) -> float:
    """Seconds that counted from where counting began until then: nothing of a day off, nothing of a pause."""
    return sum((one.seconds for one in used_time(begins_at, ends_at, working, pauses)), 0.0)


def rests_between(one: Used, after: Used, working: WorkingTime) -> list[Rest]:
    """The days between two stretches on which nobody works, as the calendar has them."""
    zone, calendar = ZoneInfo(working.calendar.zone), working.calendar
    last = (after.since.astimezone(zone) - timedelta(microseconds=1)).date()
    day = one.until.astimezone(zone).date()
    resting: list[date] = []
    while day <= last:
        if not calendar.slots_of(day):
            resting.append(day)
        day += _ONE_DAY
    if not resting:
        return []
    names = (calendar.holidays[day] for day in resting if day in calendar.holidays)
    return [Rest(resting[0], resting[-1], tuple(dict.fromkeys(names)))]


def _without(one: Used, pauses: Sequence[Paused]) -> Iterator[Used]:
    at = one.since
    for since, until in pauses:
        if until <= at or since >= one.until:
            continue
        if at < since:
            yield Used(at, since)
        at = max(at, until)
    if at < one.until:
        yield Used(at, one.until)
