"""What is more severe than it was, or of a higher grade, waits further up and goes where such complaints go."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.policy import RaisedBy, RoutingPolicy
from services.routing.weigh_anew import News, Standing, weigh_anew, weight
from shared.events.intake import ComplaintJoinedIncident, ComplaintJudgedAgain, ContactAttached, GradeRaised
from shared.events.routing import HandlerAssigned
from shared.events.vocabulary import Channel, Grade, PriorityClass, Severity
from shared.runtime.policy import load_policy
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .people import attached, execute, offer, post, shown, staff_file, taken_by
from .test_key_account_desk import WITH_DESK
from .test_routing_rules import active, why

POLICY = load_policy(RoutingPolicy, "routing").queue
BILL: dict[str, Any] = {"case_type": "BILLING", "priority": 30.0}
SEVERE: dict[str, Any] = {
    "id": "severe",
    "name": "What is severe goes to the night",
    "condition": 'severity == "S2"',
    "action": {"department": "night", "priority": 5},
}


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", staff_file=staff_file(tmp_path, WITH_DESK))


def raised(complaint_id: UUID, grade: Grade = Grade.K, **facts: Any) -> GradeRaised:
    told: dict[str, Any] = {
        "complaint_id": complaint_id,
        "customer_id": uuid4(),
        "was": Grade.S,
        "grade": grade,
        "severity": Severity.S3,
        "severity_rule": "SEV-3",
        "priority": 44.0,
        "priority_class": PriorityClass.P3,
        "because": "IDENTIFIED",
        "raised_at": now(),
        "policy_version": "intake-test",
    }
    return GradeRaised(**(told | facts))


def joined(complaint_id: UUID, severity: Severity, priority: float | None) -> ComplaintJoinedIncident:
    return ComplaintJoinedIncident(
        complaint_id=complaint_id,
        incident_id=uuid4(),
        severity=severity,
        joined_at=now(),
        priority=priority,
    )


def judged_again(complaint_id: UUID, severity: Severity, priority: float) -> ComplaintJudgedAgain:
    return ComplaintJudgedAgain(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=Channel.SMS,
        was=Severity.S3,
        severity=severity,
        severity_rule="SEV-1",
        case_type="BILLING",
        tags=(),
        risk_score=0,
        priority=priority,
        priority_class=PriorityClass.P2,
        judged_at=now(),
        policy_version="intake-test",
    )


def spoke(complaint_id: UUID, severity: Severity) -> ContactAttached:
    return attached(complaint_id).model_copy(update={"severity": severity})


async def queue(routing: ServiceUnderTest, department: str = "billing") -> list[tuple[str, float]]:
    items = (await routing.client.get(f"/routing/v1/queues/{department}")).json()["items"]
    return [(item["complaint_id"], item["score"]) for item in items]


async def seen(routing: ServiceUnderTest, complaint_id: UUID) -> tuple[str, str]:
    case = await shown(routing, complaint_id)
    return case["severity"], case["grade"]


async def test_grd_v_a_higher_grade_lets_a_complaint_wait_further_up(routing: ServiceUnderTest) -> None:
    first = await taken_by(routing, "b1", **(BILL | {"priority": 40.0}))
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(raised(complaint_id, Grade.V))
    assert await queue(routing) == [(str(complaint_id), 44.0), (str(first), 40.0)]
    assert await seen(routing, complaint_id) == ("S3", "V")
    [note] = (await shown(routing, complaint_id))["raised"]
    assert (note["by"], note["grade_was"], note["grade"]) == ("GRADE", "S", "V")
    assert await routing.said(HandlerAssigned) == []
    [row] = await routing.rows("SELECT policy_version, weight FROM reweighing")
    assert tuple(row.values()) == ("routing-2026-11-4", 44.0)


async def test_sev_1_what_joins_a_critical_incident_is_critical_at_once(routing: ServiceUnderTest) -> None:
    first = await taken_by(routing, "b1", **(BILL | {"priority": 60.0}))
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(joined(complaint_id, Severity.S1, 54.0))
    assert await queue(routing) == [(str(complaint_id), 54.0), (str(first), 60.0)]
    await routing.hears(joined(complaint_id, Severity.S2, 42.0))
    assert await seen(routing, complaint_id) == ("S1", "S")
    assert await queue(routing) == [(str(complaint_id), 54.0), (str(first), 60.0)]
    assert len((await shown(routing, complaint_id))["raised"]) == 1


async def test_sev_1_what_a_customer_says_later_may_be_worse_and_never_milder(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(spoke(complaint_id, Severity.S4))
    assert await seen(routing, complaint_id) == ("S3", "S")
    await routing.hears(spoke(complaint_id, Severity.S1))
    assert await seen(routing, complaint_id) == ("S1", "S")
    assert await queue(routing) == [(str(complaint_id), 54.0)]
    await routing.hears(raised(complaint_id, Grade.V))
    assert await queue(routing) == [(str(complaint_id), 68.0)]


async def test_sev_1_words_that_came_late_count_with_their_score(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(judged_again(complaint_id, Severity.S3, 35.0))
    assert await queue(routing) == [(str(complaint_id), 35.0)]
    await routing.hears(judged_again(complaint_id, Severity.S1, 59.0))
    assert await queue(routing) == [(str(complaint_id), 59.0)]
    assert await seen(routing, complaint_id) == ("S1", "S")


async def test_grd_k_what_nobody_has_begun_goes_to_the_desk_of_key_accounts(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(raised(complaint_id))
    [told] = await routing.said(HandlerAssigned)
    assert (told.handler_id, told.reason, told.answer_field) == ("k1", "NOT_COMPETENT", "OTHER_DEPARTMENT")
    case = await shown(routing, complaint_id)
    assert (case["owner"]["staff_id"], case["handler"]["staff_id"]) == ("b1", "k1")
    assert await queue(routing, "key-accounts") == [(str(complaint_id), 44.0)]
    staff = (await routing.client.get("/routing/v1/staff")).json()["items"]
    assert {item["staff_id"]: item["open"] for item in staff if item["open"]} == {"b1": 1, "k1": 1}


async def test_grd_k_what_is_begun_or_handed_over_stays_with_who_works_on_it(
    routing: ServiceUnderTest,
) -> None:
    begun, offered, ended = [await taken_by(routing, "b1", **BILL) for _ in range(3)]
    await post(routing, begun, "steps", step="VENT", by="b1")
    await offer(routing, offered, "b2", by="b1")
    await post(routing, ended, "rejection", by="b1", text="It was right.", reason="NO_GROUND")
    await routing.hears(*(raised(one) for one in (begun, offered, ended)))
    assert await routing.said(HandlerAssigned) == []
    assert [await seen(routing, one) for one in (begun, offered, ended)] == [
        ("S3", "K"),
        ("S3", "K"),
        ("S3", "S"),
    ]


async def test_rules_are_asked_again_for_what_has_become_more_severe(routing: ServiceUnderTest) -> None:
    version = await active(routing, SEVERE)
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(joined(complaint_id, Severity.S2, 42.0))
    [told] = await routing.said(HandlerAssigned)
    assert (told.handler_id, told.department) == ("duty1", "night")
    assert await queue(routing, "night") == [(str(complaint_id), 47.0)]
    [row] = await routing.rows("SELECT rules_version, rule, handler_was, handler_id FROM reweighing")
    assert tuple(row.values()) == (version, "severe", "b1", "duty1")
    assert (await why(routing, complaint_id))["fields"]["severity"] == "S3"


async def test_urgency_that_staff_set_counts_on(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", **BILL)
    body = {"urgency": "URGENT", "by": "b1"}
    await routing.client.put(f"/routing/v1/complaints/{complaint_id}/urgency", json=body)
    await routing.hears(raised(complaint_id, Grade.V))
    assert await queue(routing) == [(str(complaint_id), 54.0)]


async def test_complaints_from_before_facts_were_kept_are_raised_too(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", **BILL)
    await execute(routing, "DELETE FROM rule_decision")
    await routing.hears(raised(complaint_id))
    assert await seen(routing, complaint_id) == ("S3", "K")
    assert await queue(routing) == [(str(complaint_id), 44.0)]


async def test_grd_k_sev_1_what_raises_a_complaint_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.queue]\nraised_by=['INCIDENT']"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path, WITH_DESK))
    complaint_id = await taken_by(routing, "b1", **BILL)
    await routing.hears(raised(complaint_id), spoke(complaint_id, Severity.S1))
    assert await queue(routing) == [(str(complaint_id), 30.0)]
    await routing.hears(joined(complaint_id, Severity.S2, 42.0))
    assert await seen(routing, complaint_id) == ("S2", "S")


_STANDINGS = st.builds(
    Standing, st.sampled_from(Severity), st.sampled_from(Grade), st.floats(0, 100, allow_nan=False)
)
_NEWS = st.builds(
    News,
    st.sampled_from(RaisedBy),
    st.sampled_from(Severity),
    st.none() | st.sampled_from(Grade),
    st.none() | st.floats(0, 100, allow_nan=False),
)


@given(_STANDINGS, st.lists(_NEWS, max_size=6), st.floats(0, 100), st.integers(-100, 100))
def test_grd_k_sev_1_no_news_makes_a_complaint_milder_or_weigh_less(
    first: Standing, told: list[News], before: float, points: int
) -> None:
    standing = first
    for news in told:
        after = weigh_anew(standing, news, POLICY)
        assert after.severity <= standing.severity
        assert after.priority >= standing.priority
        assert before <= weight(before, after, standing, points) <= max(before, 100.0)
        assert weigh_anew(after, news, POLICY).severity == after.severity
        standing = after
