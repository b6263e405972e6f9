"""Many targets that are counted at once are due when each of them alone is due (CAL-6)."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.count_many import Asked, count_many
from services.sla.count_time import Counting, as_data, count, from_text
from services.sla.start_rule import StartRule, Step, When
from services.sla.working_time import Paused

from .calendars_to_test import SPRING_FESTIVAL, ZONES, case_of, working_time

BEGIN = datetime(2026, 2, 10, tzinfo=UTC)
OFFICE_RULE = StartRule((Step(When.DAY_OFF, None, time(9)), Step(When.AFTER, time(17), time(9))))
CALENDARS = {
    "festival": working_time(SPRING_FESTIVAL),
    "nights": case_of(ZONES[0], "nights"),
    "split": case_of(ZONES[-1], "split"),
}

countings = st.builds(
    Counting,
    calendar=st.sampled_from(sorted(CALENDARS)),
    version=st.just(1),
    seconds=st.none() | st.integers(60, 3_000_000).map(float),
    working_days=st.just(None),
    factor=st.sampled_from([1.0, 0.7]),
    rule=st.sampled_from([None, StartRule(), OFFICE_RULE]),
    extra=st.sampled_from([0.0, 7200.0]),
).map(lambda one: one if one.seconds is not None else one._replace(working_days=3))
pauses = st.integers(0, 40_000).map(
    lambda minute: (Paused(BEGIN + timedelta(minutes=minute), BEGIN + timedelta(minutes=minute + 600)),)
)
every_asked = st.lists(
    st.builds(
        Asked,
        start=st.integers(0, 28_800_000).map(lambda second: BEGIN + timedelta(seconds=second)),
        counting=countings,
        pauses=st.just(()) | pauses,
    ),
    max_size=12,
)


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(every_asked)
def test_each_of_many_is_due_when_it_alone_is_due(asked: list[Asked]) -> None:
    alone = [count(one.start, one.counting, CALENDARS[one.counting.calendar], one.pauses) for one in asked]
    assert count_many(asked, CALENDARS) == alone


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(countings)
def test_a_counting_is_read_from_its_text_as_it_was_written(counting: Counting) -> None:
    assert from_text(counting.calendar, counting.version, json.dumps(as_data(counting))) == counting


@pytest.mark.parametrize(
    ("due_at", "provisional"),
    [
        ("2126-12-30T10:00+08:00", False),
        ("2126-12-31T23:59:59+08:00", False),
        ("2127-01-01T00:00+08:00", True),
        ("2126-12-31T23:59:59+00:00", True),
    ],
)
def test_cal_5_the_last_published_day_is_one_of_the_calendars_own_zone(
    due_at: str, provisional: bool
) -> None:
    published = working_time(SPRING_FESTIVAL | {"published_through": "2126-12-31"}).calendar
    assert published.is_published(datetime.fromisoformat(due_at)) is not provisional
