"""A service that knows one complaint, so that requests find something."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.events.feedback import SatisfactionAsked
from shared.events.marketing import OfferProposed
from tests.builders import answered, closed, complaint_received, owner_named, resolved
from tests.service_under_test import SEALER, ServiceUnderTest

COMPLAINT = UUID("019ff000-0000-7000-8000-000000000001")


async def seed(under_test: ServiceUnderTest) -> dict[str, Any]:
    """Let the service hear of, or accept, a complaint; returns what exists by name of parameter or field."""
    if under_test.service.name == "intake":
        return await _accepted(under_test)
    await under_test.hears(complaint_received(COMPLAINT))
    known = {"complaint_id": str(COMPLAINT), "after": str(COMPLAINT)}
    more = {"routing": _owned, "notify": _owner_named, "feedback": _asked, "marketing": _offered}
    if under_test.service.name in more:
        known |= await more[under_test.service.name](under_test)
    return known


async def _accepted(intake: ServiceUnderTest) -> dict[str, Any]:
    body = {"contact_key": "k1", "text": "No service since Monday.", "customer": {"external_id": "c1"}}
    answer = await intake.client.post("/intake/v1/channels/web/contacts", json=body)
    receipt = answer.raise_for_status().json()
    shown = (await intake.client.get(receipt["status_path"])).raise_for_status().json()
    return {
        "complaint_id": receipt["complaint_id"],
        "customer_id": shown["customer_id"],
        "code": receipt["tracking_path"].rpartition("/")[2],
        "receipt_number": receipt["receipt_number"],
    }


async def _owned(_routing: ServiceUnderTest) -> dict[str, Any]:
    return {"by": "duty", "handler_id": "duty", "owner_id": "duty", "department": "duty-desk"}


async def _owner_named(notify: ServiceUnderTest) -> dict[str, Any]:
    await notify.hears(owner_named(COMPLAINT))
    return {}


async def _asked(feedback: ServiceUnderTest) -> dict[str, Any]:
    await feedback.hears(resolved(COMPLAINT))
    await feedback.let_pass(timedelta(hours=3))
    [asked] = await feedback.said(SatisfactionAsked)
    return {"token": SEALER.open(asked.answer_path, str(COMPLAINT)).rpartition("/")[2]}


async def _offered(marketing: ServiceUnderTest) -> dict[str, Any]:
    await marketing.hears(answered(COMPLAINT), closed(COMPLAINT))
    [offer] = await marketing.said(OfferProposed)
    return {"offer_id": str(offer.offer_id)}
