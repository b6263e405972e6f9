"""What counts as open time of the house (FC-10)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.open_hours import after_open_time
from services.routing.policy import HoursPolicy

from .handing_over import HOURS

START = datetime(2026, 11, 20, 17, 30, tzinfo=UTC) - timedelta(hours=8)  # a Friday in Shanghai


@pytest.mark.parametrize(
    ("start_hour", "seconds", "end"),
    [
        (0.0, 1800, "20T18:00"),
        (0.0, 1801, "23T09:00"),
        (0.0, 1800 + 3 * 3600 + 60, "23T13:31"),
        (24.0, 60, "23T09:01"),
        (-5.0, 60, "20T13:31"),
    ],
)
def test_fc_10_open_hours_leave_out_lunch_night_and_weekend(
    start_hour: float, seconds: int, end: str
) -> None:
    found = after_open_time(START + timedelta(hours=start_hour), seconds, HOURS)
    local = found.astimezone(UTC) + timedelta(hours=8)
    assert local.strftime("%dT%H:%M") == end


@given(st.integers(0, 365 * 86_400), st.integers(0, 200_000), st.integers(0, 200_000))
def test_fc_10_open_time_adds_up(after: int, first: int, second: int) -> None:
    begin = START + timedelta(seconds=after)
    step = after_open_time(after_open_time(begin, first, HOURS), second, HOURS)
    assert step >= after_open_time(begin, first + second, HOURS) - timedelta(seconds=1)
    assert step <= after_open_time(begin, first + second + 1, HOURS)


def test_hours_that_cannot_be_are_refused() -> None:
    for slots in ([["12:00", "09:00"]], [["09:00", "12:00"], ["11:00", "13:00"]], [["9", "12"]], []):
        with pytest.raises(ValueError):
            HoursPolicy.model_validate({"zone": "UTC", "days": [1], "slots": slots})
