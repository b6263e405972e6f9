"""Fetches a country's holidays and make-up working days from the `holidays` library, as a proposal (CAL-7)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import holidays

from .calendars import Calendar
from .read_calendar import write_calendar


class UnknownPlaceError(ValueError):
    """The library knows no holidays of this place."""


def with_holidays(
    calendar: Calendar, country: str, subdivision: str | None, years: Sequence[int]
) -> dict[str, Any]:
    """The calendar's document with the holidays of these years in place of those it had in them.

    Make-up days work as a Monday does. Whether a year is published nobody can read out of the library (it gives
    days of years to come, without what is only decided later), so published_through stays as it was.
    Raises UnknownPlaceError.
    """
    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=sorted(set(years)))
    except (NotImplementedError, ValueError) as error:
        raise UnknownPlaceError(str(error)) from error
    document = write_calendar(calendar)
    for part in ("holidays", "days"):
        document[part] = {
            day: value for day, value in document[part].items() if date.fromisoformat(day).year not in years
        }
    for day, name in sorted(found.items()):
        if day.year in years:
            document["holidays"][day.isoformat()] = name[:200]
    for day in sorted(getattr(found, "weekend_workdays", ())):
        if day.year in years:
            document["days"][day.isoformat()] = document["week"]["mon"]
    return document
