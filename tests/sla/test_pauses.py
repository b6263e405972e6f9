"""The rules of pauses, by cases and by properties."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.pauses import clock_with_pauses, ends_of_itself_at, is_reported, is_stopped, lacks_evidence
from services.sla.policy import SlaPolicy
from services.sla.working_time import Paused
from shared.events.vocabulary import PauseReason, PromiseKind
from shared.runtime.policy import load_policy

from .calendars_to_test import case_of

POLICY = load_policy(SlaPolicy, "sla").pauses
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACK, CONTACT, UPDATE, SOLVE, *_OTHERS = PromiseKind
WAITING = PauseReason.WAIT_CUSTOMER


def stopped(
    kind: PromiseKind, reason: PauseReason = WAITING, policy: object = POLICY, **changes: object
) -> bool:
    facts = {"due_at": NOON + HOUR, "broken_at": None, "reason": reason, "since": NOON, "policy": policy}
    return is_stopped(kind, **(facts | changes))  # type: ignore[arg-type]


def test_pau_1_every_reason_has_its_promises_and_there_is_no_other() -> None:
    assert set(POLICY.stops) == set(PauseReason)
    assert [reason for reason in PauseReason if stopped(SOLVE, reason)] == [
        PauseReason.WAIT_CUSTOMER,
        PauseReason.CUSTOMER_APPOINTMENT,
        PauseReason.FORCE_MAJEURE,
        PauseReason.LEGAL_HOLD,
    ]


def test_pau_2_waiting_for_the_customer_stops_the_result_and_nothing_else() -> None:
    assert [kind for kind in PromiseKind if stopped(kind)] == [SOLVE]
    both = POLICY.model_copy(update={"stops": POLICY.stops | {WAITING: (UPDATE, SOLVE)}})
    assert [kind for kind in PromiseKind if stopped(kind, policy=both)] == [UPDATE, SOLVE]


def test_pau_2_it_has_to_be_shown_that_the_customer_is_waited_for() -> None:
    assert lacks_evidence(WAITING, None, POLICY)
    assert lacks_evidence(WAITING, "  ", POLICY)
    assert not lacks_evidence(WAITING, "message 17", POLICY)
    assert not lacks_evidence(PauseReason.LEGAL_HOLD, None, POLICY)
    assert not lacks_evidence(WAITING, None, POLICY.model_copy(update={"needs_evidence": ()}))


def test_pau_3_a_third_party_stops_nothing_unless_the_contract_says_so() -> None:
    assert not stopped(SOLVE, PauseReason.THIRD_PARTY)
    agreed = POLICY.model_copy(update={"stops": POLICY.stops | {PauseReason.THIRD_PARTY: (SOLVE,)}})
    assert stopped(SOLVE, PauseReason.THIRD_PARTY, agreed)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"due_at": NOON}, False),
        ({"due_at": NOON - HOUR}, False),
        ({"broken_at": NOON - HOUR}, False),
    ],
    ids=["before it is due", "when it is due", "after it was due", "after it was told broken"],
)
def test_pau_9_a_pause_undoes_no_breach(changes: dict[str, Any], expected: bool) -> None:
    assert stopped(SOLVE, **changes) is expected


@pytest.mark.parametrize(
    ("reason", "agreed", "used", "solve", "hours"),
    [
        (WAITING, None, 0, 500 * 3600, 72),
        (WAITING, None, 0, 48 * 3600, 48),
        (WAITING, None, 40 * 3600, 48 * 3600, 8),
        (WAITING, None, 50 * 3600, 48 * 3600, 0),
        (WAITING, 5, 0, 48 * 3600, 5),
        (WAITING, 400, 0, 500 * 3600, 72),
        (PauseReason.CUSTOMER_APPOINTMENT, 400, 0, 48 * 3600, 400),
        (PauseReason.CUSTOMER_APPOINTMENT, -1, 0, 48 * 3600, 0),
    ],
)
def test_pau_5_a_pause_ends_of_itself(
    reason: PauseReason, agreed: int | None, used: float, solve: float, hours: int
) -> None:
    until = None if agreed is None else NOON + agreed * HOUR
    ends = ends_of_itself_at(reason, NOON, until, used=used, solve_seconds=solve, policy=POLICY)
    assert ends == NOON + hours * HOUR


def test_pau_5_its_numbers_are_policy() -> None:
    short = POLICY.model_copy(update={"longest": 3600.0})
    assert ends_of_itself_at(WAITING, NOON, None, used=0, solve_seconds=10**6, policy=short) == NOON + HOUR
    half = POLICY.model_copy(update={"most_of_solve": 0.5})
    assert ends_of_itself_at(WAITING, NOON, None, used=0, solve_seconds=7200, policy=half) == NOON + HOUR


def test_pau_5_what_all_pauses_may_take_is_counted_in_the_calendar_of_the_result() -> None:
    office = case_of("Asia/Shanghai", "office")
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)  # 17:00 in Shanghai
    ends = ends_of_itself_at(
        WAITING, friday, None, used=0, solve_seconds=2 * 3600, policy=POLICY, working=office
    )
    assert ends == datetime(2026, 3, 9, 2, tzinfo=UTC)  # Monday 10:00


@pytest.mark.parametrize(("minutes", "reported"), [(4.9, False), (5, True)])
def test_pau_6_reports_leave_out_what_was_shorter_than_five_minutes(minutes: float, reported: bool) -> None:
    pause = Paused(NOON, NOON + timedelta(minutes=minutes))
    assert is_reported(pause, POLICY) is reported
    assert is_reported(pause, POLICY.model_copy(update={"reported_from": 60.0}))


marks = st.lists(st.integers(-600, 3000), max_size=8, unique=True).map(sorted)


@given(marks=marks, seconds=st.integers(1, 2000))
def test_pau_7_the_clock_with_pauses_is_what_counting_second_by_second_finds(
    marks: list[int], seconds: int
) -> None:
    pauses = list(zip(marks[::2], marks[1::2], strict=False))
    second, counted = 0, 0
    while counted < seconds:
        counted += not any(since <= second < until for since, until in pauses)
        second += 1
    intervals = [Paused(NOON + timedelta(seconds=a), NOON + timedelta(seconds=b)) for a, b in pauses]
    assert clock_with_pauses(NOON, intervals)(seconds) == NOON + timedelta(seconds=second)
