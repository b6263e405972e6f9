"""What can be a calendar and what cannot, by cases."""

from datetime import date
from typing import Any

import pytest

from services.sla.read_calendar import (
    CalendarFaultsError,
    Fault,
    Known,
    read_calendar,
    trusted,
    write_calendar,
)

from .calendars_to_test import LIMITS, NIGHTS, OFFICE, PATTERNS, SPRING_FESTIVAL, WORKDAYS, a_week

OFFICE_WEEK = {"zone": "Asia/Shanghai", "week": a_week(OFFICE)}


def faults_of(changes: dict[str, Any], others: dict[str, Known] | None = None) -> tuple[Fault, ...]:
    with pytest.raises(CalendarFaultsError) as refused:
        read_calendar("mine", OFFICE_WEEK | changes, others or {}, LIMITS)
    return refused.value.faults


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ({"week": a_week(["09:00-12:00", "11:59-18:00"])}, "week.mon.1", "before the slot before"),
        ({"week": a_week(["13:00-18:00", "09:00-12:00"])}, "week.mon.1", "before the slot before"),
        ({"week": a_week(["18:00-09:00"])}, "week.mon.0", "ends before it starts"),
        ({"week": a_week(["09:00-25:00"])}, "week.mon.0", "must be like 09:00-12:00"),
        ({"week": a_week(["24:00-24:00"])}, "week.mon.0", "must be like 09:00-12:00"),
        ({"week": a_week(["nine to five"])}, "week.mon.0", "must be like 09:00-12:00"),
        ({"zone": "Asia/Atlantis"}, "zone", "no IANA time zone"),
        ({"zone": "../../etc/passwd"}, "zone", "no IANA time zone"),
        ({"holidays": {"2026-02-30": "x"}}, "holidays.2026-02-30", "no date"),
        ({"days": {"0001-01-01": OFFICE}}, "days.0001-01-01", "no date"),
        ({"published_through": "2026-13-01"}, "published_through", "no date"),
        ({"holidays_of": "mine"}, "holidays_of", "in a ring: mine → mine"),
        ({"holidays_of": "nobody"}, "holidays_of", "there is no calendar 'nobody'"),
        ({"week": {}}, "week", "no working time"),
    ],
)
def test_a_calendar_is_refused_with_the_place_and_the_reason(
    changes: dict[str, Any], place: str, reason: str
) -> None:
    first = faults_of(changes)[0]
    assert first.place == place
    assert reason in first.english
    assert first.chinese


def test_every_fault_is_named_at_once() -> None:
    found = faults_of({"zone": "x", "week": a_week(["a"], ("mon", "tue")), "holidays": {"2026-99-99": ""}})
    assert [fault.place for fault in found] == ["zone", "week.mon.0", "week.tue.0", "holidays.2026-99-99"]


def test_calendars_that_refer_to_each_other_in_a_ring_are_refused() -> None:
    calendar = read_calendar("a", OFFICE_WEEK, {}, LIMITS)
    others = {"a": Known(calendar, "b"), "b": Known(calendar, "mine")}
    assert "mine → a → b → mine" in faults_of({"holidays_of": "a"}, others)[0].english


def test_a_night_that_runs_into_the_next_days_first_slot_is_refused() -> None:
    found = faults_of({"week": {"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]}, "night_shifts": True})
    assert found[0].place == "week.mon.0"
    found = faults_of(
        {
            "week": a_week(["22:00-06:00"], WORKDAYS),
            "days": {"2026-03-03": ["05:00-08:00"]},
            "night_shifts": True,
        }
    )
    assert found[0].place == "days.2026-03-02.0"


@pytest.mark.parametrize(
    ("zone", "slot", "why"),
    [
        ("Europe/Berlin", "02:30-05:00", "02:30 does not exist on 2026-03-29"),
        ("America/New_York", "01:30-05:00", "01:30 exists twice on 2026-11-01"),
    ],
)
def test_times_on_change_days_that_do_not_exist_or_exist_twice_are_refused(
    zone: str, slot: str, why: str
) -> None:
    assert any(why in fault.english for fault in faults_of({"zone": zone, "week": a_week([slot], ("sun",))}))
    without = read_calendar("mine", {"zone": zone, "week": a_week([slot])}, {}, LIMITS)
    assert without.week[6] == (), "no change falls on a weekday"


def test_a_night_shift_that_ends_when_the_clock_is_put_forward_is_no_doubt() -> None:
    document = {"zone": "Europe/Berlin", "week": a_week(["22:00-01:00"], ("sat",)), "night_shifts": True}
    assert read_calendar("mine", document | {"week": document["week"] | a_week(OFFICE)}, {}, LIMITS)  # type: ignore[operator]


def test_cal_5_a_calendar_without_working_time_in_thirty_days_is_refused() -> None:
    holidays = {date(2026, 6, day).isoformat(): "off" for day in range(1, 26)}
    assert read_calendar("mine", OFFICE_WEEK | {"holidays": holidays}, {}, LIMITS)
    more = {date(2026, 6, day).isoformat(): "off" for day in range(1, 31)}
    [fault] = faults_of({"holidays": more})
    assert "2026-05-29 to 2026-07-01" in fault.english


def test_cal_2_a_holiday_wins_over_the_weekday_and_an_exception_over_the_holiday() -> None:
    calendar = read_calendar("mine", SPRING_FESTIVAL | {"days": {"2026-02-16": ["10:00-11:00"]}}, {}, LIMITS)
    assert calendar.slots_of(date(2026, 2, 13)) == calendar.week[0]
    assert calendar.slots_of(date(2026, 2, 17)) == ()
    assert calendar.slots_of(date(2026, 2, 16)) == ((36_000, 39_600),)


def test_cal_3_a_calendar_takes_the_holidays_of_another_and_keeps_its_own_hours_and_zone() -> None:
    base = Known(read_calendar("cn", SPRING_FESTIVAL, {}, LIMITS), None)
    document = {"zone": "Asia/Urumqi", "week": a_week(["10:00-19:00"]), "holidays_of": "cn"}
    calendar = read_calendar("mine", document, {"cn": base}, LIMITS)
    assert calendar.slots_of(date(2026, 2, 17)) == ()
    assert calendar.slots_of(date(2026, 2, 14)) == ((36_000, 68_400),), "a make-up day with its own hours"
    assert calendar.published_through == date(2026, 12, 31)


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_what_is_written_is_read_as_the_same(pattern: str) -> None:
    calendar = read_calendar("mine", {"zone": "Asia/Shanghai", **PATTERNS[pattern]}, {}, LIMITS)
    assert trusted(write_calendar(calendar)) == calendar
    assert read_calendar("mine", write_calendar(calendar), {}, LIMITS) == calendar


def test_cal_1_a_slot_may_end_after_midnight_and_at_24_00() -> None:
    nights = read_calendar("mine", {"zone": "UTC", **NIGHTS}, {}, LIMITS)
    assert nights.week[0] == ((79_200, 108_000),)
    whole = read_calendar("mine", {"zone": "UTC", "week": a_week(["00:00-24:00"])}, {}, LIMITS)
    assert whole.week[0] == ((0, 86_400),)
