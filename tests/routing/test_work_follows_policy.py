"""What lies beside the numbered rules depends on the policy too: changed over the API, the next answer is another one."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.events.vocabulary import Grade, Motive, Severity
from tests.builders import now
from tests.policies.doors import put_well
from tests.service_under_test import ServiceUnderTest, StartService

from .changed_policy import Decide, show_that_it_depends
from .people import execute, hand_over, post, shown, staff_file, taken_by

BILLING: dict[str, Any] = {"case_type": "BILLING"}
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL_DAY = {"slots": [["00:00", "23:59"]]}
TWO_HOURS = timedelta(hours=2)


async def _reported(routing: ServiceUnderTest, **presences: str) -> None:
    said = [
        {"staff_id": staff_id, "presence": presence, "seconds": 86_400}
        for staff_id, presence in presences.items()
    ]
    answer = await routing.client.put("/routing/v1/presence", json={"reports": said})
    assert answer.status_code == 200, answer.text


async def _waits(routing: ServiceUnderTest, **facts: object) -> dict[str, Any]:
    """How a complaint stands in the queue of billing that has just come."""
    complaint_id = await taken_by(routing, "b1", **(BILLING | facts))
    items = (await routing.client.get("/routing/v1/queues/billing")).json()["items"]
    return next(dict(item) for item in items if item["complaint_id"] == str(complaint_id))


async def how_long_a_presence_is_believed(routing: ServiceUnderTest) -> str:
    """Ten minutes after the only one who is there has said so."""
    await _reported(routing, b1="AVAILABLE", b2="AWAY", b9="AWAY", s2="AWAY", h3="AWAY")
    await execute(routing, "UPDATE presence SET expires_at = expires_at - interval '10 minutes'")
    return str((await shown(routing, await taken_by(routing, None, **BILLING)))["why"]["reason"])


async def how_often_one_talks_in_a_day(routing: ServiceUnderTest) -> bool:
    """Whether b1, who has nothing on the desk, gets the next one after nine talks."""
    await taken_by(routing, "b1", **BILLING)
    await execute(
        routing, "UPDATE staff_load SET open = -99, contacts = 9, customers = 0 WHERE staff_id = 'b1'"
    )
    case = await shown(routing, await taken_by(routing, None, **BILLING))
    return bool(case["owner"]["staff_id"] == "b1")


async def what_a_severity_weighs(routing: ServiceUnderTest) -> float:
    return float((await _waits(routing, severity=Severity.S2, grade=Grade.S))["score"])


async def what_a_grade_weighs(routing: ServiceUnderTest) -> float:
    return float((await _waits(routing, severity=Severity.S3, grade=Grade.V))["score"])


async def where_p1_and_p2_begin(routing: ServiceUnderTest) -> str:
    return str((await _waits(routing, priority=70.0))["priority"])


async def who_is_above_the_branch(routing: ServiceUnderTest) -> str:
    complaint_id = await taken_by(routing, "b1", **BILLING)
    await hand_over(routing, complaint_id, "h3", by="b1", reason="ESCALATION")
    return str((await shown(routing, complaint_id))["answer"]["field"])


async def who_talks_at_least(routing: ServiceUnderTest) -> int:
    case = await shown(routing, await taken_by(routing, "b1", **BILLING, motives=(Motive.VENT,)))
    return int(case["talk"]["from_rank"])


async def whether_only_in_writing(routing: ServiceUnderTest) -> bool:
    case = await shown(routing, await taken_by(routing, "b1", **BILLING, motives=(Motive.REVENGE,)))
    return bool(case["talk"]["written_only"])


CASES: list[tuple[Decide, dict[str, Any], object, object]] = [
    (
        *(how_long_a_presence_is_believed, {"assignment": {"presence_expires_after": 60}}),
        *("LEAST_LOADED", "NOBODY_FREE"),
    ),
    (how_often_one_talks_in_a_day, {"assignment": {"max_contacts_a_day": 9}}, True, False),
    (what_a_severity_weighs, {"queue": {"severity": {"S2": 50}}}, 34.0, 56.0),
    (what_a_grade_weighs, {"queue": {"grade": {"V": 30}}}, 30.0, 46.0),
    (where_p1_and_p2_begin, {"queue": {"p1_from": 70}}, "P2", "P1"),
    (where_p1_and_p2_begin, {"queue": {"p2_from": 71}}, "P2", "P3"),
    (
        who_is_above_the_branch,
        {"answer_time": {"above_branch_from_rank": 3}},
        "OWN_DEPARTMENT",
        "ABOVE_BRANCH",
    ),
    (who_talks_at_least, {"talk": {"styles": {"VENT": {"from_rank": 3}}}}, 1, 3),
    (whether_only_in_writing, {"talk": {"styles": {"REVENGE": {"written_only": False}}}}, True, False),
]
"""What is asked, a change of the policy, and the answer before and after it."""


@pytest.mark.parametrize(
    ("decide", "change", "before", "after"), CASES, ids=[decide.__name__ for decide, *_ in CASES]
)
async def test_a_changed_value_changes_the_next_answer(
    start_service: StartService,
    tmp_path: Path,
    decide: Decide,
    change: dict[str, Any],
    before: object,
    after: object,
) -> None:
    await show_that_it_depends(start_service, tmp_path, decide, change, before, after)


async def _proposed_slots(routing: ServiceUnderTest, **calls: object) -> list[tuple[datetime, datetime]]:
    """When to call a customer whom a call has just not reached, with these values of the policy."""
    await put_well(routing, {"version": f"2027-{uuid4().hex[:8]}", "calls": calls})
    complaint_id = await taken_by(routing, "b1", **BILLING)
    await post(routing, complaint_id, "calls", by="b1", reached=False)
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/call-slots")
    found = [
        (datetime.fromisoformat(i["starts_at"]), datetime.fromisoformat(i["ends_at"]))
        for i in answer.json()["items"]
    ]
    return sorted((start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)) for start, end in found)


@pytest.fixture
async def calling(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", staff_file=staff_file(tmp_path))


async def test_fu_4_after_how_long_one_calls_again_is_policy(calling: ServiceUnderTest) -> None:
    begun = now()
    [(start, _), *_] = await _proposed_slots(calling, **ALL_DAY, proposed=20)
    assert start >= begun + TWO_HOURS
    [(start, _), *_] = await _proposed_slots(calling, **ALL_DAY, proposed=20, apart=0)
    assert start < begun + TWO_HOURS or start.hour == 0  # the last minute of a day belongs to no slot


async def test_how_many_slots_how_far_ahead_and_in_which_hours_is_policy(calling: ServiceUnderTest) -> None:
    found = await _proposed_slots(calling, proposed=20, slots=[["03:00", "04:00"]], zone="Asia/Shanghai")
    assert {start.hour for start, _ in found} == {3}
    assert {later.date() - sooner.date() for (sooner, _), (later, _) in pairwise(found)} == {
        timedelta(days=1)
    }
    assert len(found) >= 3
    [(start, _)] = await _proposed_slots(calling, proposed=1, slots=[["03:00", "04:00"]], zone="UTC")
    assert start.hour == 11
    assert len(await _proposed_slots(calling, proposed=20, slots=[["03:00", "04:00"]], days_ahead=1)) <= 2
