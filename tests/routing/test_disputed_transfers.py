"""What becomes of a hand-over that is disputed, or of one too many: the coordinator decides (FC-10, FC-11)."""

from datetime import timedelta
from pathlib import Path

from services.routing.open_hours import after_open_time
from shared.events.routing import (
    HandlerAssigned,
    OwnerNamed,
    TransferDecided,
    TransferDisputed,
)
from tests.service_under_test import ServiceUnderTest, StartService

from .handing_over import HOURS, disputed, handler, start, transfers
from .people import hand_over, offer, post, taken_by


async def test_fc_10_who_disputes_keeps_it_and_passes_it_to_nobody(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    [told] = await routing.said(TransferDisputed)
    assert (told.by, told.coordinator_id) == ("b1", "duty1")
    assert await handler(routing, complaint_id) == "b1"
    passed_on = await offer(routing, complaint_id, "b2", by="b1")
    assert passed_on.status_code == 409
    assert "FC-10" in passed_on.json()["detail"]


async def test_fc_10_the_coordinator_decides_and_nobody_else(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    refused = await post(routing, complaint_id, "transfer/decision", by="f1", handler_id="n1")
    assert refused.status_code == 409
    assert "duty1" in refused.json()["detail"]
    decided = await post(routing, complaint_id, "transfer/decision", by="duty1", handler_id="n1")
    assert decided.json()["handler_id"] == "n1"
    [told] = await routing.said(TransferDecided)
    assert (told.handler_id, told.by) == ("n1", "duty1")
    assert [told.handler_id for told in await routing.said(HandlerAssigned)] == ["b1", "n1"]
    assert len(await routing.said(OwnerNamed)) == 1
    again = await post(routing, complaint_id, "transfer/decision", by="duty1", handler_id="b2")
    assert again.status_code == 409


async def test_fc_10_where_nobody_decides_in_time_it_stays_with_who_has_it(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    await routing.let_pass(timedelta(days=20))
    [told] = await routing.said(TransferDecided)
    assert (told.handler_id, told.by) == ("b1", None)
    assert [item["status"] for item in await transfers(routing, complaint_id)] == ["KEPT"]
    assert len(await routing.said(HandlerAssigned)) == 1


async def test_fc_10_the_time_to_decide_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start(start_service, tmp_path, "decide_within=1")
    await disputed(routing)
    [told] = await routing.said(TransferDisputed)
    assert told.decide_by == after_open_time(told.disputed_at, 1, HOURS)
    assert told.decide_by < after_open_time(told.disputed_at, 7200, HOURS)


async def test_fc_10_a_named_coordinator_decides_instead_of_the_duty_desk(routing: ServiceUnderTest) -> None:
    entry = {"id": "b2", "name": "B", "department": "billing", "languages": ["en"], "coordinates": True}
    await routing.client.put("/routing/v1/staff/b2?by=b9", json=entry)
    complaint_id = await disputed(routing)
    for by, status in (("duty1", 409), ("b2", 200)):
        answer = await post(routing, complaint_id, "transfer/decision", by=by, handler_id="f1")
        assert answer.status_code == status


async def test_fc_11_the_third_hop_is_the_coordinators(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await hand_over(routing, complaint_id, "b2")
    refused = await offer(routing, complaint_id, "n1")
    assert refused.status_code == 409
    assert "FC-11" in refused.json()["detail"]
    by_coordinator = await offer(routing, complaint_id, "n1", by="duty1")
    assert by_coordinator.json()["handler_id"] == "n1"


async def test_fc_11_back_to_the_owner_is_always_possible_and_at_once(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await hand_over(routing, complaint_id, "b2")
    assert (await offer(routing, complaint_id, "f1")).json()["handler_id"] == "f1"
    assert (await offer(routing, complaint_id, "b1")).status_code == 409


async def test_fc_11_how_many_hops_there_may_be_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start(start_service, tmp_path, "max_hops=0")
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1")).status_code == 409
