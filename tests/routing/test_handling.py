"""Who works on a complaint: the owner, unless it lies outside the owner's field or is handed over (FC-6)."""

from pathlib import Path

import pytest

from shared.events.routing import HandlerAssigned, OwnerNamed, TransferAccepted, TransferRequested
from shared.events.vocabulary import TransferReason
from tests.builders import answered, complaint_received
from tests.service_under_test import ServiceUnderTest, StartService

from .people import hand_over, offer, post, resolve, shown, staff_file, taken_by

OUTSIDE = {"case_type": "FAULT", "category": "network/4g"}


async def test_fc_6_a_case_outside_the_owners_field_is_handled_by_the_serving_department(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1", **OUTSIDE)
    [told] = await routing.said(HandlerAssigned)
    assert (told.handler_id, told.department, told.reason) == ("n1", "network", "NOT_COMPETENT")
    seen = await shown(routing, complaint_id)
    assert (seen["owner"]["staff_id"], seen["handler"]["staff_id"]) == ("f1", "n1")


@pytest.mark.parametrize(
    "facts", [{"case_type": "SUGGESTION"}, {"case_type": "FAULT", "category": "weather"}]
)
async def test_fc_6_a_case_in_the_owners_field_or_nobodys_is_handled_by_the_owner(
    routing: ServiceUnderTest, facts: dict[str, str]
) -> None:
    complaint_id = await taken_by(routing, "f1", **facts)
    assert await routing.said(HandlerAssigned) == []
    assert (await shown(routing, complaint_id))["handler"]["staff_id"] == "f1"


async def test_fc_6_handing_over_what_is_outside_the_field_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.handling]\noutside_field_to_serving_department=false",
        staff_file=staff_file(tmp_path),
    )
    await taken_by(routing, "f1", **OUTSIDE)
    assert await routing.said(HandlerAssigned) == []


async def test_fc_6_what_one_agent_takes_for_another_department_is_spread_over_its_people(
    routing: ServiceUnderTest,
) -> None:
    calls = [complaint_received(taken_by="f1", case_type="BILLING") for _ in range(10)]
    await routing.hears(*calls)
    handlers = [told.handler_id for told in await routing.said(HandlerAssigned)]
    assert (handlers.count("b1"), handlers.count("b2")) == (5, 5)


@pytest.mark.parametrize("reason", list(TransferReason))
async def test_fc_6_the_handling_goes_to_somebody_else_for_a_listed_reason_and_the_owner_stays(
    routing: ServiceUnderTest, reason: TransferReason
) -> None:
    complaint_id = await taken_by(routing, "f1", case_type="FAULT", category="weather")
    await hand_over(routing, complaint_id, "b2", reason=reason)
    seen = await shown(routing, complaint_id)
    assert (seen["owner"]["staff_id"], seen["handler"]["staff_id"]) == ("f1", "b2")
    told = (await routing.said(HandlerAssigned))[-1]
    assert (told.handler_id, told.handler_name, told.reason) == ("b2", "Billing 2", reason)
    assert len(await routing.said(OwnerNamed)) == 1


async def test_fc_6_no_other_reason_is_taken(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await offer(routing, complaint_id, "b2", reason="NOT_OUR_BUSINESS")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    assert await routing.said(TransferRequested) == []


async def test_a_hand_over_asked_for_or_accepted_twice_is_told_once(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    answers = [await offer(routing, complaint_id, "b2") for _ in range(2)]
    other = await offer(routing, complaint_id, "b2", reason="CONFLICT")
    answers += [await post(routing, complaint_id, "transfer/acceptance", by="b2") for _ in range(2)]
    again = await offer(routing, complaint_id, "b2")
    assert [answer.status_code for answer in answers] == [200] * 4
    assert (other.status_code, again.status_code) == (409, 409)
    for kind in (TransferRequested, TransferAccepted, HandlerAssigned):
        assert len(await routing.said(kind)) == 1


async def test_a_closed_complaint_is_not_handed_over(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id))
    assert (await offer(routing, complaint_id, "b2")).status_code == 409


async def test_owner_and_handler_both_have_it_on_the_desk_until_it_is_closed(
    routing: ServiceUnderTest,
) -> None:
    async def desks() -> dict[str, int]:
        items = (await routing.client.get("/routing/v1/staff")).json()["items"]
        return {item["staff_id"]: item["open"] for item in items if item["open"]}

    complaint_id = await taken_by(routing, "f1", **OUTSIDE)
    assert await desks() == {"f1": 1, "n1": 1}
    await hand_over(routing, complaint_id, "b1", reason="AUTHORITY")
    assert await desks() == {"f1": 1, "b1": 1}
    await offer(routing, complaint_id, "f1")
    assert await desks() == {"f1": 1}
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id))
    assert await desks() == {}
