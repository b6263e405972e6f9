"""Decides when a promise begins to count and how its time is added, by steps that are data."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .calendars import Calendar
from .working_time import WorkingTime


class When(StrEnum):
    """When a step applies: opened on a day without work, before a time of the day, or at a time or after it."""

    DAY_OFF = "day_off"
    BEFORE = "before"
    AFTER = "after"


class Step(NamedTuple):
    """A day off and what is too late move to the next working day, what is too early within its day.

    move_to: the time of day that it then has; None keeps its own.
    """

    when: When
    clock: time | None
    move_to: time | None


class StartRule(NamedTuple):
    """Steps in order; `zone` in place of the calendar's own; `skip_holidays`: False counts holidays as weekdays."""

    steps: Sequence[Step] = ()
    zone: str | None = None
    skip_holidays: bool = True


class Counted(NamedTuple):
    """begins_at: where counting begins, after the steps; due_at: where it ends."""

    begins_at: datetime
    due_at: datetime


AS_IT_COMES = StartRule()


def add_working_time(
    start: datetime, seconds: float, working: WorkingTime, rule: StartRule = AS_IT_COMES
) -> Counted:
    """Begin by the rule, then count `seconds` of working time."""
    begins = begin(start, working, rule)
    return Counted(begins, working.due(begins, seconds))


def add_working_days(
    start: datetime, days: int, working: WorkingTime, rule: StartRule = AS_IT_COMES
) -> Counted:
    """Begin by the rule, then count whole working days, keeping the time of day on the wall."""
    begins = begin(start, working, rule)
    local = begins.astimezone(_zone(working.calendar, rule))
    day = local.date()
    for _ in range(days):
        day = _next_working_day(day, working, rule)
    return Counted(begins, _at(day, local.time(), local).astimezone(start.tzinfo))


def begin(start: datetime, working: WorkingTime, rule: StartRule) -> datetime:
    """Where counting begins for what was opened at `start`."""
    if not rule.steps:
        return start
    calendar = working.calendar
    local = start.astimezone(_zone(calendar, rule))
    for step in rule.steps:
        move_to = step.move_to or local.time()
        if step.when is When.DAY_OFF and not _is_working_day(local.date(), calendar, rule):
            local = _at(_next_working_day(local.date(), working, rule), move_to, local)
        elif step.when is When.BEFORE and step.clock is not None and local.time() < step.clock:
            local = _at(local.date(), move_to, local)
        elif step.when is When.AFTER and step.clock is not None and local.time() >= step.clock:
            local = _at(_next_working_day(local.date(), working, rule), move_to, local)
    return local.astimezone(start.tzinfo)


def _zone(calendar: Calendar, rule: StartRule) -> ZoneInfo:
    return ZoneInfo(rule.zone or calendar.zone)


def _at(day: date, clock: time, like: datetime) -> datetime:
    return datetime.combine(day, clock, like.tzinfo)


def _is_working_day(day: date, calendar: Calendar, rule: StartRule) -> bool:
    return bool(calendar.slots_of(day) if rule.skip_holidays else calendar.week[day.weekday()])


def _next_working_day(day: date, working: WorkingTime, rule: StartRule) -> date:
    """CAL-5: the day at which the search is given up counts as one."""
    for later in range(1, working.search_days):
        if _is_working_day(day + timedelta(days=later), working.calendar, rule):
            return day + timedelta(days=later)
    return day + timedelta(days=working.search_days)
