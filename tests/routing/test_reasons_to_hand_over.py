"""For which reasons the work goes to somebody else: those that the policy lists, and no other (FC-6)."""

from pathlib import Path

import pytest

from shared.events.routing import HandlerAssigned, TransferRequested
from shared.events.vocabulary import TransferReason
from tests.policies.doors import put, put_well
from tests.service_under_test import ServiceUnderTest, StartService

from .handing_over import away, handler, start
from .people import hand_over, offer, taken_by

NO_ABSENCE = "reasons = ['NOT_COMPETENT', 'AUTHORITY']"


async def test_fc_6_a_reason_that_the_policy_does_not_list_is_refused_and_the_listed_ones_are_named(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start(start_service, tmp_path, NO_ABSENCE)
    complaint_id = await taken_by(routing, "f1")
    refused = await offer(routing, complaint_id, "b1", reason="ABSENT")
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["field"]) == (422, "reason")
    assert "the reasons are NOT_COMPETENT, AUTHORITY" in refused.text
    routing.client.headers["accept-language"] = "zh-CN"
    refused = await offer(routing, complaint_id, "b1", reason="ABSENT")
    assert "可用的原因：NOT_COMPETENT, AUTHORITY" in refused.text
    assert await routing.said(TransferRequested) == []
    assert (await offer(routing, complaint_id, "b1", reason="AUTHORITY")).status_code == 200


@pytest.mark.parametrize("reason", TransferReason)
async def test_fc_6_by_default_all_six_reasons_are_listed(
    routing: ServiceUnderTest, reason: TransferReason
) -> None:
    complaint_id = await taken_by(routing, "f1", case_type="FAULT", category="weather")
    assert (await offer(routing, complaint_id, "b1", reason=reason)).status_code == 200


async def test_fc_6_a_coordinator_needs_a_listed_reason_too(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start(start_service, tmp_path, NO_ABSENCE)
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1", by="duty1", reason="CONFLICT")).status_code == 422


async def test_fc_6_where_absence_is_no_reason_nobody_takes_over_from_an_absent_colleague(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b2", case_type="BILLING")
    await away(routing, "b2")
    await put_well(routing, {"version": "2027-a", "transfer": {"reasons": ["NOT_COMPETENT"]}})
    answer = await routing.client.post("/routing/v1/queues/billing/next", json={"by": "b1"})
    assert (answer.status_code, answer.json()["next"]) == (200, None)
    assert await handler(routing, complaint_id) == "b2"
    assert await routing.said(HandlerAssigned) == []


async def test_fc_6_the_hand_over_names_the_version_of_the_list_it_was_judged_by(
    routing: ServiceUnderTest,
) -> None:
    await put_well(routing, {"version": "2027-a", "transfer": {"reasons": ["LANGUAGE_SKILL"]}})
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1", reason="LANGUAGE_SKILL")).status_code == 200
    [row] = await routing.rows("SELECT reason, policy_version FROM transfer")
    assert (row["reason"], row["policy_version"]) == ("LANGUAGE_SKILL", "2027-a")


@pytest.mark.parametrize("reasons", [["NOT_OUR_BUSINESS"], []])
async def test_fc_6_what_is_no_reason_at_all_cannot_be_listed(
    routing: ServiceUnderTest, reasons: list[str]
) -> None:
    answer = await put(routing, {"version": "2027-a", "transfer": {"reasons": reasons}})
    assert answer.status_code == 422
    assert "reasons" in answer.text


async def test_fc_14_a_hand_over_names_who_leads_the_department_and_who_settles_hand_overs(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    [told] = await routing.said(HandlerAssigned)
    assert (told.manager_id, told.coordinator_id) == ("b9", "duty1")
    assert told.manager_channel is not None
