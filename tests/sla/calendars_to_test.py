"""Calendars for the tests of sla, as people write them, and an oracle that knows no arithmetic."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from services.sla.policy import SlaPolicy
from services.sla.read_calendar import WEEKDAYS, Limits, read_calendar
from services.sla.working_time import WorkingTime
from shared.runtime.policy import load_policy

REST = load_policy(SlaPolicy, "sla").rest
LIMITS = Limits(date(2026, 1, 1), REST)
WORKDAYS, OFFICE = WEEKDAYS[:5], ["09:00-12:00", "13:30-18:00"]


def a_week(slots: list[str], days: tuple[str, ...] = WORKDAYS) -> dict[str, list[str]]:
    """These slots on these weekdays."""
    return dict.fromkeys(days, slots)


SPRING_FESTIVAL = {
    "zone": "Asia/Shanghai",
    "week": a_week(OFFICE),
    "holidays": {f"2026-02-{day}": "春节" for day in range(15, 24)},
    "days": {"2026-02-14": OFFICE, "2026-02-28": OFFICE},
    "published_through": "2026-12-31",
}
NIGHTS = {"week": a_week(["22:00-06:00"], WEEKDAYS), "night_shifts": True}
SPLIT = {"week": a_week(["03:15-03:45", "07:15-11:59", "12:00-12:01", "20:00-24:00"], WEEKDAYS)}
ALWAYS = {"week": a_week(["00:00-24:00"], WEEKDAYS)}
PATTERNS: dict[str, dict[str, Any]] = {
    "office": {"week": a_week(OFFICE), "holidays": {"2026-03-30": "off", "2026-10-26": "off"}},
    "nights": NIGHTS,
    "split": SPLIT,
    "always": ALWAYS,
    "exceptions": {
        "week": a_week(["08:30-17:00"]),
        "holidays": {"2026-03-27": "off", "2026-11-02": "off"},
        "days": {"2026-03-28": ["10:00-23:30"], "2026-10-31": ["00:00-24:00"], "2026-03-27": ["10:00-11:00"]},
    },
}
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
)
"""With summer time of an hour, of half an hour, at midnight, and without."""

WINDOWS = (date(2026, 3, 6), date(2026, 3, 21), date(2026, 4, 18), date(2026, 10, 20))
MINUTES = 22 * 24 * 60


def working_time(document: dict[str, Any]) -> WorkingTime:
    """The engine for a calendar that can be one."""
    return WorkingTime(read_calendar("tested", document, {}, LIMITS), REST.search_days)


@cache
def case_of(zone: str, pattern: str) -> WorkingTime:
    """One of the patterns in a zone."""
    return working_time({"zone": zone, **PATTERNS[pattern]})


@cache
def minutes_of(zone: str, pattern: str, first: date) -> bytes:
    """A byte per minute from the UTC midnight of `first`, 1 where it is working time by the clock on the wall."""
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    at = ZoneInfo(zone)
    counted = bytearray(MINUTES)
    for minute in range(MINUTES):
        local = (begin + timedelta(minutes=minute)).astimezone(at)
        counted[minute] = (local.hour * 60 + local.minute) in _open_minutes(pattern, local.date())
    return bytes(counted)


@cache
def _open_minutes(pattern: str, day: date) -> frozenset[int]:
    """The minutes of a day on the wall that lie in a slot."""
    document = PATTERNS[pattern]
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return frozenset(
        minute for minute in range(1440) if is_working(document, midnight + timedelta(minutes=minute))
    )


def is_working(document: dict[str, Any], local: datetime) -> bool:
    """Whether the clock on the wall lies in a slot that began today or yesterday."""
    clock = f"{local:%H:%M:%S}"
    today = [slot.split("-") for slot in _slots(document, local.date())]
    yesterday = [slot.split("-") for slot in _slots(document, local.date() - timedelta(days=1))]
    return any(_full(begin) <= clock and (clock < _full(end) or end <= begin) for begin, end in today) or any(
        end <= begin and clock < _full(end) for begin, end in yesterday
    )


def _full(clock: str) -> str:
    return clock if len(clock) == 8 else f"{clock}:00"


def _slots(document: dict[str, Any], day: date) -> list[str]:
    name = day.isoformat()
    if name in document.get("days", {}):
        return list(document["days"][name])
    if name in document.get("holidays", {}):
        return []
    return list(document["week"].get(WEEKDAYS[day.weekday()], []))
