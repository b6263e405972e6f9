"""Complaints that end otherwise than on the customer's word: rejected, withdrawn, appealed, reopened by a contact."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.routing import ComplaintAppealed, ComplaintCancelled, ComplaintRejected
from shared.events.vocabulary import Channel, ClosingGround, RejectionReason, ReopenReason
from tests.builders import answered, closed, complaint_received, now, reopened
from tests.service_under_test import ServiceUnderTest, StartService

from .deciding import PATIENT, decided, served


@pytest.fixture
async def marketing(start_service: StartService) -> ServiceUnderTest:
    return await start_service("marketing", PATIENT)


def rejected(complaint_id: UUID) -> ComplaintRejected:
    facts: dict[str, Any] = {"reason": RejectionReason.NO_GROUND, "by": "a100"}
    return ComplaintRejected(complaint_id=complaint_id, rejected_at=now(), appeal_until=now(), **facts)


def cancelled(complaint_id: UUID) -> ComplaintCancelled:
    return ComplaintCancelled(complaint_id=complaint_id, by="a100", cancelled_at=now())


def appealed(complaint_id: UUID) -> ComplaintAppealed:
    facts: dict[str, Any] = {"round": 1, "decider_id": "q1", "decider_name": "Quality desk"}
    facts |= {"decide_by": now(), "decider_channel": Channel.EMAIL, "decider_reply_to": None}
    return ComplaintAppealed(complaint_id=complaint_id, appealed_at=now(), **facts)


@pytest.mark.parametrize("end", [rejected, cancelled])
async def test_of_4_what_was_rejected_or_withdrawn_is_no_open_complaint(
    marketing: ServiceUnderTest, end: Any
) -> None:
    customer_id, other = uuid4(), uuid4()
    complaint_id = await served(marketing, customer_id=customer_id, case_type="BILLING")
    await marketing.hears(complaint_received(other, customer_id=customer_id))
    await marketing.hears(end(other))
    await marketing.hears(closed(complaint_id))
    assert (await decided(marketing, complaint_id))["reasons"] == []


async def test_of_4_what_is_appealed_is_open_again(marketing: ServiceUnderTest) -> None:
    customer_id, other = uuid4(), uuid4()
    complaint_id = await served(marketing, customer_id=customer_id, case_type="BILLING")
    await marketing.hears(complaint_received(other, customer_id=customer_id))
    await marketing.hears(rejected(other))
    await marketing.hears(appealed(other))
    await marketing.hears(closed(complaint_id))
    assert (await decided(marketing, complaint_id))["reasons"] == ["OF-4"]


async def test_of_1_a_denied_appeal_is_no_confirmation(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing, case_type="BILLING")
    await marketing.hears(rejected(complaint_id))
    await marketing.hears(appealed(complaint_id))
    await marketing.hears(closed(complaint_id, ground=ClosingGround.APPEAL_DENIED))
    assert "OF-1" in (await decided(marketing, complaint_id))["reasons"]


@pytest.mark.parametrize("reason", [ReopenReason.CONTACTED_AGAIN, ReopenReason.APPEAL_UPHELD])
async def test_of_6_reopened_by_another_contact_or_an_appeal_is_a_second_failure(
    marketing: ServiceUnderTest, reason: ReopenReason
) -> None:
    complaint_id = await served(marketing, case_type="BILLING")
    await marketing.hears(reopened(complaint_id, reason=reason))
    await marketing.hears(answered(complaint_id, round=2))
    await marketing.hears(closed(complaint_id, round=2))
    assert (await decided(marketing, complaint_id))["reasons"] == ["OF-6"]
