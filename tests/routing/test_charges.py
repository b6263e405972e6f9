"""A charge that the customer disputes is left alone while the case is open, and again while it is appealed (REM-9)."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events.routing import ChargeFrozen, ChargeReleased
from tests.builders import answered, unanswered
from tests.service_under_test import ServiceUnderTest, StartService

from .people import post, resolve, shown, staff_file, taken_by


async def dispute(routing: ServiceUnderTest, complaint_id: UUID, **body: object) -> httpx.Response:
    said = {"reference": "2026-10/17", "amount": 9_900, "by": "b1"}
    return await post(routing, complaint_id, "charges", **(said | body))


async def disputed(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    assert (await dispute(routing, complaint_id)).status_code == 200
    return complaint_id


async def states(routing: ServiceUnderTest, complaint_id: UUID) -> list[str]:
    page = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/charges")
    return [item["state"] for item in page.json()["items"]]


async def test_rem_9_a_disputed_charge_is_frozen_until_the_end(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    [frozen] = await routing.said(ChargeFrozen)
    assert (frozen.reference, frozen.amount, frozen.customer_id is not None) == ("2026-10/17", 9_900, True)
    assert (await shown(routing, complaint_id))["charge_frozen"] is True
    await resolve(routing, complaint_id, "b1")
    assert await states(routing, complaint_id) == ["FROZEN"]
    await routing.hears(answered(complaint_id))
    [released] = await routing.said(ChargeReleased)
    assert (released.charge_id, released.because) == (frozen.charge_id, "CLOSED")
    assert (await shown(routing, complaint_id))["charge_frozen"] is False
    assert await states(routing, complaint_id) == ["RELEASED"]


async def test_rem_9_of_a_batch_of_ends_only_what_was_disputed_is_released(routing: ServiceUnderTest) -> None:
    with_charge = await disputed(routing)
    without = await taken_by(routing, "b1", case_type="BILLING")
    reopened = await disputed(routing)
    for complaint_id in (with_charge, without, reopened):
        await resolve(routing, complaint_id, "b1")
    unhappy = answered(reopened, solved=False, satisfied=False, dissatisfied=True)
    await routing.hears(answered(with_charge), unanswered(without), unhappy)
    assert [told.complaint_id for told in await routing.said(ChargeReleased)] == [with_charge]
    assert await states(routing, reopened) == ["FROZEN"]


@pytest.mark.parametrize("end", ["rejection", "cancellation"])
async def test_rem_9_any_end_releases_it(routing: ServiceUnderTest, end: str) -> None:
    complaint_id = await disputed(routing)
    said = {"by": "b1", "text": "It is right."} | ({"reason": "NO_GROUND"} if end == "rejection" else {})
    await post(routing, complaint_id, end, **said)
    [told] = await routing.said(ChargeReleased)
    assert told.because == ("REJECTED" if end == "rejection" else "CANCELLED")


async def test_rem_9_an_appeal_freezes_it_again_and_a_denial_releases_it(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    await post(routing, complaint_id, "rejection", by="b1", text="It is right.", reason="NO_GROUND")
    await post(routing, complaint_id, "appeal", by="b1", text="It is not.")
    assert await states(routing, complaint_id) == ["FROZEN"]
    assert (await shown(routing, complaint_id))["charge_frozen"] is True
    await post(routing, complaint_id, "appeal/decision", by="b9", upheld=False, text="It is.")
    assert await states(routing, complaint_id) == ["RELEASED"]
    assert len(await routing.said(ChargeFrozen)) == len(await routing.said(ChargeReleased)) == 2


async def test_rem_9_the_same_charge_is_frozen_once(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    await dispute(routing, complaint_id)
    await dispute(routing, complaint_id, reference="2026-10/18")
    assert len(await routing.said(ChargeFrozen)) == 2


async def test_rem_9_freezing_is_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.remedy]\nfreeze_disputed_charge=false"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    complaint_id = await disputed(routing)
    assert await states(routing, complaint_id) == ["NOTED"]
    await resolve(routing, complaint_id, "b1")
    await routing.hears(answered(complaint_id))
    assert (await routing.said(ChargeFrozen), await routing.said(ChargeReleased)) == ([], [])


@pytest.mark.parametrize(
    ("body", "field"),
    [({"amount": 0}, "amount"), ({"amount": "1"}, "amount"), ({"reference": ""}, "reference")],
)
async def test_a_wrong_charge_is_refused_with_its_field(
    routing: ServiceUnderTest, body: dict[str, Any], field: str
) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    refused = await dispute(routing, complaint_id, **body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await dispute(routing, complaint_id, by="f1")).status_code == 409
    assert (await dispute(routing, uuid4())).status_code == 404
