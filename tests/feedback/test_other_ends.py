"""Who is asked, and who is not, where a complaint ends or goes on otherwise than by an answer."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.events.feedback import SatisfactionAsked, SatisfactionUnanswered
from shared.events.routing import ComplaintCancelled, ComplaintRejected
from shared.events.vocabulary import ClosingGround, RejectionReason, ReopenReason
from tests.builders import closed, complaint_received, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

THREE_DAYS = timedelta(hours=72)


@pytest.fixture
async def feedback(start_service: StartService) -> ServiceUnderTest:
    return await start_service("feedback")


async def solved(feedback: ServiceUnderTest) -> UUID:
    """A complaint that was resolved, and about which the customer will be asked."""
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id))
    return complaint_id


@pytest.mark.parametrize("end", ["rejected", "cancelled", "denied"])
async def test_nobody_is_asked_about_what_was_rejected_withdrawn_or_denied_on_appeal(
    feedback: ServiceUnderTest, end: str
) -> None:
    complaint_id = await solved(feedback)
    if end == "cancelled":
        await feedback.hears(ComplaintCancelled(complaint_id=complaint_id, by="a100", cancelled_at=now()))
    elif end == "denied":
        await feedback.hears(closed(complaint_id, ground=ClosingGround.APPEAL_DENIED))
    else:
        reason = RejectionReason.NO_GROUND
        await feedback.hears(
            ComplaintRejected(
                complaint_id=complaint_id, reason=reason, by="a100", rejected_at=now(), appeal_until=now()
            )
        )
    await feedback.let_pass(THREE_DAYS)
    assert await feedback.said(SatisfactionAsked) == []
    assert await feedback.said(SatisfactionUnanswered) == []


@pytest.mark.parametrize("reason", [ReopenReason.CONTACTED_AGAIN, ReopenReason.APPEAL_UPHELD])
async def test_after_another_contact_or_an_appeal_only_the_next_resolution_is_asked_about(
    feedback: ServiceUnderTest, reason: ReopenReason
) -> None:
    complaint_id = await solved(feedback)
    await feedback.hears(reopened(complaint_id, reason=reason))
    await feedback.hears(resolved(complaint_id, round=2))
    await feedback.let_pass(timedelta(hours=2))
    assert [asked.round for asked in await feedback.said(SatisfactionAsked)] == [2]
