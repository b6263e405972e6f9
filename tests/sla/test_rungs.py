"""The rule that says when somebody is told of a promise, by cases and by properties."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla import rungs as rule
from services.sla.policy import SlaPolicy
from services.sla.rungs import Rung, climb
from shared.events.vocabulary import EscalationLevel, PromiseKind, Severity
from shared.runtime.policy import load_policy

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DUE = START + timedelta(minutes=100)
POLICY = load_policy(SlaPolicy, "sla")
ACK, CONTACT, UPDATE, SOLVE, *_OTHERS = PromiseKind
W1, W2, L1, L2, L3, _ = EscalationLevel
LATER = [(L1, 100), (L2, 160), (L3, 1540)]


def ladder(*promise: Any, **more: Any) -> tuple[Rung, ...]:
    """Every rung at once."""
    return tuple(rule.ladder(*promise, **more))


def minutes(rungs: tuple[Rung, ...]) -> list[tuple[EscalationLevel, float]]:
    return [(rung.level, (rung.at - START) / timedelta(minutes=1)) for rung in rungs]


@pytest.mark.parametrize(
    ("kind", "severity", "expected"),
    [
        (ACK, "S3", [(L1, 100)]),
        (ACK, "S1", [(L1, 100)]),
        (CONTACT, "S3", [(W1, 80), (L1, 100)]),
        (CONTACT, "S1", [(W1, 80), (L1, 100)]),
        (UPDATE, "S2", [(W1, 50), (W2, 75), *LATER]),
        (UPDATE, "S1", [(W1, 30), (W2, 75), *LATER]),
        (SOLVE, "S4", [(W1, 50), (W2, 75), *LATER]),
        (SOLVE, "S1", [(W1, 30), (W2, 75), *LATER]),
    ],
)
def test_section_5_the_rungs_of_a_promise_of_a_hundred_minutes(
    kind: PromiseKind, severity: str, expected: list[tuple[EscalationLevel, float]]
) -> None:
    assert minutes(ladder(kind, Severity(severity), START, DUE, POLICY)) == expected


RUNGS = ladder(SOLVE, Severity.S3, START, DUE, POLICY)


@pytest.mark.parametrize(
    ("awaited", "at", "reached", "following"),
    [
        (W1, 50, [W1], W2),
        (W1, 74, [W1], W2),
        (W1, 75, [W1, W2], L1),
        (W1, 500, [W1, W2, L1, L2], L3),
        (W1, 5000, [W1, W2, L1, L2, L3], None),
        (W2, 80, [W2], L1),
        (W2, 100, [W2, L1], L2),
        (L1, 100, [L1], L2),
        (L3, 1540, [L3], None),
        (W2, 10, [W2], L1),
    ],
)
def test_what_is_reached_and_what_is_next(
    awaited: EscalationLevel, at: int, reached: list[EscalationLevel], following: EscalationLevel | None
) -> None:
    step = climb(RUNGS, awaited, START + timedelta(minutes=at))
    assert [rung.level for rung in step.reached] == reached
    assert (step.following and step.following.level) == following


def test_a_level_that_the_policy_no_longer_has_is_passed_over() -> None:
    contact = ladder(CONTACT, Severity.S3, START, DUE, POLICY)
    step = climb(contact, W2, START + timedelta(minutes=75))
    assert (step.reached, step.following) == ([], Rung(L1, DUE))


@given(looks=st.lists(st.integers(0, 2000), max_size=8), kind=st.sampled_from(PromiseKind))
def test_whenever_one_looks_every_rung_is_reached_once_and_in_order(
    looks: list[int], kind: PromiseKind
) -> None:
    rungs = ladder(kind, Severity.S1, START, DUE, POLICY)
    awaited: Rung | None = rungs[0]
    told: list[Rung] = []
    for now in sorted(START + timedelta(minutes=look) for look in looks):
        if awaited is not None and awaited.at <= now:
            step = climb(rungs, awaited.level, now)
            told += step.reached
            awaited = step.following
            assert [rung for rung in rungs if rung.at <= now] == told
    assert told == list(rungs[: len(told)])
    assert len({rung.level for rung in told}) == len(told)


@pytest.mark.parametrize(
    ("hours", "second"),
    [(1, 1), (4, 1), (8, 2), (48, 12), (100, 12)],
)
def test_section_5_the_second_level_is_a_quarter_of_the_target_later_from_one_to_twelve_hours(
    hours: int, second: int
) -> None:
    due = START + timedelta(hours=hours)
    *_, two, three = ladder(SOLVE, Severity.S3, START, due, POLICY)
    assert (two, three) == (Rung(L2, due + timedelta(hours=second)), Rung(L3, due + timedelta(hours=24)))


def test_section_5_a_third_complaint_of_the_same_reaches_the_top_with_the_breach() -> None:
    for index, levels in ((2, [L1]), (3, [L1, L2, L3])):
        rungs = ladder(SOLVE, Severity.S3, START, DUE, POLICY, repeat_index=index)
        assert [rung.level for rung in rungs if rung.at == DUE] == levels


def test_section_5_the_numbers_of_the_ladder_are_policy() -> None:
    changes = {"l2_share": 0.5, "l2_least": 60.0, "l3_after": 90_000.0, "kinds": (SOLVE,)}
    escalation = POLICY.escalation.model_copy(update=changes)
    changed = POLICY.model_copy(update={"escalation": escalation})
    assert minutes(ladder(SOLVE, Severity.S3, START, DUE, changed))[-2:] == [(L2, 150), (L3, 1600)]
    assert ladder(UPDATE, Severity.S3, START, DUE, changed)[-1].level is L1


@given(
    st.sampled_from(PromiseKind),
    st.sampled_from(Severity),
    st.sampled_from(EscalationLevel),
    st.integers(1, 5),
)
def test_the_ladder_from_a_rung_on_is_the_rest_of_the_whole_ladder(
    kind: PromiseKind, severity: Severity, awaited: EscalationLevel, index: int
) -> None:
    whole = ladder(kind, severity, START, DUE, POLICY, repeat_index=index)
    rest = ladder(kind, severity, START, DUE, POLICY, repeat_index=index, awaited=awaited)
    assert rest == tuple(
        rung for rung in whole if rule.LEVELS.index(rung.level) >= rule.LEVELS.index(awaited)
    )
