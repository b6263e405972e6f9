"""Each gate before an offer: confirmed, satisfied, no other complaint, no second failure, not too many offers."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events.marketing import OfferWithheld
from shared.events.vocabulary import ClosingGround, Severity, WithholdReason
from tests.builders import answered, closed, complaint_received, now, reopened
from tests.service_under_test import ServiceUnderTest, StartService

from .deciding import PATIENT, closed_for, decided, served


async def test_of_1_silence_is_no_confirmation(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing)
    await marketing.hears(closed(complaint_id, ground=ClosingGround.SILENCE))
    [withheld] = await marketing.said()
    assert isinstance(withheld, OfferWithheld)
    assert withheld.reasons == (WithholdReason.NOT_CONFIRMED,)


@pytest.mark.parametrize("answers", [[], [{"satisfied": False}], [{"round": 2}]])
async def test_of_2_only_a_satisfied_answer_about_this_resolution_opens_the_gate(
    marketing: ServiceUnderTest, answers: list[dict[str, Any]]
) -> None:
    complaint_id = uuid4()
    await marketing.hears(complaint_received(complaint_id))
    for changes in answers:
        await marketing.hears(answered(complaint_id, **changes))
    await marketing.hears(closed(complaint_id))
    assert (await decided(marketing, complaint_id))["reasons"] == ["OF-2"]


async def test_of_4_a_customer_with_another_open_complaint_is_left_in_peace(
    start_service: StartService,
) -> None:
    marketing = await start_service("marketing", PATIENT)
    customer_id = uuid4()
    other = await served(marketing, customer_id=customer_id)
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == ["OF-4"]
    await marketing.hears(closed(other, closed_at=now() + timedelta(minutes=1)))
    assert (await decided(marketing, other))["decision"] == "OFFERED"


async def test_of_4_a_reopened_complaint_is_open(start_service: StartService) -> None:
    marketing = await start_service("marketing", PATIENT)
    customer_id = uuid4()
    await closed_for(marketing, customer_id=customer_id, severity=Severity.S1)
    first = (await marketing.said(OfferWithheld))[0].complaint_id
    await marketing.hears(reopened(first))
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == ["OF-4"]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"severity": Severity.S1}, ["OF-5"]),
        ({"case_type": "FRAUD"}, ["OF-5"]),
        ({"severity": Severity.S2, "case_type": "FAULT"}, []),
        ({"repeat_index": 2}, ["OF-6"]),
        ({"marketing_consent": False}, ["OF-7"]),
        ({"case_type": "SAFETY", "severity": Severity.S2}, ["NOTHING-FITS"]),
    ],
)
async def test_each_fact_of_a_complaint_that_matters_decides(
    marketing: ServiceUnderTest, changes: dict[str, Any], reasons: list[str]
) -> None:
    decision = await closed_for(marketing, **changes)
    assert decision["reasons"] == reasons
    assert decision["decision"] == ("WITHHELD" if reasons else "OFFERED")


async def test_of_6_a_complaint_that_was_reopened_is_a_second_failure(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing)
    await marketing.hears(reopened(complaint_id))
    await marketing.hears(answered(complaint_id, 2))
    await marketing.hears(closed(complaint_id, 2))
    assert (await decided(marketing, complaint_id))["reasons"] == ["OF-6"]


async def test_of_6_a_second_complaint_within_ninety_days_is_a_second_failure(
    marketing: ServiceUnderTest,
) -> None:
    customer_id = uuid4()
    await closed_for(marketing, customer_id=customer_id, received_at=now() - timedelta(days=91))
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == []
    later = await closed_for(marketing, customer_id=customer_id)
    assert later["reasons"] == ["OF-6", "CAP-1"]


async def test_cap_2_a_customer_hears_of_so_many_offers_in_thirty_days(start_service: StartService) -> None:
    policy = PATIENT.replace("most_offers=1", "most_offers=2")
    marketing = await start_service("marketing", policy)
    customer_id = uuid4()
    reasons = [(await closed_for(marketing, customer_id=customer_id))["reasons"] for _ in range(3)]
    assert reasons == [[], [], ["CAP-1"]]
    async with marketing.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE decision SET decided_at = decided_at - interval '31 days'")
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == []


@pytest.mark.parametrize(
    ("policy", "after_reopening", "after_another"),
    [("", ["OF-6"], ["OF-6"]), ("most_reopenings=1\nmost_complaints=2", [], [])],
)
async def test_of_6_how_much_failure_is_too_much_is_policy(
    start_service: StartService, policy: str, after_reopening: list[str], after_another: list[str]
) -> None:
    marketing = await start_service("marketing", f"[marketing]\nversion='t'\n[marketing.gate]\n{policy}")
    complaint_id = await served(marketing)
    await marketing.hears(reopened(complaint_id))
    await marketing.hears(answered(complaint_id, 2))
    await marketing.hears(closed(complaint_id, 2))
    assert (await decided(marketing, complaint_id))["reasons"] == after_reopening
    customer_id = uuid4()
    await closed_for(marketing, customer_id=customer_id)
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == after_another
