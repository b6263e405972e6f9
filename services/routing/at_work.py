"""Decides whether a member of staff is at work now."""

from collections.abc import Collection, Iterable
from datetime import datetime, time
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Presence(StrEnum):
    """What a telephone system or a person reports of themselves."""

    AVAILABLE = "AVAILABLE"
    BUSY = "BUSY"
    AWAY = "AWAY"


class Shift(NamedTuple):
    """Working time on some days of the week, 1 for Monday; an end at or before the start is on the next day."""

    days: Collection[int]
    starts: time
    ends: time


class Report(NamedTuple):
    """A presence that was reported, until when it is believed, and since when it has been the same."""

    presence: Presence
    expires_at: datetime
    since: datetime | None = None


def at_work(
    shifts: Iterable[Shift],
    absences: Iterable[tuple[datetime, datetime]],
    report: Report | None,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """A noted absence decides first, then what was reported last, then the shifts.

    A report that has expired means nobody is there. Who has neither reports nor shifts is taken to be there,
    so that an installation which keeps neither can work.
    """
    if any(starts <= now < ends for starts, ends in absences):
        return False
    if report is not None:
        return report.presence is not Presence.AWAY and now < report.expires_at
    plan = tuple(shifts)
    return not plan or any(_within(shift, now.astimezone(zone)) for shift in plan)


def _within(shift: Shift, local: datetime) -> bool:
    today, clock = local.isoweekday(), local.time()
    if shift.starts < shift.ends:
        return today in shift.days and shift.starts <= clock < shift.ends
    begun_today = today in shift.days and clock >= shift.starts
    yesterday = today - 1 or 7
    return begun_today or (yesterday in shift.days and clock < shift.ends)
