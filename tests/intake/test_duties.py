"""Duties within a time: unknown callers are identified (GRD-U), services of the defrauded frozen (SEV-1)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.decide_duties import decide_duties
from services.intake.policy import IntakePolicy
from shared.events.intake import (
    ComplaintReceived,
    CustomersMerged,
    DutyDone,
    DutyOverdue,
    GradeRaised,
    ServiceFreezeAsked,
)
from shared.events.vocabulary import Duty, Tag
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, read

POLICY = load_policy(IntakePolicy, "intake").duties
FRAUD = "somebody did a sim swap on my number"
DAY = timedelta(hours=24)


async def put(intake: ServiceUnderTest, found: dict[str, Any], what: str, **body: Any) -> httpx.Response:
    path = f"/intake/v1/complaints/{found['complaint_id']}/{what}"
    return await intake.client.put(path, json={"by": "a1"} | body)


async def outcomes(intake: ServiceUnderTest) -> list[tuple[str, str, bool]]:
    return [(event.duty, event.outcome, event.late) for event in await intake.said(DutyDone)]


async def still_open(intake: ServiceUnderTest) -> list[str]:
    return [item["duty"] for item in (await read(intake, "/intake/v1/duties"))["items"]]


def test_grd_u_and_sev_1_duties_have_their_times_from_the_policy() -> None:
    assert decide_duties((), identified=True, policy=POLICY) == {}
    assert decide_duties((), identified=False, policy=POLICY) == {Duty.IDENTIFY_CUSTOMER: 86_400}
    assert decide_duties((Tag.FRAUD,), identified=True, policy=POLICY) == {Duty.FREEZE_SERVICE: 86_400}
    changed = POLICY.model_copy(update={"identify_within": 60.0, "freeze_for": (Tag.DANGER,)})
    assert decide_duties((Tag.FRAUD,), identified=False, policy=changed) == {Duty.IDENTIFY_CUSTOMER: 60}
    assert Duty.FREEZE_SERVICE in decide_duties((Tag.DANGER,), identified=True, policy=changed)


async def test_grd_u_who_is_not_identified_after_24_hours_is_told_once_and_stays_to_be_identified(
    intake: ServiceUnderTest,
) -> None:
    await accepted(intake, customer={"external_id": "c1"})
    found = await accepted(intake)
    assert await intake.let_pass(DAY - timedelta(minutes=1)) == 0
    assert await intake.let_pass(timedelta(minutes=1)) == 1
    [told] = await intake.said(DutyOverdue)
    assert (str(told.complaint_id), told.duty) == (found["complaint_id"], Duty.IDENTIFY_CUSTOMER)
    assert await still_open(intake) == ["IDENTIFY_CUSTOMER"]
    await put(intake, found, "customer", phone="13800138000")
    assert await outcomes(intake) == [("IDENTIFY_CUSTOMER", "IDENTIFIED", True)]
    assert await still_open(intake) == []


async def test_grd_u_the_time_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.duties]\nidentify_within=3600")
    await accepted(intake)
    assert await intake.let_pass(timedelta(hours=1)) == 1
    assert len(await intake.said(DutyOverdue)) == 1


async def test_grd_u_a_caller_who_turns_out_to_be_registered_becomes_that_customer_with_their_grade(
    intake: ServiceUnderTest,
) -> None:
    record = {"external_id": "c1", "accounts": ["adsl-7"], "grade": "V"}
    await intake.client.post("/intake/v1/customers", json={"customers": [record]})
    found = await accepted(intake)
    answer = await put(intake, found, "customer", account="adsl-7")
    assert answer.status_code == 200
    [merged], [raised] = await intake.said(CustomersMerged), await intake.said(GradeRaised)
    assert str(merged.customer_id) == answer.json()["customer_id"]
    assert (raised.was, raised.grade) == ("U", "V")
    assert await outcomes(intake) == [("IDENTIFY_CUSTOMER", "IDENTIFIED", False)]
    assert await intake.let_pass(DAY) == 1
    assert await intake.said(DutyOverdue) == []
    shown = await read(intake, f"/intake/v1/customers/{answer.json()['customer_id']}")
    assert [one["complaint_id"] for one in shown["complaints"]] == [found["complaint_id"]]


async def test_grd_u_a_caller_nobody_knew_is_known_by_what_they_say_from_now_on(
    intake: ServiceUnderTest,
) -> None:
    found = await accepted(intake)
    answer = await put(intake, found, "customer", phone="13800138000", email="A@example.com")
    assert answer.json()["customer_id"] == found["customer_id"]
    [raised] = await intake.said(GradeRaised)
    assert (raised.was, raised.grade, raised.because) == ("U", "S", "IDENTIFIED")
    again = await accepted(intake, text="no signal at home", customer={"email": "a@example.com"})
    assert again["customer_id"] == found["customer_id"]
    assert (await put(intake, found, "customer", phone="13800138001")).status_code == 409


async def test_grd_u_who_is_found_to_be_no_customer_is_served_on(intake: ServiceUnderTest) -> None:
    found = await accepted(intake)
    path = f"/intake/v1/customers/{found['customer_id']}/not-a-customer"
    assert (await intake.client.put(path, json={"by": "a1"})).status_code == 200
    assert await outcomes(intake) == [("IDENTIFY_CUSTOMER", "NOT_A_CUSTOMER", False)]
    seen = await read(intake, f"/intake/v1/complaints/{found['complaint_id']}")
    assert (seen["status"], seen["grade"]) == ("RECEIVED", "U")
    assert [duty["outcome"] for duty in seen["duties"]] == ["NOT_A_CUSTOMER"]


async def test_sev_1_a_suspected_fraud_asks_to_freeze_the_service_within_24_hours(
    intake: ServiceUnderTest,
) -> None:
    await accepted(intake, text="my bill is wrong", customer={"external_id": "c2"})
    found = await accepted(intake, text=FRAUD, customer={"external_id": "c1"})
    [asked] = await intake.said(ServiceFreezeAsked)
    [received] = [e for e in await intake.said(ComplaintReceived) if e.complaint_id == asked.complaint_id]
    assert str(asked.complaint_id) == found["complaint_id"]
    assert asked.freeze_by - received.received_at == DAY
    assert asked.customer_id == received.customer_id
    assert (await put(intake, found, "service-freeze", frozen=True)).status_code == 200
    assert await outcomes(intake) == [("FREEZE_SERVICE", "FROZEN", False)]
    assert (await put(intake, found, "service-freeze", frozen=True)).status_code == 409
    lines = (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}/history"))["items"]
    assert [line["what"] for line in lines][1:] == ["service_freeze_asked", "duty_done"]


async def test_sev_1_a_service_that_is_not_frozen_in_time_is_told_and_may_turn_out_not_to_need_it(
    intake: ServiceUnderTest,
) -> None:
    found = await accepted(intake, text=FRAUD, customer={"external_id": "c1"})
    await intake.let_pass(DAY)
    assert [event.duty for event in await intake.said(DutyOverdue)] == [Duty.FREEZE_SERVICE]
    await put(intake, found, "service-freeze", frozen=False)
    assert await outcomes(intake) == [("FREEZE_SERVICE", "NOT_NEEDED", True)]


async def test_sev_1_within_how_long_a_service_is_frozen_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.duties]\nfreeze_within=3600")
    await accepted(intake, text=FRAUD, customer={"external_id": "c1"})
    [asked], [received] = await intake.said(ServiceFreezeAsked), await intake.said(ComplaintReceived)
    assert asked.freeze_by - received.received_at == timedelta(hours=1)
    assert await intake.let_pass(timedelta(hours=1)) == 1
    assert [event.duty for event in await intake.said(DutyOverdue)] == [Duty.FREEZE_SERVICE]


async def test_sev_1_what_freezes_a_service_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.duties]\nfreeze_for=[]")
    found = await accepted(intake, text=FRAUD, customer={"external_id": "c1"})
    assert await intake.said(ServiceFreezeAsked) == []
    assert (await put(intake, found, "service-freeze", frozen=True)).status_code == 404


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("customer", {}, "external_id"),
        ("customer", {"phone": "+86 1"}, "phone"),
        ("customer", {"phone": "call me"}, "phone"),
        ("customer", {"email": "no"}, "email"),
        ("customer", {"external_id": ""}, "external_id"),
        ("customer", {"external_id": "c1", "by": "a\x00"}, "by"),
        ("service-freeze", {}, "frozen"),
        ("service-freeze", {"frozen": "yes"}, "frozen"),
    ],
)
async def test_a_wrong_word_about_a_duty_is_refused_by_name(
    intake: ServiceUnderTest, what: str, body: dict[str, Any], field: str
) -> None:
    found = await accepted(intake, text=FRAUD)
    refused = await put(intake, found, what, **body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await intake.said(DutyDone) == []


async def test_an_unknown_complaint_has_no_duties(intake: ServiceUnderTest) -> None:
    nobody = {"complaint_id": "00000000-0000-7000-8000-000000000000"}
    assert (await put(intake, nobody, "customer", phone="13800138000")).status_code == 404
    assert (await put(intake, nobody, "service-freeze", frozen=True)).status_code == 404
    assert await intake.rows("SELECT * FROM customer_key") == []
