"""Decides why a recorded target and the computed one differ; every difference belongs to one named class."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.sla.count_time import Counting, count
from services.sla.working_time import WorkingTime

MOST_DAYS = 60
A_MOMENT = timedelta(minutes=3)


class Class(StrEnum):
    """How two targets relate."""

    EQUAL = "equal to the minute"
    SECONDS = "within three minutes: the recorded one has seconds of another clock"
    AT_OPENING = "the recorded one is the opening itself"
    WORKED_HOLIDAY = "equal if the public holidays in between are worked"
    ONE_DAY_MORE = "one working day later: a day off that the calendar does not have"
    ONE_DAY_LESS = "one working day earlier"
    OTHER_DAYS = "another number of working days"
    OFFSET = "equal but for the zone's UTC offset"
    OUTSIDE = "no number of working days gives it: set by hand or moved later"


class Measure(NamedTuple):
    """By what a kind of matter is counted, with holidays and without."""

    counting: Counting
    working: WorkingTime
    without_holidays: WorkingTime


def classify(
    opened: datetime, recorded: datetime, measure: Measure, zone: ZoneInfo
) -> tuple[Class, datetime]:
    """The class, and the target as it was computed from the opening alone."""
    computed = count(opened, measure.counting, measure.working).at
    if _minute(computed) == _minute(recorded):
        return Class.EQUAL, computed
    return _difference(opened, recorded, computed, measure, zone), computed


def _difference(
    opened: datetime, recorded: datetime, computed: datetime, measure: Measure, zone: ZoneInfo
) -> Class:
    if _near(computed, recorded):
        return Class.SECONDS
    if _near(opened, recorded):
        return Class.AT_OPENING
    if _near(count(opened, measure.counting, measure.without_holidays).at, recorded):
        return Class.WORKED_HOLIDAY
    days = measure.counting.working_days
    if days is not None:
        other = _other_days(opened, recorded, measure)
        if other is not None:
            steps = {1: Class.ONE_DAY_MORE, -1: Class.ONE_DAY_LESS}
            return steps.get(other - days, Class.OTHER_DAYS)
    offset = computed.astimezone(zone).utcoffset() or timedelta()
    if _near(computed + offset, recorded) or _near(computed - offset, recorded):
        return Class.OFFSET
    return Class.OUTSIDE


def _other_days(opened: datetime, recorded: datetime, measure: Measure) -> int | None:
    for days in range(1, MOST_DAYS):
        if _near(count(opened, measure.counting._replace(working_days=days), measure.working).at, recorded):
            return days
    return None


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < A_MOMENT
