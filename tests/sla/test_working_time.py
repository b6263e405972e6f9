"""The arithmetic of working time, against an oracle that goes minute by minute and second by second."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytz
from businesstimedelta import BusinessTimeDelta, LunchTimeRule, Rules, WorkDayRule
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.working_time import Paused

from .calendars_to_test import (
    MINUTES,
    OFFICE,
    PATTERNS,
    SPRING_FESTIVAL,
    WINDOWS,
    ZONES,
    a_week,
    case_of,
    is_working,
    minutes_of,
    working_time,
)

OFTEN = settings(max_examples=8400, deadline=None, derandomize=True, database=None)
SOMETIMES = settings(max_examples=50, deadline=None, derandomize=True, database=None)
FESTIVAL = working_time(SPRING_FESTIVAL)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def begin_of(first: date) -> datetime:
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


pauses_in_minutes = st.lists(st.integers(0, 6000), max_size=6, unique=True).map(
    lambda marks: list(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
)


@OFTEN
@given(
    zone=st.sampled_from(ZONES),
    pattern=st.sampled_from(sorted(PATTERNS)),
    first=st.sampled_from(WINDOWS),
    start=st.integers(0, MINUTES // 2),
    minutes=st.integers(1, 4000),
    pauses=pauses_in_minutes,
)
def test_due_and_worked_are_what_counting_minute_by_minute_finds(
    zone: str, pattern: str, first: date, start: int, minutes: int, pauses: list[tuple[int, int]]
) -> None:
    counted = bytearray(minutes_of(zone, pattern, first))
    begin = begin_of(first)
    intervals = []
    for one, other in pauses:
        since, until = start + one - 500, start + other - 500
        if since >= 0:
            counted[since:until] = bytes(until - since)
            intervals.append(Paused(begin + timedelta(minutes=since), begin + timedelta(minutes=until)))
    place = start - 1
    for _ in range(minutes):
        place = counted.find(1, place + 1)
        if place < 0:
            return
    expected = begin + timedelta(minutes=place + 1)
    engine = case_of(zone, pattern)
    begun = begin + timedelta(minutes=start)
    assert engine.due(begun, minutes * 60, intervals) == expected
    assert engine.worked(begun, expected, intervals) == minutes * 60


@settings(OFTEN, max_examples=1500)
@given(
    zone=st.sampled_from(ZONES),
    pattern=st.sampled_from(sorted(PATTERNS)),
    days=st.integers(0, 3000),
    start=st.integers(0, 86_400 * 1_000_000),
    seconds=st.floats(0.001, 3_000_000),
)
def test_worked_is_the_inverse_of_due_for_any_microsecond(
    zone: str, pattern: str, days: int, start: int, seconds: float
) -> None:
    engine = case_of(zone, pattern)
    begun = datetime(2024, 1, 5, tzinfo=UTC) + timedelta(days=days, microseconds=start)
    due = engine.due(begun, seconds)
    assert engine.worked(begun, due) == pytest.approx(seconds, abs=2e-6)
    assert engine.worked(begun, due - timedelta(microseconds=2)) < engine.worked(begun, due)
    assert engine.due_many([begun], [seconds]) == [due]


clocks = st.integers(0, 86_399).map(lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}")


@SOMETIMES
@given(
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Kathmandu", "UTC"]),
    marks=st.lists(clocks, min_size=2, max_size=6, unique=True),
    start=st.integers(0, 86_400),
    span=st.integers(1, 600),
)
def test_second_by_second_over_short_ranges(zone: str, marks: list[str], start: int, span: int) -> None:
    marks.sort()
    slots = [f"{one}-{two}" for one, two in zip(marks[::2], marks[1::2], strict=False)]
    document = {"zone": zone, "week": a_week(slots, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
    engine = working_time(document)
    begun = datetime(2026, 3, 4, tzinfo=UTC) + timedelta(seconds=start)
    seconds = [begun + timedelta(seconds=offset) for offset in range(span)]
    counted = sum(is_working(document, second.astimezone(ZoneInfo(zone))) for second in seconds)
    assert engine.worked(begun, begun + timedelta(seconds=span)) == counted


@SOMETIMES
@given(
    start=st.integers(0, 60 * 24 * 200),
    minutes=st.integers(1, 6000),
)
def test_businesstimedelta_finds_the_same_where_it_applies(start: int, minutes: int) -> None:
    """It knows one stretch a day with a break, a zone, and no holidays of a list of ours."""
    rules = Rules(
        [
            WorkDayRule(
                start_time=at("2026-01-01T09:00").time(),
                end_time=at("2026-01-01T18:00").time(),
                working_days=[0, 1, 2, 3, 4],
                tz=pytz.timezone("Asia/Shanghai"),
            ),
            LunchTimeRule(
                start_time=at("2026-01-01T12:00").time(),
                end_time=at("2026-01-01T13:30").time(),
                working_days=[0, 1, 2, 3, 4],
                tz=pytz.timezone("Asia/Shanghai"),
            ),
        ]
    )
    engine = working_time({"zone": "Asia/Shanghai", "week": a_week(OFFICE)})
    begun = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=start)
    due = begun + BusinessTimeDelta(rules, hours=minutes // 60, seconds=minutes % 60 * 60)
    assert engine.due(begun, minutes * 60) == due


def test_peers_24_00_loses_no_minute_a_day() -> None:
    """Zammad 3180: a day from 00:00 to 23:59 had a minute less."""
    always = case_of("Asia/Shanghai", "always")
    assert always.worked(at("2026-01-01T00:00"), at("2026-12-31T00:00")) == 364 * 86_400


def test_intervals_are_half_open_and_due_is_the_first_moment() -> None:
    assert FESTIVAL.due(at("2026-02-13T17:00"), 3600) == at("2026-02-13T18:00")
    assert FESTIVAL.due(at("2026-02-13T18:00"), 1) == at("2026-02-14T09:00:01"), "a make-up Saturday (调休)"
    assert FESTIVAL.worked(at("2026-02-13T18:00"), at("2026-02-14T09:00")) == 0
    assert FESTIVAL.due(at("2026-02-13T12:15"), 0) == at("2026-02-13T12:15")


def test_cal_2_across_the_spring_festival() -> None:
    """Friday 13 February 16:00 and 10 hours: 2 on Friday, 7.5 on the make-up Saturday, half an hour on the 24th."""
    due = FESTIVAL.due(at("2026-02-13T16:00"), 10 * 3600)
    assert due == at("2026-02-24T09:30")
    used = FESTIVAL.slots_used(at("2026-02-13T16:00"), due)
    assert [(until - since).total_seconds() / 3600 for since, until in used] == [2, 3, 4.5, 0.5]


@pytest.mark.parametrize(
    ("document", "start", "hours", "due"),
    [
        ({"zone": "Europe/Berlin", **PATTERNS["nights"]}, "2026-03-28T22:00", 7, "2026-03-29T06:00"),
        ({"zone": "Europe/Berlin", **PATTERNS["nights"]}, "2026-10-24T22:00", 9, "2026-10-25T06:00"),
        ({"zone": "Europe/Berlin", **PATTERNS["office"]}, "2026-03-27T16:00", 4, "2026-03-31T11:00"),
    ],
    ids=["a night of seven hours", "a night of nine hours", "office hours keep their clock"],
)
def test_peers_summer_time_is_computed_by_instants(
    document: dict[str, object], start: str, hours: int, due: str
) -> None:
    """OTRS 787, oncall 3261, billetsys 175, dbt_zendesk 25: the change of the clock moved due times by an hour."""
    assert working_time(document).due(at(start, "Europe/Berlin"), hours * 3600) == at(due, "Europe/Berlin")


def test_pau_7_a_pause_over_a_weekend_gives_back_working_time_only() -> None:
    """GLPI issue 10594: paused Friday 17:00 to Monday 10:00, which are two hours of work."""
    pause = Paused(at("2026-03-06T17:00"), at("2026-03-09T10:00"))
    assert FESTIVAL.due(at("2026-03-06T16:00"), 3 * 3600, [pause]) == at("2026-03-09T12:00")


def test_due_times_far_ahead_and_long_ago_are_found() -> None:
    assert FESTIVAL.due(at("1995-03-06T16:00"), 7.5 * 3600) == at("1995-03-07T16:00")
    assert FESTIVAL.due(at("2026-03-06T16:00"), 40_000 * 3600).year == 2046
    starts = [at("2026-02-13T16:00"), at("2061-01-03T00:00"), at("1995-03-06T16:00")]
    assert FESTIVAL.due_many(starts, [36_000] * 3) == [FESTIVAL.due(start, 36_000) for start in starts]
