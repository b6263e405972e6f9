"""How a promise begins, step by step, and how whole working days are added; by cases."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from services.sla.start_rule import StartRule, Step, When, add_working_days, add_working_time, begin

from .calendars_to_test import SPRING_FESTIVAL, working_time

FESTIVAL = working_time(SPRING_FESTIVAL)
NINE, SIX = time(9), time(18)
KEEPS = StartRule([Step(When.DAY_OFF, None, None)])
OFFICE = StartRule(
    [Step(When.DAY_OFF, None, NINE), Step(When.BEFORE, NINE, NINE), Step(When.AFTER, SIX, NINE)]
)


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("rule", "opened", "begins"),
    [
        (StartRule(), "2026-03-08T11:11", "2026-03-08T11:11"),
        (KEEPS, "2026-03-08T11:11", "2026-03-09T11:11"),
        (OFFICE, "2026-03-08T11:11", "2026-03-09T09:00"),
        (OFFICE, "2026-03-09T08:59:59", "2026-03-09T09:00"),
        (OFFICE, "2026-03-09T17:59:59", "2026-03-09T17:59:59"),
        (OFFICE, "2026-03-09T18:00", "2026-03-10T09:00"),
        (OFFICE, "2026-02-13T18:00", "2026-02-14T09:00"),
        (OFFICE, "2026-02-14T18:00", "2026-02-24T09:00"),
        (OFFICE._replace(skip_holidays=False), "2026-02-13T18:00", "2026-02-16T09:00"),
        (OFFICE._replace(zone="UTC"), "2026-03-09T10:00", "2026-03-09T17:00"),
    ],
    ids=[
        "as it comes",
        "a day off keeps the time of day",
        "a day off loses it",
        "too early",
        "in time",
        "too late",
        "too late before a make-up day",
        "too late before the festival",
        "holidays count as weekdays",
        "times in another zone",
    ],
)
def test_where_counting_begins(rule: StartRule, opened: str, begins: str) -> None:
    assert begin(at(opened), FESTIVAL, rule) == at(begins)


def test_whole_working_days_keep_the_time_of_day() -> None:
    counted = add_working_days(at("2026-02-12T11:11"), 3, FESTIVAL)
    assert counted.due_at == at("2026-02-24T11:11"), "Friday 13, make-up Saturday 14, Tuesday 24"
    counted = add_working_days(at("2026-02-14T19:00"), 2, FESTIVAL, OFFICE)
    assert counted == (at("2026-02-24T09:00"), at("2026-02-26T09:00"))


def test_working_time_is_added_from_where_counting_begins() -> None:
    counted = add_working_time(at("2026-02-14T19:00"), 5400, FESTIVAL, OFFICE)
    assert counted == (at("2026-02-24T09:00"), at("2026-02-24T10:30"))
