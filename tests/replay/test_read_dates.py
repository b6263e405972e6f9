"""Dates by cases and properties: what is read, what is ambiguous, what is no date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.command.replay.read_dates import (
    AmbiguousDateError,
    AmbiguousTimeError,
    DateReader,
    NoSuchTimeError,
    UnreadableDateError,
    check_format,
    has_offset,
)

DAY_FIRST, MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"


@pytest.mark.parametrize(
    ("text", "format_", "expected"),
    [
        ("18-Apr-15 9:55:47 AM", "%d-%b-%y %I:%M:%S %p", "2015-04-18T09:55:47+08:00"),
        ("2019/2/28 11:25:05", "%Y/%m/%d %H:%M:%S", "2019-02-28T11:25:05+08:00"),
        ("43678", "excel", "2019-08-01T00:00:00+08:00"),
        ("43678.75", "excel", "2019-08-01T18:00:00+08:00"),
        ("1564617600", "unix", "2019-08-01T00:00:00+00:00"),
        ("1564617600250", "unix-ms", "2019-08-01T00:00:00.250000+00:00"),
        ("2019-08-01T10:00:00-04:00", "iso8601", "2019-08-01T10:00:00-04:00"),
        ("2019-08-01 10:00", "iso8601", "2019-08-01T10:00:00+08:00"),
        ("01.08.2019 10:00 +0200", "%d.%m.%Y %H:%M %z", "2019-08-01T10:00:00+02:00"),
    ],
)
def test_a_date_is_read_in_its_format_and_zone(text: str, format_: str, expected: str) -> None:
    assert DateReader([format_], "Asia/Shanghai").read(text) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "soon", "31/02/2019", "2019", "12/31/19", "unknown", "99999999"])
def test_what_fits_no_format_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        DateReader([DAY_FIRST, "excel"], "UTC").read(text)


def test_the_second_format_is_tried_where_the_first_does_not_fit() -> None:
    reader = DateReader(["%Y/%m/%d", "excel"], "UTC")
    assert reader.read("2019/8/1") == reader.read("43678")


@given(some.dates(min_value=date(2000, 1, 1), max_value=date(2030, 12, 31)))
def test_a_day_is_ambiguous_exactly_where_day_and_month_can_be_exchanged(day: date) -> None:
    reader = DateReader([DAY_FIRST, MONTH_FIRST], "UTC")
    text = day.strftime(DAY_FIRST)
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(AmbiguousDateError):
            reader.read(text)
    else:
        assert reader.read(text).date() == day


@given(some.dates(min_value=date(2000, 1, 1), max_value=date(2030, 12, 31)))
def test_one_format_settles_the_order(day: date) -> None:
    assert DateReader([MONTH_FIRST], "UTC").read(day.strftime(MONTH_FIRST)).date() == day


def test_a_time_that_the_clocks_showed_twice_is_ambiguous() -> None:
    reader = DateReader(["%Y-%m-%d %H:%M"], "America/New_York")
    with pytest.raises(AmbiguousTimeError):
        reader.read("2022-11-06 01:30")
    assert reader.read("2022-11-06 02:30").utcoffset() == timedelta(hours=-5)


def test_a_time_that_the_clocks_skipped_does_not_exist() -> None:
    reader = DateReader(["%Y-%m-%d %H:%M"], "America/New_York")
    with pytest.raises(NoSuchTimeError):
        reader.read("2022-03-13 02:30")
    assert reader.read("2022-03-13 03:30").astimezone(UTC).hour == 7


@given(some.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2037, 1, 1)))  # noqa: DTZ001
def test_every_local_time_is_read_as_what_the_clock_showed_or_refused(local: datetime) -> None:
    local = local.replace(microsecond=0)
    try:
        read = DateReader(["%Y-%m-%d %H:%M:%S"], "Europe/Berlin").read(local.strftime("%Y-%m-%d %H:%M:%S"))
    except (AmbiguousTimeError, NoSuchTimeError):
        assert 1 <= local.hour <= 3
    else:
        assert read.replace(tzinfo=None) == local


@pytest.mark.parametrize("format_", ["%d/%m", "%Y", "%H:%M", "tomorrow", "%Q", "%d/%m/%Y %I:%M", ""])
def test_a_format_that_cannot_tell_the_time_is_refused(format_: str) -> None:
    with pytest.raises(ValueError, match=r"format|tell|twice"):
        check_format(format_)


@pytest.mark.parametrize("format_", ["%d/%m/%Y", "%y%m%d", "%d %b %Y %I %p", "excel", "iso8601"])
def test_a_format_that_tells_the_day_is_taken(format_: str) -> None:
    check_format(format_)
    assert not has_offset(format_)
