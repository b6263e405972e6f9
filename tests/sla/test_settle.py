"""The rule that ends a promise, by cases and by properties."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.settle import settle

DUE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after the due time."""
    return DUE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("happened", "heard", "told_broken", "late", "broken_first"),
    [
        (-10, -9, False, False, False),
        (0, 1, False, False, False),
        (-1, 30, False, False, False),
        (1, 2, False, True, True),
        (1, 2, True, True, False),
        (-1, 30, True, False, False),
    ],
    ids=[
        "in time",
        "at the due time",
        "in time, heard late",
        "late, before the timer",
        "late, after the timer",
        "in time, heard after the breach was told",
    ],
)
def test_a_promise_is_late_only_if_it_was_done_late_and_broken_is_told_once(
    happened: float, heard: float, told_broken: bool, late: bool, broken_first: bool
) -> None:
    ending = settle(DUE, told_broken, at(happened), at(heard))
    assert (ending.done_at, ending.late, ending.broken_first) == (at(happened), late, broken_first)


def test_nothing_happens_later_than_now_even_if_another_clock_says_so() -> None:
    ending = settle(DUE, False, at(5), at(-5))
    assert ending == (at(-5), False, False)


@given(
    happened=st.integers(-1000, 1000),
    travelled=st.integers(0, 1000),
    timer_after=st.none() | st.integers(0, 500),
)
def test_in_any_order_of_deed_news_and_timer_what_is_told_is_consistent(
    happened: int, travelled: int, timer_after: int | None
) -> None:
    """The timer comes some seconds after the due time, or never; the news some seconds after the deed."""
    heard = happened + travelled
    timer_came_first = timer_after is not None and timer_after < heard
    ending = settle(DUE, timer_came_first, at(happened), at(heard))
    told = ["broken"] * (timer_came_first + ending.broken_first) + ["kept late" if ending.late else "kept"]
    assert told.count("broken") <= 1
    assert ("kept late" in told) == (happened > 0)
    assert not ("kept late" in told and "broken" not in told)
    if heard <= 0:
        assert told == ["kept"]
