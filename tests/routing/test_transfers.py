"""Handing work over: packet, answer, silence, dispute, coordinator, hops; the owner stays throughout."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.events.routing import (
    HandlerAssigned,
    TransferAccepted,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
)
from shared.events.vocabulary import Severity
from tests.builders import answered
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .handing_over import HALF_AN_HOUR, away, handler, start, transfers
from .people import PACKET, hand_over, offer, post, resolve, taken_by


async def test_fc_7_the_receiver_gets_the_packet_and_until_then_the_handler_stays(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1", reason="AUTHORITY")).status_code == 200
    assert await handler(routing, complaint_id) == "f1"
    [item] = await transfers(routing, complaint_id)
    assert (item["status"], item["packet"]) == ("REQUESTED", PACKET)
    [told] = await routing.said(TransferRequested)
    assert (told.from_id, told.to_id, told.department, told.hop) == ("f1", "b1", "billing", 1)
    assert "Charged twice" not in told.model_dump_json()
    assert told.to_reply_to is not None
    assert SEALER.open(told.to_reply_to, str(complaint_id)) == "b1@example.com"


@pytest.mark.parametrize("field", list(PACKET))
async def test_fc_7_a_packet_that_lacks_anything_is_refused(routing: ServiceUnderTest, field: str) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await offer(routing, complaint_id, "b1", **{field: None})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await transfers(routing, complaint_id) == []


async def test_fc_7_what_the_packet_must_say_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start(start_service, tmp_path, "packet=['demand']")
    complaint_id = await taken_by(routing, "f1")
    said = {"to": "b1", "reason": "ABSENT", "by": "f1"}
    assert (await post(routing, complaint_id, "transfer", **said)).status_code == 422
    assert (await post(routing, complaint_id, "transfer", **said, demand="Money.")).status_code == 200


async def test_fc_8_who_accepts_works_on_it_and_fc_17_all_times_are_told(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    [asked], [accepted] = await routing.said(TransferRequested), await routing.said(TransferAccepted)
    [assigned] = await routing.said(HandlerAssigned)
    assert asked.answer_by - asked.requested_at == HALF_AN_HOUR
    assert (accepted.silently, accepted.accepted_at) == (False, assigned.assigned_at)
    assert (assigned.handler_id, assigned.reason) == ("b1", "ABSENT")
    assert await handler(routing, complaint_id) == "b1"
    assert await routing.let_pass(HALF_AN_HOUR) == 0


async def test_fc_8_who_is_there_and_says_nothing_in_time_has_accepted(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    assert await routing.let_pass(HALF_AN_HOUR - timedelta(minutes=1)) == 0
    assert await routing.let_pass(timedelta(minutes=2)) == 1
    [accepted] = await routing.said(TransferAccepted)
    assert (accepted.to_id, accepted.silently) == ("b1", True)
    assert await handler(routing, complaint_id) == "b1"


async def test_fc_8_nothing_is_delivered_to_who_is_not_there_and_the_owner_still_has_it(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    await away(routing, "b1")
    await routing.let_pass(HALF_AN_HOUR)
    [failed] = await routing.said(TransferFailed)
    assert (failed.to_id, failed.owner_id, failed.why) == ("b1", "f1", "NOT_DELIVERED")
    assert await handler(routing, complaint_id) == "f1"
    assert (await post(routing, complaint_id, "transfer/acceptance", by="b1")).status_code == 409
    assert (await offer(routing, complaint_id, "b2")).status_code == 200


async def test_fc_8_s1_is_answered_sooner_and_both_times_are_policy(
    routing: ServiceUnderTest, start_service: StartService, tmp_path: Path
) -> None:
    other = await start(start_service, tmp_path, "answer_within=60\nanswer_within_s1=5")
    for place, severity, seconds in (
        (routing, Severity.S1, 600),
        (routing, Severity.S2, 1800),
        (other, Severity.S1, 5),
        (other, Severity.S4, 60),
    ):
        complaint_id = await taken_by(place, "f1", severity=severity)
        await offer(place, complaint_id, "b1")
        told = (await place.said(TransferRequested))[-1]
        assert (told.answer_by - told.requested_at).total_seconds() == seconds


async def test_fc_8_a_hand_over_of_what_is_closed_meanwhile_is_withdrawn(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id))
    assert (await post(routing, complaint_id, "transfer/acceptance", by="b1")).status_code == 409
    await routing.let_pass(HALF_AN_HOUR)
    assert [told.why for told in await routing.said(TransferFailed)] == ["WITHDRAWN"]
    assert await routing.said(HandlerAssigned) == []


async def test_only_who_was_asked_answers_and_only_owner_or_handler_asks(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1", by="b2")).status_code == 409
    await offer(routing, complaint_id, "b1")
    for word, body in (("acceptance", {}), ("dispute", {"text": "No."})):
        refused = await post(routing, complaint_id, f"transfer/{word}", by="b2", **body)
        assert refused.status_code == 409
        assert "b1" in refused.json()["detail"]


@pytest.mark.parametrize(("category", "reason", "status"), [
    (None, "NOT_COMPETENT", 409),
    (None, "AUTHORITY", 200),
    ("weather", "NOT_COMPETENT", 200),
])  # fmt: skip
async def test_fc_5_what_lies_in_ones_own_field_is_solved_on_the_spot(
    routing: ServiceUnderTest, category: str | None, reason: str, status: int
) -> None:
    complaint_id = await taken_by(
        routing, "f1", case_type="FAULT" if category else "COMPLAINT", category=category
    )
    answer = await offer(routing, complaint_id, "b1", reason=reason)
    assert answer.status_code == status
    assert status == 200 or "FC-5" in answer.json()["detail"]


@pytest.mark.parametrize("left_out", ["problem", "promised_at"])
async def test_fc_5_what_is_handed_on_says_why_and_promises_a_time(
    routing: ServiceUnderTest, left_out: str
) -> None:
    complaint_id = await taken_by(routing, "f1", case_type="FAULT", category="weather")
    refused = await offer(routing, complaint_id, "b1", reason="NOT_COMPETENT", **{left_out: None})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, left_out)
    assert (await offer(routing, complaint_id, "b1", reason="NOT_COMPETENT")).status_code == 200
    [told] = await routing.said(TransferRequested)
    assert told.promised_at == datetime(2099, 1, 1, tzinfo=UTC)


async def test_fc_5_solving_on_the_spot_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start(start_service, tmp_path, "own_field_on_the_spot=false")
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1", reason="NOT_COMPETENT")).status_code == 200


async def test_two_who_ask_accept_or_dispute_at_once_never_both_win(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    asked = await asyncio.gather(*(offer(routing, complaint_id, to) for to in ("b1", "b2", "n1")))
    assert sorted(answer.status_code for answer in asked) == [200, 409, 409]
    [told] = await routing.said(TransferRequested)
    words = [post(routing, complaint_id, "transfer/dispute", by=told.to_id, text="No.") for _ in range(2)]
    words += [post(routing, complaint_id, "transfer/acceptance", by=told.to_id) for _ in range(2)]
    await asyncio.gather(*words)
    ends = [*await routing.said(TransferAccepted), *await routing.said(TransferDisputed)]
    assert len(ends) == 1
