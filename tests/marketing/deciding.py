"""What the tests of decisions say again and again: a served customer, what was decided, and why."""

from typing import Any
from uuid import UUID, uuid4

from shared.events.intake import ConsentChanged
from shared.events.vocabulary import Channel
from tests.builders import answered, closed, complaint_received, now
from tests.service_under_test import ServiceUnderTest

PATIENT = "[marketing]\nversion='t'\n[marketing.gate]\nmost_complaints=9\n[marketing.cap]\nmost_offers=1"


def consent(customer_id: UUID, agreed: bool) -> ConsentChanged:
    return ConsentChanged(customer_id=customer_id, marketing=agreed, source=Channel.WEB, changed_at=now())


async def served(marketing: ServiceUnderTest, complaint_id: UUID | None = None, **changes: Any) -> UUID:
    """A complaint that was answered by a satisfied customer, and is not closed yet."""
    complaint_id = complaint_id or uuid4()
    await marketing.hears(complaint_received(complaint_id, **changes))
    await marketing.hears(answered(complaint_id))
    return complaint_id


async def reasons_for(marketing: ServiceUnderTest, complaints: list[UUID]) -> list[list[str]]:
    """The reasons to withhold by complaint, none where an offer was made."""
    return [(await decided(marketing, complaint_id))["reasons"] for complaint_id in complaints]


async def decided(marketing: ServiceUnderTest, complaint_id: UUID) -> dict[str, Any]:
    answer = await marketing.client.get(f"/marketing/v1/complaints/{complaint_id}/decision")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def closed_for(marketing: ServiceUnderTest, **changes: Any) -> dict[str, Any]:
    """The decision about a well-served customer, with these changes to the complaint."""
    complaint_id = await served(marketing, **changes)
    await marketing.hears(closed(complaint_id))
    return await decided(marketing, complaint_id)
