"""Handing work over: packet, answer, silence, dispute, coordinator, hops; the owner stays throughout."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.open_hours import after_open_time
from services.routing.policy import HoursPolicy, RoutingPolicy
from shared.events.routing import (
    HandlerAssigned,
    OwnerNamed,
    TransferAccepted,
    TransferDecided,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
)
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy
from tests.builders import answered
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .people import PACKET, hand_over, offer, post, resolve, shown, staff_file, taken_by

HOURS = load_policy(RoutingPolicy, "routing").hours
HALF_AN_HOUR = timedelta(minutes=30)


async def start(start_service: StartService, folder: Path, policy: str) -> ServiceUnderTest:
    changed = f"[routing]\nversion='t'\n[routing.transfer]\n{policy}"
    return await start_service("routing", changed, staff_file=staff_file(folder))


async def handler(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["handler"]["staff_id"])


async def transfers(routing: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/transfers")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def away(routing: ServiceUnderTest, staff_id: str) -> None:
    reports = [{"staff_id": staff_id, "presence": "AWAY"}]
    await routing.client.put("/routing/v1/presence", json={"reports": reports})


async def disputed(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    answer = await post(routing, complaint_id, "transfer/dispute", by="b1", text="It is the network.")
    assert answer.status_code == 200, answer.text
    return complaint_id


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


async def test_fc_10_who_disputes_keeps_it_and_passes_it_to_nobody(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    [told] = await routing.said(TransferDisputed)
    assert (told.by, told.coordinator_id) == ("b1", "duty1")
    assert await handler(routing, complaint_id) == "b1"
    passed_on = await offer(routing, complaint_id, "b2", by="b1")
    assert passed_on.status_code == 409
    assert "FC-10" in passed_on.json()["detail"]


async def test_fc_10_the_coordinator_decides_and_nobody_else(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    refused = await post(routing, complaint_id, "transfer/decision", by="f1", handler_id="n1")
    assert refused.status_code == 409
    assert "duty1" in refused.json()["detail"]
    decided = await post(routing, complaint_id, "transfer/decision", by="duty1", handler_id="n1")
    assert decided.json()["handler_id"] == "n1"
    [told] = await routing.said(TransferDecided)
    assert (told.handler_id, told.by) == ("n1", "duty1")
    assert [told.handler_id for told in await routing.said(HandlerAssigned)] == ["b1", "n1"]
    assert len(await routing.said(OwnerNamed)) == 1
    again = await post(routing, complaint_id, "transfer/decision", by="duty1", handler_id="b2")
    assert again.status_code == 409


async def test_fc_10_where_nobody_decides_in_time_it_stays_with_who_has_it(routing: ServiceUnderTest) -> None:
    complaint_id = await disputed(routing)
    await routing.let_pass(timedelta(days=20))
    [told] = await routing.said(TransferDecided)
    assert (told.handler_id, told.by) == ("b1", None)
    assert [item["status"] for item in await transfers(routing, complaint_id)] == ["KEPT"]
    assert len(await routing.said(HandlerAssigned)) == 1


async def test_fc_10_the_time_to_decide_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start(start_service, tmp_path, "decide_within=1")
    await disputed(routing)
    [told] = await routing.said(TransferDisputed)
    assert told.decide_by == after_open_time(told.disputed_at, 1, HOURS)
    assert told.decide_by < after_open_time(told.disputed_at, 7200, HOURS)


async def test_fc_10_a_named_coordinator_decides_instead_of_the_duty_desk(routing: ServiceUnderTest) -> None:
    entry = {"id": "b2", "name": "B", "department": "billing", "languages": ["en"], "coordinates": True}
    await routing.client.put("/routing/v1/staff/b2?by=b9", json=entry)
    complaint_id = await disputed(routing)
    for by, status in (("duty1", 409), ("b2", 200)):
        answer = await post(routing, complaint_id, "transfer/decision", by=by, handler_id="f1")
        assert answer.status_code == status


async def test_fc_11_the_third_hop_is_the_coordinators(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await hand_over(routing, complaint_id, "b2")
    refused = await offer(routing, complaint_id, "n1")
    assert refused.status_code == 409
    assert "FC-11" in refused.json()["detail"]
    by_coordinator = await offer(routing, complaint_id, "n1", by="duty1")
    assert by_coordinator.json()["handler_id"] == "n1"


async def test_fc_11_back_to_the_owner_is_always_possible_and_at_once(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await hand_over(routing, complaint_id, "b2")
    assert (await offer(routing, complaint_id, "f1")).json()["handler_id"] == "f1"
    assert (await offer(routing, complaint_id, "b1")).status_code == 409


async def test_fc_11_how_many_hops_there_may_be_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start(start_service, tmp_path, "max_hops=0")
    complaint_id = await taken_by(routing, "f1")
    assert (await offer(routing, complaint_id, "b1")).status_code == 409


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


START = datetime(2026, 11, 20, 17, 30, tzinfo=UTC) - timedelta(hours=8)  # a Friday in Shanghai


@pytest.mark.parametrize(
    ("start_hour", "seconds", "end"),
    [
        (0.0, 1800, "20T18:00"),
        (0.0, 1801, "23T09:00"),
        (0.0, 1800 + 3 * 3600 + 60, "23T13:31"),
        (24.0, 60, "23T09:01"),
        (-5.0, 60, "20T13:31"),
    ],
)
def test_fc_10_open_hours_leave_out_lunch_night_and_weekend(
    start_hour: float, seconds: int, end: str
) -> None:
    found = after_open_time(START + timedelta(hours=start_hour), seconds, HOURS)
    local = found.astimezone(UTC) + timedelta(hours=8)
    assert local.strftime("%dT%H:%M") == end


@given(st.integers(0, 365 * 86_400), st.integers(0, 200_000), st.integers(0, 200_000))
def test_fc_10_open_time_adds_up(after: int, first: int, second: int) -> None:
    begin = START + timedelta(seconds=after)
    step = after_open_time(after_open_time(begin, first, HOURS), second, HOURS)
    assert step >= after_open_time(begin, first + second, HOURS) - timedelta(seconds=1)
    assert step <= after_open_time(begin, first + second + 1, HOURS)


def test_hours_that_cannot_be_are_refused() -> None:
    for slots in ([["12:00", "09:00"]], [["09:00", "12:00"], ["11:00", "13:00"]], [["9", "12"]], []):
        with pytest.raises(ValueError):
            HoursPolicy.model_validate({"zone": "UTC", "days": [1], "slots": slots})
