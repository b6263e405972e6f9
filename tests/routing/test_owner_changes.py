"""Somebody else answers for a complaint: for five reasons, with a record; and nobody for one about themselves."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from asyncpg import IntegrityConstraintViolationError

from shared.events.routing import HandlerAssigned, OwnerChanged, OwnerNamed
from shared.events.vocabulary import ComplaintKind
from tests.builders import answered, now
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .people import execute, hand_over, offer, post, resolve, shown, staff_file, taken_by

LONG = [{"starts": "2026-01-01T00:00:00Z", "ends": "2099-01-01T00:00:00Z"}]
FRONT = {"id": "f1", "name": "Front desk 1", "department": "front", "languages": ["en"]}


WISH = {"owner_id": "f1", "reason": "CUSTOMER_WISH", "text": "They asked for it.", "by": "f1"}


async def change(routing: ServiceUnderTest, complaint_id: UUID, to: str, **body: object) -> httpx.Response:
    return await post(routing, complaint_id, "owner", **(WISH | {"to": to} | body))


async def owner(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["owner"]["staff_id"])


async def open_on_desks(routing: ServiceUnderTest) -> dict[str, int]:
    items = (await routing.client.get("/routing/v1/staff")).json()["items"]
    return {item["staff_id"]: item["open"] for item in items if item["open"]}


async def test_fc_9_the_customers_wish_changes_the_owner_and_is_told_and_recorded(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await change(routing, complaint_id, "b1")).json()["owner_id"] == "b1"
    [told] = await routing.said(OwnerChanged)
    assert (told.from_id, told.owner_id, told.owner_name, told.department) == (
        "f1",
        "b1",
        "Billing 1",
        "billing",
    )
    assert (told.reason, told.by, told.lead_id) == ("CUSTOMER_WISH", "f1", "b9")
    assert told.owner_reply_to is not None
    assert SEALER.open(told.owner_reply_to, str(complaint_id)) == "b1@example.com"
    assert "asked for it" not in told.model_dump_json()
    seen = await shown(routing, complaint_id)
    assert (seen["owner"]["staff_id"], seen["handler"]["staff_id"]) == ("b1", "b1")
    assert (seen["why"]["rule"], seen["why"]["reason"]) == ("FC-9", "CUSTOMER_WISH")
    [item] = (await routing.client.get(f"/routing/v1/complaints/{complaint_id}/owners")).json()["items"]
    assert (item["from_id"], item["to_id"], item["text"]) == ("f1", "b1", "They asked for it.")
    assert await open_on_desks(routing) == {"b1": 1}


async def test_fc_9_a_handler_works_on_and_the_new_owner_answers(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b2")
    await change(routing, complaint_id, "b1")
    seen = await shown(routing, complaint_id)
    assert (seen["owner"]["staff_id"], seen["handler"]["staff_id"]) == ("b1", "b2")
    assert await open_on_desks(routing) == {"b1": 1, "b2": 1}
    await resolve(routing, complaint_id, "b1")
    await routing.hears(answered(complaint_id))
    assert await open_on_desks(routing) == {}


@pytest.mark.parametrize(
    ("entry", "reason", "by", "status"),
    [
        ({}, "LEFT", "b1", 409),
        ({"left": True}, "LEFT", "b1", 200),
        ({}, "ABSENT", "b1", 409),
        ({"absences": LONG}, "ABSENT", "b1", 200),
        ({}, "CONFLICT", "f1", 200),
        ({}, "SUPERVISOR_ORDER", "b2", 409),
        ({}, "SUPERVISOR_ORDER", "b9", 200),
    ],
)
async def test_fc_9_each_reason_needs_what_it_says(
    routing: ServiceUnderTest, entry: dict[str, Any], reason: str, by: str, status: int
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await routing.client.put("/routing/v1/staff/f1?by=b9", json=FRONT | entry)
    answer = await change(routing, complaint_id, "b1", reason=reason, by=by)
    assert answer.status_code == status, answer.text
    assert await owner(routing, complaint_id) == ("b1" if status == 200 else "f1")


async def test_fc_9_how_long_an_absence_must_be_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.ownership]\nabsent_for=1000000"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "f1")
    ten_days = timedelta(days=10)
    absence = [{"starts": (now() - ten_days).isoformat(), "ends": (now() + ten_days).isoformat()}]
    await routing.client.put("/routing/v1/staff/f1?by=b9", json=FRONT | {"absences": absence})
    assert (await change(routing, complaint_id, "b1", reason="ABSENT")).status_code == 409


@pytest.mark.parametrize("field", ["reason", "text", "owner_id", "to", "by"])
async def test_fc_9_no_other_reason_and_nothing_unsaid(routing: ServiceUnderTest, field: str) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await post(
        routing, complaint_id, "owner", **(WISH | {"to": "b1", field: "" if field != "reason" else "TIRED"})
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await owner(routing, complaint_id) == "f1"


async def test_fc_9_not_to_somebody_who_may_not_own_nor_after_the_end(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await change(routing, complaint_id, "n1")).status_code == 409
    assert (await change(routing, complaint_id, "f1")).status_code == 409
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id))
    assert (await change(routing, complaint_id, "b1")).status_code == 409


async def test_fc_9_of_two_who_change_the_owner_at_once_one_learns_who_it_is_now(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    answers = await asyncio.gather(*(change(routing, complaint_id, to) for to in ("b1", "b2")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [told] = await routing.said(OwnerChanged)
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert told.owner_id in refused.json()["detail"]


async def test_fc_9_the_database_lets_nobody_change_the_owner_without_a_record(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await change(routing, complaint_id, "b1")
    for to in ("f1", "b2"):
        with pytest.raises(IntegrityConstraintViolationError, match="FC-9"):
            await execute(routing, f"UPDATE complaint SET owner_id = '{to}'")
    assert await owner(routing, complaint_id) == "b1"


ABOUT_B1: dict[str, Any] = {
    "accused_staff": "b1",
    "conflict_of_interest": True,
    "case_type": "FAULT",
    "category": "billing",
}


async def named(routing: ServiceUnderTest) -> tuple[str, str]:
    told = (await routing.said(OwnerNamed))[-1]
    return told.owner_id, told.rule


async def test_fc_21_a_call_that_the_accused_took_is_their_superiors(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", **ABOUT_B1)
    assert await named(routing) == ("b9", "FC-21")
    assert (await shown(routing, complaint_id))["why"]["reason"] == "ABOUT_THE_TAKER"
    await taken_by(routing, "f1", **ABOUT_B1)
    assert await named(routing) == ("f1", "FC-1")


async def test_fc_21_the_accused_are_assigned_nothing_about_themselves(routing: ServiceUnderTest) -> None:
    for _ in range(3):
        await taken_by(routing, None, **ABOUT_B1)
        assert await named(routing) == ("b2", "FC-3")
        await taken_by(routing, "f1", **ABOUT_B1)
    assert {told.handler_id for told in await routing.said(HandlerAssigned)} == {"b2"}


async def test_fc_21_a_repeat_about_its_owner_goes_to_somebody_else(routing: ServiceUnderTest) -> None:
    earlier = await taken_by(routing, "b1")
    await taken_by(routing, "f1", repeat_of=earlier, repeat_index=2, **ABOUT_B1)
    assert await named(routing) == ("f1", "FC-1")


async def test_fc_21_the_accused_neither_take_it_over_nor_answer_for_it(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1", **ABOUT_B1)
    for refused in (
        await offer(routing, complaint_id, "b1"),
        await offer(routing, complaint_id, "b1", by="duty1"),
        await change(routing, complaint_id, "b1"),
    ):
        assert refused.status_code == 409
        assert "FC-21" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("accused", "expected"), [("b1", "b9"), ("b9", "duty1"), (None, "duty1"), ("x", "duty1")]
)
async def test_fc_21_a_complaint_over_somebodys_head_is_their_superiors(
    routing: ServiceUnderTest, accused: str | None, expected: str
) -> None:
    await taken_by(routing, "f1", kind=ComplaintKind.STAFF_BYPASS, accused_staff=accused)
    assert await named(routing) == (expected, "FC-21")


async def test_fc_21_who_may_own_what_is_about_them_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = """
        [routing]
        version = 't'
        [routing.ownership]
        accused_never_owns = false
        superior_owns_bypass = false
        [routing.transfer]
        accused_never_handles = false
    """
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    await taken_by(routing, "b1", **ABOUT_B1)
    assert await named(routing) == ("b1", "FC-1")
    bypass = await taken_by(routing, "f1", kind=ComplaintKind.STAFF_BYPASS, accused_staff="b1")
    assert await named(routing) == ("f1", "FC-1")
    assert (await offer(routing, bypass, "b1")).status_code == 200
