"""Urgent complaints come sooner in the queue, and their customers hear again and again how far they are."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from httpx import Response

from shared.events.routing import ProgressTold, UrgencyChanged
from tests.service_under_test import ServiceUnderTest, StartService

from .people import post, resolve, shown, staff_file, taken_by

HOUR = timedelta(hours=1)


async def set_urgency(
    routing: ServiceUnderTest, complaint_id: UUID, urgency: str, by: str = "b1"
) -> Response:
    path = f"/routing/v1/complaints/{complaint_id}/urgency"
    return await routing.client.put(path, json={"urgency": urgency, "by": by})


async def test_urgency_weighs_in_the_queue_and_is_told(routing: ServiceUnderTest) -> None:
    usual = await taken_by(routing, "b1", case_type="BILLING", priority=45.0)
    urgent = await taken_by(routing, "b1", case_type="BILLING", priority=40.0)
    assert (await set_urgency(routing, urgent, "URGENT")).json()["priority"] == 50.0
    items = (await routing.client.get("/routing/v1/queues/billing")).json()["items"]
    assert [(item["complaint_id"], item["urgency"]) for item in items] == [
        (str(urgent), "URGENT"),
        (str(usual), "NORMAL"),
    ]
    assert (await set_urgency(routing, urgent, "EXTRA_URGENT")).json()["priority"] == 60.0
    assert (await set_urgency(routing, urgent, "EXTRA_URGENT")).json()["priority"] == 60.0
    assert (await set_urgency(routing, urgent, "NORMAL")).json()["priority"] == 40.0
    assert [event.urgency for event in await routing.said(UrgencyChanged)] == [
        "URGENT",
        "EXTRA_URGENT",
        "NORMAL",
    ]
    assert (await shown(routing, urgent))["urgency"] == "NORMAL"


async def test_the_customer_of_an_urgent_one_hears_again_and_again(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await set_urgency(routing, complaint_id, "EXTRA_URGENT")
    assert await routing.let_pass(0.9 * HOUR, complaint_id) == 0
    await routing.let_pass(0.2 * HOUR, complaint_id)
    await post(routing, complaint_id, "steps", step="VENT", by="b1")
    await routing.let_pass(HOUR, complaint_id)
    first, second = await routing.said(ProgressTold)
    assert (first.state, first.steps, first.owner_name) == ("ASSIGNED", (), "Billing 1")
    assert (second.state, second.steps, second.next_at - second.told_at) == ("IN_PROGRESS", ("VENT",), HOUR)


async def test_nobody_hears_of_what_is_resolved_or_no_longer_urgent_or_never_was(
    routing: ServiceUnderTest,
) -> None:
    done, calmed, usual = [await taken_by(routing, "b1", case_type="BILLING") for _ in range(3)]
    for complaint_id in (done, calmed):
        await set_urgency(routing, complaint_id, "URGENT")
    await resolve(routing, done, "b1")
    await set_urgency(routing, calmed, "NORMAL")
    for complaint_id in (done, calmed, usual):
        await routing.let_pass(5 * HOUR, complaint_id)
    assert await routing.said(ProgressTold) == []


async def test_only_owner_and_handler_set_it_and_not_when_it_has_ended(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    assert (await set_urgency(routing, complaint_id, "URGENT", by="n1")).status_code == 409
    refused = await set_urgency(routing, complaint_id, "VERY")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "urgency")
    ended = await post(routing, complaint_id, "cancellation", by="b1", text="Found the bill.")
    assert ended.status_code == 200, ended.text
    assert (await set_urgency(routing, complaint_id, "URGENT")).status_code == 409


async def test_other_times_and_points_by_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = """
        [routing]
        version = 't'
        [routing.urgency]
        news_every = { URGENT = 600 }
        points = { NORMAL = 0, URGENT = 3, EXTRA_URGENT = 3 }
    """
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "b1", case_type="BILLING", priority=40.0)
    assert (await set_urgency(routing, complaint_id, "URGENT")).json()["priority"] == 43.0
    await routing.let_pass(timedelta(minutes=11), complaint_id)
    assert len(await routing.said(ProgressTold)) == 1
