"""A complaint waits on evidence, and goes on at anybody's word or when the time has come; a late word opens it again."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events.routing import ComplaintPaused, ComplaintReopened, ComplaintResolved, ComplaintResumed
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, attached, offer, post, resolve, shown, staff_file, taken_by

LATER = (now() + timedelta(days=9)).isoformat()
LONGEST = timedelta(hours=72)


async def wait(routing: ServiceUnderTest, complaint_id: UUID, **body: object) -> httpx.Response:
    said = {"by": "f1", "reason": "WAIT_CUSTOMER", "evidence": "MESSAGE_SENT"}
    return await post(routing, complaint_id, "wait", **(said | body))


async def state(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["state"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"evidence": None}, "evidence"),
        ({"evidence": "AGREED"}, "evidence"),
        ({"evidence": "CALLS_FAILED", "failed_calls": 1}, "failed_calls"),
        ({"evidence": "CALLS_FAILED", "failed_calls": 2}, None),
        ({"reason": "CUSTOMER_APPOINTMENT", "evidence": None}, "until"),
        ({"reason": "CUSTOMER_APPOINTMENT", "evidence": None, "until": LATER}, None),
        ({"reason": "THIRD_PARTY", "evidence": None}, None),
        ({"reason": "LUNCH"}, "reason"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"evidence": "RUMOUR"}, "evidence"),
    ],
)
async def test_pau_1_pau_2_each_reason_needs_its_evidence(
    routing: ServiceUnderTest, body: dict[str, Any], field: str | None
) -> None:
    complaint_id = await taken_by(routing, "f1")
    answer = await wait(routing, complaint_id, **body)
    assert answer.status_code == (422 if field else 200), answer.text
    assert await state(routing, complaint_id) == ("ASSIGNED" if field else "PENDING")
    assert len(await routing.said(ComplaintPaused)) == (0 if field else 1)
    if field:
        assert answer.json()["errors"][0]["field"] == field


async def test_pau_2_how_many_failed_calls_are_evidence_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.wait]\nfailed_calls=3"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "f1")
    for calls, status in ((2, 422), (3, 200)):
        answer = await wait(routing, complaint_id, evidence="CALLS_FAILED", failed_calls=calls)
        assert answer.status_code == status


async def test_pau_4_the_customers_word_in_any_channel_ends_the_wait_at_once(
    routing: ServiceUnderTest,
) -> None:
    waiting, working = await taken_by(routing, "f1"), await taken_by(routing, "f1")
    await wait(routing, waiting)
    await routing.hears(attached(waiting), attached(working))
    assert [await state(routing, c) for c in (waiting, working)] == ["IN_PROGRESS", "ASSIGNED"]
    [paused], [resumed] = await routing.said(ComplaintPaused), await routing.said(ComplaintResumed)
    assert (resumed.pause_id, resumed.because, resumed.paused_at) == (
        paused.pause_id,
        "CUSTOMER",
        paused.paused_at,
    )
    assert await routing.let_pass(LONGEST) == 0


async def test_pau_5_a_wait_ends_after_72_hours_and_an_appointment_at_its_time(
    routing: ServiceUnderTest,
) -> None:
    waiting, appointed = await taken_by(routing, "f1"), await taken_by(routing, "f1")
    await wait(routing, waiting, until=LATER)
    await wait(routing, appointed, reason="CUSTOMER_APPOINTMENT", until=LATER)
    await routing.let_pass(LONGEST)
    assert [await state(routing, c) for c in (waiting, appointed)] == ["IN_PROGRESS", "PENDING"]
    await routing.let_pass(timedelta(days=6))
    assert await state(routing, appointed) == "IN_PROGRESS"
    assert {told.because for told in await routing.said(ComplaintResumed)} == {"TIME"}


async def test_pau_5_how_long_a_wait_may_be_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[routing]\nversion='t'\n[routing.wait]\nlongest=60"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "f1")
    await wait(routing, complaint_id)
    await routing.let_pass(timedelta(seconds=61))
    assert await state(routing, complaint_id) == "IN_PROGRESS"


async def test_pau_8_a_resolution_ends_the_wait_first(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await post(routing, complaint_id, "proposal", text="We pay.", by="f1", steps=FIRST_FOUR)
    await wait(routing, complaint_id)
    answer = await post(routing, complaint_id, "resolution", by="f1", steps=["INVITE_FEEDBACK"])
    assert answer.status_code == 200, answer.text
    told = [type(event) for event in await routing.said()]
    assert told.index(ComplaintResumed) < told.index(ComplaintResolved)


async def test_staff_go_on_where_they_were_and_only_those_whose_it_is(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await wait(routing, complaint_id, by="b1")).status_code == 409
    await post(routing, complaint_id, "proposal", text="We pay.", by="f1", steps=FIRST_FOUR)
    await wait(routing, complaint_id)
    assert (await wait(routing, complaint_id)).status_code == 409
    refused = await post(routing, complaint_id, "steps", step="INVITE_FEEDBACK", by="f1")
    assert (refused.status_code, "PENDING" in refused.json()["detail"]) == (409, True)
    assert (await offer(routing, complaint_id, "b1")).status_code == 200
    assert (await post(routing, complaint_id, "resume", by="b2")).status_code == 409
    assert (await post(routing, complaint_id, "resume", by="f1")).json()["state"] == "PROPOSED"
    assert (await post(routing, complaint_id, "resume", by="f1")).status_code == 409


async def test_rep_4_a_contact_soon_after_the_resolution_opens_it_again_with_the_same_owner(
    routing: ServiceUnderTest,
) -> None:
    complaint_id, other = await taken_by(routing, "f1"), await taken_by(routing, "f1")
    for each in (complaint_id, other):
        await resolve(routing, each, "f1")
    await routing.hears(attached(complaint_id, reopens=True), attached(other))
    [told] = await routing.said(ComplaintReopened)
    assert (told.complaint_id, told.round, told.reason) == (complaint_id, 2, "CONTACTED_AGAIN")
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["owner"]["staff_id"]) == ("REOPENED", "f1")
    assert await state(routing, other) == "RESOLVED"
    await resolve(routing, complaint_id, "f1")
