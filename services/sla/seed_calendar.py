"""Fetches a country's holidays and make-up working days from the `holidays` library, as a proposal (CAL-7)."""

from collections.abc import Sequence
from typing import Any

import holidays

from .calendars import Calendar
from .replace_holidays import replace_holidays


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
    wanted = set(years)
    workdays = getattr(found, "weekend_workdays", ())
    return replace_holidays(calendar, dict(found.items()), workdays, lambda day: day.year in wanted)
