"""Other departments deliver their part: one leads, none refuses for good, nothing is resolved before (FC-11, FC-16)."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events.routing import (
    ComplaintResolved,
    LeadDepartmentNamed,
    TaskAsked,
    TaskDone,
    TaskOverdue,
    TaskRefused,
    TaskReleased,
)
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, STAFF, execute, post, resolve, shown, staff_file, taken_by

MORE = """
[[department]]
id = "legal"
name = { zh-CN = "法务部", en = "Legal" }

[[staff]]
id = "l1"
name = "Legal 1"
department = "legal"
languages = ["en"]

[[staff]]
id = "l9"
name = "Legal lead"
department = "legal"
lead = true
languages = ["en"]
contact = { channel = "email", address = "l9@example.com" }

[[staff]]
id = "c1"
name = "Coordinator"
department = "front"
coordinates = true
languages = ["en"]
"""
A_MONTH = timedelta(days=31)


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """The small company with a legal department and a coordinator."""
    return await start_service("routing", staff_file=staff_file(tmp_path, STAFF + MORE))


async def ask(routing: ServiceUnderTest, complaint_id: UUID, **body: object) -> httpx.Response:
    said = {"department": "legal", "text": "May we end the contract?", "by": "b1"}
    return await post(routing, complaint_id, "tasks", **(said | body))


async def asked(routing: ServiceUnderTest, **facts: object) -> tuple[UUID, str]:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING", **facts)
    answer = await ask(routing, complaint_id)
    assert answer.status_code == 200, answer.text
    return complaint_id, answer.json()["items"][-1]["task_id"]


async def say(routing: ServiceUnderTest, of: tuple[UUID, str], what: str, by: str) -> httpx.Response:
    return await post(routing, of[0], f"tasks/{of[1]}/{what}", by=by, text="Yes, from the first.")


async def test_fc_16_a_department_is_asked_and_delivers_in_time(firm: ServiceUnderTest) -> None:
    of = await asked(firm)
    [told] = await firm.said(TaskAsked)
    assert (told.department, told.lead_department, told.manager_id) == ("legal", "billing", "l9")
    assert told.manager_reply_to is not None
    assert "contract" not in told.model_dump_json()
    refused = await say(firm, of, "result", "f1")
    assert (refused.status_code, "l9" in refused.json()["detail"]) == (409, True)
    assert (await say(firm, of, "result", "l1")).status_code == 200
    [done] = await firm.said(TaskDone)
    assert (done.by, done.late) == ("l1", False)
    assert (await say(firm, of, "result", "l1")).status_code == 409
    assert await firm.let_pass(A_MONTH, of[0]) == 0


async def test_nothing_is_resolved_before_every_part_is_delivered_or_released(firm: ServiceUnderTest) -> None:
    first = await asked(firm)
    complaint_id = first[0]
    second = (await ask(firm, complaint_id, department="network")).json()["items"][-1]["task_id"]
    await post(firm, complaint_id, "proposal", text="We pay.", by="b1", steps=FIRST_FOUR)
    body = {"by": "b1", "steps": ["INVITE_FEEDBACK"]}
    for left in (2, 1):
        refused = await post(firm, complaint_id, "resolution", **body)
        assert (refused.status_code, str(left) in refused.json()["detail"]) == (409, True)
        assert await firm.said(ComplaintResolved) == []
        said = ("result", "l1") if left == 2 else ("release", "b1")
        await say(firm, first if left == 2 else (complaint_id, second), *said)
    assert (await post(firm, complaint_id, "resolution", **body)).status_code == 200
    [released] = await firm.said(TaskReleased)
    assert (released.department, released.by) == ("network", "b1")


async def test_fc_16_a_refusal_goes_to_the_manager_who_has_to_deliver(firm: ServiceUnderTest) -> None:
    of = await asked(firm)
    assert (await say(firm, of, "refusal", "l9")).status_code == 409
    assert (await say(firm, of, "refusal", "l1")).status_code == 200
    [told] = await firm.said(TaskRefused)
    assert (told.by, told.manager_id, told.manager_reply_to is not None) == ("l1", "l9", True)
    for what, by in (("refusal", "l1"), ("refusal", "l9"), ("result", "l1")):
        assert (await say(firm, of, what, by)).status_code == 409
    await post(firm, of[0], "proposal", text="We pay.", by="b1", steps=FIRST_FOUR)
    held = await post(firm, of[0], "resolution", by="b1", steps=["INVITE_FEEDBACK"])
    assert held.status_code == 409
    assert (await say(firm, of, "result", "l9")).status_code == 200


async def test_fc_16_who_manages_it_hears_when_it_is_overdue(firm: ServiceUnderTest) -> None:
    late, in_time = await asked(firm), await asked(firm)
    await say(firm, in_time, "result", "l1")
    assert await firm.let_pass(A_MONTH) == 1
    [told] = await firm.said(TaskOverdue)
    assert (told.complaint_id, told.department, told.manager_id) == (late[0], "legal", "l9")
    await execute(firm, "UPDATE task SET due_at = now() - interval '1 hour'")
    await say(firm, late, "result", "l1")
    assert [done.late for done in await firm.said(TaskDone)] == [False, True]


@pytest.mark.parametrize(("percent", "minutes"), [(50, 300), (40, 240)])
async def test_fc_16_the_share_of_the_customers_time_is_policy(
    start_service: StartService, tmp_path: Path, percent: int, minutes: int
) -> None:
    text = f"[routing]\nversion='t'\n[routing.answer_time]\ntask_percent={percent}\ntask_at_least=1"
    text += "\n[routing.hours]\ndays=[1,2,3,4,5,6,7]\nslots=[['00:00','12:00'],['12:01','23:59']]"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path, STAFF + MORE))
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    due = datetime.now(UTC) + timedelta(hours=10)
    await execute(routing, f"UPDATE complaint SET due_at = '{due.isoformat()}'")
    await ask(routing, complaint_id)
    [told] = await routing.said(TaskAsked)
    assert round((told.due_at - told.asked_at) / timedelta(minutes=1)) == minutes


async def test_fc_11_one_department_leads_and_the_others_assist(firm: ServiceUnderTest) -> None:
    complaint_id, _ = await asked(firm)
    assert (await ask(firm, complaint_id, department="network")).status_code == 200
    seen = await shown(firm, complaint_id)
    assert seen["departments"] == {"lead": "billing", "assisting": ["legal", "network"]}
    assert [task["state"] for task in seen["tasks"]] == ["OPEN", "OPEN"]
    refused = await ask(firm, complaint_id, department="billing")
    assert (refused.status_code, "FC-11" in refused.json()["detail"]) == (409, True)


async def test_fc_11_only_a_coordinator_lets_another_department_lead(firm: ServiceUnderTest) -> None:
    complaint_id, _ = await asked(firm)
    for by, status in (("b1", 409), ("c1", 200)):
        answer = await post(firm, complaint_id, "lead-department", department="network", by=by)
        assert answer.status_code == status
    [told] = await firm.said(LeadDepartmentNamed)
    assert (told.department, told.by) == ("network", "c1")
    assert (await shown(firm, complaint_id))["departments"] == {"lead": "network", "assisting": ["legal"]}
    assert (await ask(firm, complaint_id, department="billing")).status_code == 200


async def test_fc_21_the_accused_have_no_part_in_it(firm: ServiceUnderTest) -> None:
    of = await asked(firm, accused_staff="l1")
    assert (await say(firm, of, "result", "l1")).status_code == 409
    assert (await say(firm, of, "result", "l9")).status_code == 200


@pytest.mark.parametrize("end", ["rejection", "cancellation"])
async def test_with_the_end_nobody_waits_for_a_part_any_more(firm: ServiceUnderTest, end: str) -> None:
    of = await asked(firm)
    said = {"by": "b1", "text": "Settled."} | ({"reason": "NO_GROUND"} if end == "rejection" else {})
    assert (await post(firm, of[0], end, **said)).status_code == 200
    [told] = await firm.said(TaskReleased)
    assert (str(told.task_id), told.by) == (of[1], None)
    assert (await say(firm, of, "result", "l1")).status_code == 409
    assert await firm.let_pass(A_MONTH, of[0]) == 0


async def test_after_the_resolution_nothing_more_is_asked(firm: ServiceUnderTest) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    await resolve(firm, complaint_id, "b1")
    assert (await ask(firm, complaint_id)).status_code == 409
    await post(firm, complaint_id, "appeal", text="Not right.", by="b1")
    assert (await ask(firm, complaint_id)).status_code == 200


async def test_a_part_is_delivered_or_refused_never_both(firm: ServiceUnderTest) -> None:
    of = await asked(firm)
    answers = await asyncio.gather(*(say(firm, of, what, "l1") for what in ("result", "release", "refusal")))
    assert [a.status_code for a in answers].count(200) == 1
    settled = [*await firm.said(TaskDone), *await firm.said(TaskReleased), *await firm.said(TaskRefused)]
    assert len(settled) == 1


async def test_departments_see_what_is_asked_of_them(firm: ServiceUnderTest) -> None:
    done, open_ = await asked(firm), await asked(firm)
    await say(firm, done, "result", "l1")
    for params, found in (
        ({"department": "legal"}, [done[1], open_[1]]),
        ({"department": "legal", "state": "OPEN"}, [open_[1]]),
        ({"department": "network"}, []),
    ):
        page = await firm.client.get("/routing/v1/tasks", params=params)
        assert [item["task_id"] for item in page.json()["items"]] == found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"department": "nowhere"}, "department"),
        ({"text": ""}, "text"),
        ({"by": "nobody"}, "by"),
        ({"due": 1}, "due"),
    ],
)
async def test_a_wrong_task_is_refused_with_its_field(
    firm: ServiceUnderTest, body: dict[str, Any], field: str
) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    refused = await ask(firm, complaint_id, **body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_unknown_tasks_are_not_found_and_strangers_ask_nothing(firm: ServiceUnderTest) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    assert (await ask(firm, complaint_id, by="b2")).status_code == 409
    assert (await say(firm, (complaint_id, str(uuid4())), "result", "l1")).status_code == 404
    assert (await say(firm, (uuid4(), str(uuid4())), "result", "l1")).status_code == 404
