"""When a regulator's clock has to be there: before it may speak, whatever policy says, and not earlier than needed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.choose_target import choose_target
from services.sla.conditions import Facts
from services.sla.count_time import Counting, count
from services.sla.lay_clock import earliest_warning, lay_at_once, lay_now
from services.sla.policy import ClockPolicy, InCalendar, SlaPolicy
from services.sla.rungs import ladder
from services.sla.watch import share_of
from services.sla.working_time import WorkingTime
from shared.events.vocabulary import Grade, PromiseKind, Severity
from shared.runtime.policy import load_policy

from .calendars_to_test import NIGHTS, SPRING_FESTIVAL, working_time

POLICY = load_policy(SlaPolicy, "sla")
START = datetime(2026, 1, 5, tzinfo=UTC)
DAY = 86_400.0
OFFICES = [working_time(SPRING_FESTIVAL), working_time(NIGHTS | {"zone": "Asia/Shanghai"})]


def with_target(target: float | InCalendar) -> SlaPolicy:
    """The policy with one clock of that length."""
    clocks = (ClockPolicy(name="one", target=target),)
    profile = POLICY.regulator.profiles["CN-TELECOM"].model_copy(update={"clocks": clocks})
    regulator = POLICY.regulator.model_copy(update={"profiles": {"CN-TELECOM": profile}})
    return POLICY.model_copy(update={"regulator": regulator})


def laid_after(severity: Severity, grade: Grade, index: int, policy: SlaPolicy) -> float:
    """Seconds from the beginning until the clock beside a result that never comes is laid."""
    facts = Facts(severity, "default", grade, index)
    target = choose_target(PromiseKind.SOLVE, facts, START, policy)
    rungs = [*ladder(PromiseKind.SOLVE, severity, START, target.due_at, policy, repeat_index=index), None]
    after = [rung and (rung.at - START).total_seconds() for rung in rungs]
    earliest = earliest_warning(policy)
    assert after[0] is not None
    if lay_at_once(facts, after[0], earliest, policy.regulator):
        return 0.0
    return next(now for now, then in pairwise(after) if now is not None and lay_now(then, earliest))


@pytest.mark.parametrize("days", [0.1, 1, 2.5, 3, 6, 15, 60, 365])
@pytest.mark.parametrize("index", [1, 3])
def test_section_11_a_clock_is_laid_before_it_speaks(days: float, index: int) -> None:
    policy = with_target(days * DAY)
    for severity in Severity:
        for grade in Grade:
            assert laid_after(severity, grade, index, policy) <= days * DAY * 0.5


def test_section_11_a_clock_of_fifteen_days_is_laid_with_the_last_level_and_one_of_six_with_the_breach() -> (
    None
):
    assert laid_after(Severity.S3, Grade.S, 1, with_target(15 * DAY)) == 4 * DAY
    assert laid_after(Severity.S3, Grade.S, 1, with_target(6 * DAY)) == 2.25 * DAY


@given(
    working=st.sampled_from(OFFICES),
    minutes=st.integers(0, 60 * 24 * 60),
    days=st.integers(1, 30),
    share=st.floats(0.01, 0.99),
)
def test_section_11_no_clock_in_working_days_speaks_before_it_is_expected(
    working: WorkingTime, minutes: int, days: int, share: float
) -> None:
    start = START + timedelta(minutes=minutes)
    due = count(start, Counting("office", 1, None, days), working)
    assert due.begins_at is not None
    policy = with_target(InCalendar(working_days=days, calendar="office"))
    shares = policy.warnings[PromiseKind.REGULATOR].model_copy(update={"shares": {"W1": share}})
    policy = policy.model_copy(update={"warnings": policy.warnings | {PromiseKind.REGULATOR: shares}})
    speaks = share_of(working, due.begins_at, due.seconds)(share)
    assert (speaks - start).total_seconds() >= earliest_warning(policy)
