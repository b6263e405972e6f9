"""Decides when a time has passed that counts only while the house is open."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .policy import HoursPolicy

_LONGEST = 400


def after_open_time(start: datetime, seconds: int, hours: HoursPolicy) -> datetime:
    """The moment at which the house has been open for so many seconds since `start`."""
    left = timedelta(seconds=seconds)
    for opens, closes in _open_from(start, hours):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= max(closes - begin, timedelta())
    raise ValueError("the house is never open")


def _open_from(start: datetime, hours: HoursPolicy) -> Iterator[tuple[datetime, datetime]]:
    """The times at which it is open, from the day of `start` on, in UTC arithmetic of its zone."""
    zone = ZoneInfo(hours.zone)
    first = start.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(_LONGEST)):
        if day.isoweekday() in hours.days:
            for slot in hours.slots:
                opens, closes = (
                    datetime.combine(day, time.fromisoformat(clock), zone).astimezone(start.tzinfo)
                    for clock in slot
                )
                if closes > start:
                    yield opens, closes
