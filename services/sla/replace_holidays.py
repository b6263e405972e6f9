"""Decides what becomes of a calendar when the holidays of some time are known anew: they take the place of the old."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from .calendars import Calendar
from .read_calendar import write_calendar


def replace_holidays(
    calendar: Calendar, holidays: Mapping[date, str], workdays: Iterable[date], covers: Callable[[date], bool]
) -> dict[str, Any]:
    """The calendar's document with these days in place of those that it had where `covers` says so.

    Make-up days work as a Monday does.
    """
    document = write_calendar(calendar)
    for part in ("holidays", "days"):
        document[part] = {
            day: value for day, value in document[part].items() if not covers(date.fromisoformat(day))
        }
    for day, name in sorted(holidays.items()):
        if covers(day):
            document["holidays"][day.isoformat()] = name[:200]
    for day in sorted(workdays):
        if covers(day):
            document["days"][day.isoformat()] = document["week"]["mon"]
    return document
