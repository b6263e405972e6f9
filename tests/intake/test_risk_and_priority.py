"""How likely harm is, and how soon a complaint is taken: points and weights are policy."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.judge_risk import judge_risk
from services.intake.policy import IntakePolicy
from services.intake.score_priority import score_priority
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Grade, Motive, PriorityClass, Severity, Tag
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post
from .steady import STEADY
from .test_grades import CALM

POLICY = load_policy(IntakePolicy, "intake")
A_DAY, CONSUMER_RIGHTS_DAY = date(2026, 11, 21), date(2026, 3, 15)


def risk(*tags: Tag, motives: tuple[Motive, ...] = (), index: int = 1, broken: int = 0) -> int:
    return judge_risk(tags, motives, index, broken, POLICY.risk).score


def priority(severity: Severity, grade: Grade, **changes: Any) -> float:
    facts: dict[str, Any] = {"repeat_index": 1, "risk_score": 0, "day": A_DAY}
    return score_priority(severity, grade, POLICY.priority, **(facts | changes)).score


@pytest.mark.parametrize(
    ("points", "found"),
    [
        (30, risk(Tag.MEDIA_THREAT)),
        (30, risk(Tag.REGULATOR_THREAT)),
        (20, risk(Tag.LAWYER_THREAT)),
        (20, risk(motives=(Motive.REVENGE, Motive.RESPECT))),
        (15, risk(Tag.BROKEN_PROMISE)),
        (15, risk(Tag.BROKEN_PROMISE, broken=1)),
        (30, risk(broken=2)),
        (30, risk(index=3)),
        (100, risk(Tag.MEDIA_THREAT, Tag.REGULATOR_THREAT, Tag.LAWYER_THREAT, index=5)),
        (0, risk(Tag.ABUSE, Tag.NO_SERVICE, Tag.ON_BEHALF, motives=(Motive.VENT,))),
    ],
)
def test_the_risk_score_adds_threats_motives_broken_promises_and_repeats(points: int, found: int) -> None:
    assert found == points


def test_the_risk_score_says_what_gave_points() -> None:
    found = judge_risk((Tag.MEDIA_THREAT, Tag.ABUSE), (Motive.REVENGE,), 2, 1, POLICY.risk)
    assert found.reasons == ("MEDIA_THREAT", "REVENGE", "PROMISES_BROKEN", "REPEATED")


def test_the_points_of_the_risk_score_are_policy() -> None:
    changed = POLICY.risk.model_copy(update={"repeat": 1, "tags": {Tag.ABUSE: 7}, "highest": 8})
    assert judge_risk((Tag.ABUSE, Tag.MEDIA_THREAT), (), 2, 0, changed).score == 8
    assert judge_risk((Tag.ABUSE,), (), 3, 0, changed).score == 8
    assert judge_risk((Tag.MEDIA_THREAT,), (), 2, 0, changed).score == 1


@pytest.mark.parametrize(
    ("severity", "grade", "changes", "score"),
    [
        (Severity.S1, Grade.K, {}, 60),
        (Severity.S1, Grade.K, {"time_used": 1.0, "repeat_index": 4, "risk_score": 100}, 100),
        (Severity.S1, Grade.K, {"time_used": 3.0, "repeat_index": 9, "risk_score": 100}, 100),
        (Severity.S2, Grade.V, {}, 42),
        (Severity.S3, Grade.S, {}, 22),
        (Severity.S3, Grade.U, {}, 22),
        (Severity.S4, Grade.S, {}, 10),
        (Severity.S4, Grade.S, {"time_used": 0.5}, 20),
        (Severity.S4, Grade.S, {"repeat_index": 2}, 13.3),
        (Severity.S4, Grade.S, {"risk_score": 50}, 15),
        (Severity.S4, Grade.S, {"day": CONSUMER_RIGHTS_DAY}, 20),
        (Severity.S4, Grade.S, {"day": date(2026, 3, 7)}, 10),
        (Severity.S4, Grade.S, {"day": date(2026, 3, 23)}, 10),
    ],
)
def test_the_priority_score_is_the_weighted_sum_of_its_parts(
    severity: Severity, grade: Grade, changes: dict[str, Any], score: float
) -> None:
    assert priority(severity, grade, **changes) == score


@pytest.mark.parametrize(
    ("severity", "grade", "changes", "found"),
    [
        (Severity.S1, Grade.S, {}, "P1"),
        (Severity.S2, Grade.K, {"time_used": 1.0, "risk_score": 70}, "P1"),
        (Severity.S2, Grade.K, {"time_used": 1.0}, "P2"),
        (Severity.S2, Grade.V, {}, "P3"),
        (Severity.S3, Grade.S, {}, "P4"),
    ],
)
def test_sev_1_is_always_p1_and_all_others_by_their_score(
    severity: Severity, grade: Grade, changes: dict[str, Any], found: str
) -> None:
    facts: dict[str, Any] = {"repeat_index": 1, "risk_score": 0, "day": A_DAY} | changes
    assert score_priority(severity, grade, POLICY.priority, **facts).priority_class == found


def test_of_10_sensitive_periods_and_all_else_of_the_priority_score_are_policy() -> None:
    changed = POLICY.priority.model_copy(
        update={"severity": dict.fromkeys(Severity, 0.0), "classes": {PriorityClass.P2: 1}, "sensitive": ()}
    )
    found = score_priority(
        Severity.S2, Grade.S, changed, repeat_index=1, risk_score=0, day=CONSUMER_RIGHTS_DAY
    )
    assert found == (6.0, PriorityClass.P2)


@STEADY
@given(
    st.sampled_from(Severity),
    st.sampled_from(Grade),
    st.integers(1, 50),
    st.integers(0, 100),
    st.floats(0, 10),
)
def test_worse_is_never_later(
    severity: Severity, grade: Grade, index: int, risk_score: int, time_used: float
) -> None:
    facts: dict[str, Any] = {"repeat_index": index, "risk_score": risk_score, "time_used": time_used}
    score = priority(severity, grade, **facts)
    assert 0 <= score <= 100
    assert priority(Severity.S1, grade, **facts) >= score
    assert priority(severity, Grade.K, **facts) >= score
    assert priority(severity, grade, **(facts | {"repeat_index": index + 1})) >= score
    assert priority(severity, grade, **(facts | {"time_used": time_used + 0.1})) >= score


async def test_a_complaint_tells_its_risk_and_its_priority_and_keeps_the_reasons(
    start_service: StartService,
) -> None:
    intake = await start_service("intake", CALM)
    found = await accepted(
        intake,
        text="I will call a journalist and my lawyer, you promised to fix this bill",
        motives=["REVENGE"],
        customer={"external_id": "c1", "grade": "K"},
    )
    [told] = await intake.said(ComplaintReceived)
    assert told.tags == (Tag.MEDIA_THREAT, Tag.LAWYER_THREAT, Tag.BROKEN_PROMISE)
    assert (told.risk_score, told.motives) == (85, (Motive.REVENGE,))
    assert (told.priority, told.priority_class) == (56.5, PriorityClass.P2)
    assert found["risk_reasons"] == ["MEDIA_THREAT", "LAWYER_THREAT", "REVENGE", "PROMISES_BROKEN"]
    assert (found["priority"], found["priority_class"]) == ("56.5", "P2")


async def test_a_complaint_without_threats_tells_no_risk(intake: ServiceUnderTest) -> None:
    await post(intake, text="I would like an invoice")
    [told] = await intake.said(ComplaintReceived)
    assert (told.risk_score, told.tags, told.priority_class) == (0, (), PriorityClass.P4)


async def test_sev_1_a_dead_line_is_critical_for_a_key_account_and_severe_for_others(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    dead = "the line is dead since noon"
    for grade in ("K", "V", "S"):
        await post(intake, text=dead, customer={"external_id": grade, "grade": grade})
    await post(intake, text="slow line", customer={"external_id": "K"})
    events = await intake.said(ComplaintReceived)
    assert [(e.severity, e.severity_rule) for e in events] == [
        ("S1", "SEV-1"),
        ("S2", "SEV-2"),
        ("S2", "SEV-2"),
        ("S3", "SEV-3"),
    ]
    changed = await start_service("intake", "[intake]\nversion='t'\n[intake.severity.outage]\ngrades=['V']")
    for grade in ("K", "V"):
        await post(changed, text=dead, customer={"external_id": grade, "grade": grade})
    assert [e.severity for e in await changed.said(ComplaintReceived)] == ["S2", "S1"]
