"""What to do next: queues by a score that grows with time, and nobody gets what somebody else has taken."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.policy import RoutingPolicy
from services.routing.queue_order import base_priority, priority_class, priority_now
from shared.events.routing import HandlerAssigned
from shared.events.sla import Promise, PromisesMade
from shared.events.vocabulary import Grade, PromiseKind, Severity
from shared.runtime.policy import load_policy
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, post, resolve, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing").queue
MINE: dict[str, Any] = {"case_type": "BILLING"}
HOUR = timedelta(hours=1)


async def queue(routing: ServiceUnderTest, department: str = "billing") -> list[dict[str, Any]]:
    answer = await routing.client.get(f"/routing/v1/queues/{department}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def take(routing: ServiceUnderTest, by: str) -> dict[str, Any] | None:
    answer = await routing.client.post("/routing/v1/queues/billing/next", json={"by": by})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] | None = answer.json()["next"]
    return found


async def promised(routing: ServiceUnderTest, complaint_id: UUID, begun: timedelta, left: timedelta) -> None:
    promise = Promise(
        promise_id=uuid4(),
        kind=PromiseKind.SOLVE,
        starts_at=now() - begun,
        due_at=now() + left,
        target_seconds=(begun + left).total_seconds(),
        cell="S3/S",
    )
    made = PromisesMade(complaint_id=complaint_id, round=1, promises=(promise,), policy_version="sla-test")
    await routing.hears(made)


async def away(routing: ServiceUnderTest, staff_id: str) -> None:
    reports = [{"staff_id": staff_id, "presence": "AWAY"}]
    await routing.client.put("/routing/v1/presence", json={"reports": reports})


async def test_the_most_urgent_comes_first_and_s1_before_all(routing: ServiceUnderTest) -> None:
    low = await taken_by(routing, "b1", **MINE, priority=10.0)
    high = await taken_by(routing, "b1", **MINE, priority=60.0)
    critical = await taken_by(routing, "b1", **MINE, priority=40.0, severity=Severity.S1)
    untold = await taken_by(routing, "b2", **MINE, severity=Severity.S2, grade=Grade.K)
    items = await queue(routing)
    assert [item["complaint_id"] for item in items] == [str(c) for c in (critical, high, untold, low)]
    assert [item["score"] for item in items] == [40.0, 60.0, 48.0, 10.0]
    assert [item["priority"] for item in items] == ["P1", "P2", "P3", "P4"]


async def test_the_score_grows_as_the_promised_time_is_used(routing: ServiceUnderTest) -> None:
    early, late, over = [await taken_by(routing, "b1", **MINE, priority=30.0) for _ in range(3)]
    await promised(routing, early, HOUR, 3 * HOUR)
    await promised(routing, late, 3 * HOUR, HOUR)
    await promised(routing, over, 3 * HOUR, -HOUR)
    items = await queue(routing)
    assert [item["complaint_id"] for item in items] == [str(over), str(late), str(early)]
    assert [round(item["score"]) for item in items] == [50, 45, 35]


async def test_what_time_and_classes_weigh_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[routing]\nversion='t'\n[routing.queue]\ntime_weight=0\np3_from=1"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "b1", **MINE, priority=10.0)
    await promised(routing, complaint_id, HOUR, HOUR)
    [item] = await queue(routing)
    assert (item["score"], item["priority"]) == (10.0, "P3")


async def test_what_waits_or_is_resolved_is_in_no_queue(routing: ServiceUnderTest) -> None:
    waiting, resolved = [await taken_by(routing, "b1", **MINE) for _ in range(2)]
    await post(routing, waiting, "wait", by="b1", reason="THIRD_PARTY")
    await resolve(routing, resolved, "b1")
    assert await queue(routing) == []
    assert await take(routing, "b1") is None


async def test_the_next_is_the_most_urgent_on_ones_own_desk(routing: ServiceUnderTest) -> None:
    await taken_by(routing, "b2", **MINE, priority=90.0)
    await taken_by(routing, "b1", **MINE, priority=10.0)
    mine = await taken_by(routing, "b1", **MINE, priority=20.0)
    found = await take(routing, "b1")
    assert found is not None
    assert found["complaint_id"] == str(mine)
    assert await routing.said(HandlerAssigned) == []


async def test_fc_6_with_an_empty_desk_one_takes_over_what_an_absent_colleague_has_not_begun(
    routing: ServiceUnderTest,
) -> None:
    begun = await taken_by(routing, "b2", **MINE, priority=90.0)
    await post(routing, begun, "steps", step="VENT", by="b2")
    complaint_id = await taken_by(routing, "b2", **MINE, priority=20.0)
    assert await take(routing, "b1") is None
    await away(routing, "b2")
    found = await take(routing, "b1")
    assert found is not None
    assert (found["complaint_id"], found["handler_id"], found["owner_id"]) == (str(complaint_id), "b1", "b2")
    [told] = await routing.said(HandlerAssigned)
    assert (told.handler_id, told.reason) == ("b1", "ABSENT")


async def test_fc_21_nobody_takes_over_what_is_about_themselves(routing: ServiceUnderTest) -> None:
    await taken_by(routing, "b2", **MINE, accused_staff="b1")
    await away(routing, "b2")
    assert await take(routing, "b1") is None
    assert await take(routing, "b9") is not None


async def test_two_who_take_the_next_at_once_get_two(routing: ServiceUnderTest) -> None:
    both = {str(await taken_by(routing, "b2", **MINE)) for _ in range(2)}
    await away(routing, "b2")
    found = await asyncio.gather(take(routing, "b1"), take(routing, "b9"))
    assert {item["complaint_id"] for item in found if item} == both
    assert len(await routing.said(HandlerAssigned)) == 2


async def test_resolve_and_next(routing: ServiceUnderTest) -> None:
    first, second = [await taken_by(routing, "b1", **MINE) for _ in range(2)]
    await post(routing, first, "proposal", text="We pay.", by="b1", steps=FIRST_FOUR)
    body = {"by": "b1", "steps": ["INVITE_FEEDBACK"]}
    answer = await post(routing, first, "resolution?and_next=true", **body)
    assert (answer.json()["state"], answer.json()["next"]["complaint_id"]) == ("RESOLVED", str(second))


async def test_an_unknown_department_or_person_is_refused(routing: ServiceUnderTest) -> None:
    assert (await routing.client.get("/routing/v1/queues/moon")).status_code == 404
    refused = await routing.client.post("/routing/v1/queues/billing/next", json={"by": "stranger"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "by")


@given(st.floats(0, 80), st.integers(-10_000, 10_000), st.integers(1, 10_000), st.integers(0, 10_000))
def test_a_score_only_grows_and_never_by_more_than_the_weight_of_time(
    base: float, begun: int, lasts: int, later: int
) -> None:
    moment: datetime = now()
    starts = moment - timedelta(seconds=begun)
    due = starts + timedelta(seconds=lasts)
    first, second = (
        priority_now(base, starts, due, at, POLICY) for at in (moment, moment + timedelta(seconds=later))
    )
    assert base <= first <= second <= base + POLICY.time_weight


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("grade", Grade)
def test_every_severity_and_grade_has_its_place(severity: Severity, grade: Grade) -> None:
    base = base_priority(None, severity, grade, POLICY)
    assert 0 < base <= 60
    assert base_priority(7.5, severity, grade, POLICY) == 7.5
    assert (priority_class(base, severity, POLICY) == "P1") == (severity is Severity.S1)
