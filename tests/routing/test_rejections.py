"""A complaint is rejected with a reason, cancelled at the customer's wish, never because it is not our business (FC-12)."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.events.routing import (
    ComplaintCancelled,
    ComplaintRejected,
)
from tests.service_under_test import ServiceUnderTest, StartService

from .appealing import REJECTION, appealed, on_desks, rejected, resolved, state
from .people import post, shown, staff_file, taken_by


async def test_a_rejection_says_why_and_is_told(routing: ServiceUnderTest) -> None:
    complaint_id = await rejected(routing)
    [told] = await routing.said(ComplaintRejected)
    assert (told.reason, told.by, told.appeal_until - told.rejected_at) == (
        "NO_GROUND",
        "b1",
        timedelta(days=30),
    )
    assert "bill" not in told.model_dump_json()
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["end_reason"], seen["end_text"]) == (
        "REJECTED",
        "NO_GROUND",
        "The bill is right.",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "That is not our business."}, "text"),
        ({"text": "这个不归我们管"}, "text"),
        ({"reason": "NOT_OUR_BUSINESS"}, "reason"),
        ({"reason": None}, "reason"),
        ({"text": " "}, "text"),
    ],
)
async def test_fc_12_not_our_business_rejects_nothing_either(
    routing: ServiceUnderTest, change: dict[str, object], field: str
) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    refused = await post(routing, complaint_id, "rejection", **(REJECTION | change))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await state(routing, complaint_id) == "ASSIGNED"


NOT_OURS = "This is not our business."


async def test_fc_12_not_our_business_cancels_nothing(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    refused = await post(routing, complaint_id, "cancellation", text=NOT_OURS, by="b1")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "text")
    assert await state(routing, complaint_id) == "ASSIGNED"
    cancelled = await post(routing, complaint_id, "cancellation", text="It works again.", by="b1")
    assert (cancelled.status_code, len(await routing.said(ComplaintCancelled))) == (200, 1)


async def test_fc_12_not_our_business_denies_no_appeal(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved(routing)
    await appealed(routing, complaint_id)
    said = {"by": "b9", "text": NOT_OURS}
    refused = await post(routing, complaint_id, "appeal/decision", **said, upheld=False)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "text")
    assert await state(routing, complaint_id) == "APPEALED"
    assert (await post(routing, complaint_id, "appeal/decision", **said, upheld=True)).status_code == 200


@pytest.mark.parametrize("door", ["rejection", "cancellation"])
async def test_fc_12_which_words_end_nothing_is_policy(
    start_service: StartService, tmp_path: Path, door: str
) -> None:
    policy = "[routing]\nversion='t'\n[routing.work]\nno_reason_by_themselves=['bad luck']"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    said = {"by": "b1"} | ({"reason": "NO_GROUND"} if door == "rejection" else {})
    for text, status in (("Bad luck.", 422), (NOT_OURS, 200)):
        assert (await post(routing, complaint_id, door, **said, text=text)).status_code == status


async def test_a_customer_who_wants_it_no_more_cancels_it_even_while_it_waits(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await post(routing, complaint_id, "wait", by="b1", reason="THIRD_PARTY")
    answer = await post(routing, complaint_id, "cancellation", by="b1", text="It works again.")
    assert answer.json()["state"] == "CANCELLED"
    assert len(await routing.said(ComplaintCancelled)) == 1
    assert await on_desks(routing) == 0
    for door, body in (
        ("appeal", {"text": "x"}),
        ("wait", {"reason": "THIRD_PARTY"}),
        ("rejection", REJECTION),
    ):
        assert (await post(routing, complaint_id, door, **({"by": "b1"} | body))).status_code == 409
    assert await routing.let_pass(timedelta(hours=72)) == 0


async def test_only_who_it_belongs_to_rejects_or_cancels(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    for door, body in (("rejection", REJECTION | {"by": "f1"}), ("cancellation", {"by": "f1", "text": "x"})):
        assert (await post(routing, complaint_id, door, **body)).status_code == 409
    assert (await appealed(routing, complaint_id)).status_code == 409
