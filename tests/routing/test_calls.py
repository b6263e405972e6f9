"""What work took is counted apart; when to call follows from when the customer answered; who hung up is called back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from hypothesis import given
from hypothesis import strategies as st

from services.routing.call_slots import Attempt, propose_slots
from services.routing.policy import RoutingPolicy
from shared.events.intake import CallBackEnded, CallBackNeeded
from shared.runtime.policy import load_policy
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .people import execute, post, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing").calls
MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # half past nine in Shanghai
DAY = timedelta(days=1)


async def times(routing: ServiceUnderTest, complaint_id: UUID) -> dict[str, Any]:
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/times")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def slots(routing: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/call-slots")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def call_backs(routing: ServiceUnderTest, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await routing.client.get(f"/routing/v1/call-backs{query}")).json()["items"]
    return items


async def hung_up(routing: ServiceUnderTest, queue: str | None = None) -> UUID:
    call_ref = uuid4()
    await routing.hears(
        CallBackNeeded(
            call_ref=call_ref,
            provider="own",
            queue=queue,
            address_hint="+86138****8000",
            called_at=None,
            asked_at=now(),
        )
    )
    return call_ref


async def test_investigation_talk_waiting_and_calls_are_counted_apart(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await post(routing, complaint_id, "investigations", by="b1", minutes=25, note="Asked for the bill.")
    await post(routing, complaint_id, "investigations", by="b1", minutes=5)
    await post(routing, complaint_id, "calls", by="b1", reached=False)
    answer = await post(routing, complaint_id, "calls", by="b1", reached=True, talk_minutes=8)
    await post(routing, complaint_id, "wait", by="b1", reason="THIRD_PARTY")
    assert answer.status_code == 200
    found = await times(routing, complaint_id)
    assert (found["investigation_minutes"], found["talk_minutes"], found["waiting_minutes"]) == (30, 8, 0)
    assert (found["call_attempts"], found["calls_answered"]) == (2, 1)
    assert [call["reached"] for call in found["calls"]] == [False, True]
    await execute(
        routing,
        "INSERT INTO waiting SELECT gen_random_uuid(), complaint_id, 'THIRD_PARTY', NULL, 0, NULL,"
        " 'b1', now() - interval '90 minutes', now(), now() - interval '60 minutes', NULL, NULL, 't' FROM complaint",
    )
    assert (await times(routing, complaint_id))["waiting_minutes"] == 30


async def test_what_cannot_be_is_refused_by_its_field(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")

    async def refused(what: str, **body: object) -> httpx.Response:
        answer = await post(routing, complaint_id, what, **body)
        assert answer.status_code in {409, 422}, answer.text
        return answer

    assert "did not talk" in (await refused("calls", by="b1", reached=False, talk_minutes=3)).text
    assert (await refused("calls", by="b1", reached="yes")).json()["errors"][0]["field"] == "reached"
    assert (await refused("calls", by="nobody", reached=True)).json()["errors"][0]["field"] == "by"
    assert (await refused("investigations", by="b1", minutes=0)).json()["errors"][0]["field"] == "minutes"
    assert (await refused("calls", by="n1", reached=True)).status_code == 409
    assert (await times(routing, complaint_id))["call_attempts"] == 0
    for what in ("times", "call-slots"):
        assert (await routing.client.get(f"/routing/v1/complaints/{uuid4()}/{what}")).status_code == 404


async def test_a_call_is_never_noted_for_later(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await post(routing, complaint_id, "calls", by="b1", reached=True, at="2099-01-01T00:00:00Z")
    [call] = (await times(routing, complaint_id))["calls"]
    assert datetime.fromisoformat(call["at"]) <= datetime.now(UTC)


async def test_slots_follow_from_calls_on_any_complaint_of_the_customer(routing: ServiceUnderTest) -> None:
    customer = uuid4()
    earlier, later = [await taken_by(routing, "b1", customer_id=customer) for _ in range(2)]
    stranger = await taken_by(routing, "b1")
    assert {slot["tried"] for slot in await slots(routing, later)} == {0}
    yesterday = (now() - DAY).astimezone(UTC).replace(hour=10, minute=30)  # half past six in Shanghai
    await post(routing, earlier, "calls", by="b1", reached=True, talk_minutes=4, at=yesterday.isoformat())
    first = (await slots(routing, later))[0]
    assert (first["tried"], first["answered"], first["chance"]) == (1, 1, 2 / 3)
    assert datetime.fromisoformat(first["ends_at"]).astimezone(UTC).hour == 12
    assert {slot["tried"] for slot in await slots(routing, stranger)} == {0}


def test_fu_4_after_a_call_that_was_not_answered_the_next_is_hours_later() -> None:
    failed = [Attempt(MORNING, reached=False)]
    assert propose_slots(MORNING, [], POLICY)[0].starts_at == MORNING
    best = propose_slots(MORNING, failed, POLICY)
    assert best[0].starts_at == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    hasty = POLICY.model_copy(update={"apart": 0, "proposed": 20})
    assert MORNING in {slot.starts_at for slot in propose_slots(MORNING, failed, hasty)}


@given(
    st.integers(0, 60 * 24 * 400).map(lambda minutes: MORNING + timedelta(minutes=minutes)),
    st.lists(st.tuples(st.integers(0, 60 * 24 * 90), st.booleans()), max_size=30),
)
def test_slots_lie_ahead_within_the_hours_and_the_likeliest_comes_first(
    moment: datetime, minutes_ago: list[tuple[int, bool]]
) -> None:
    attempts = [Attempt(moment - timedelta(minutes=ago), reached) for ago, reached in minutes_ago]
    found = propose_slots(moment, attempts, POLICY)
    assert 0 < len(found) <= POLICY.proposed
    assert [slot.chance for slot in found] == sorted((slot.chance for slot in found), reverse=True)
    for slot in found:
        assert moment <= slot.starts_at < slot.ends_at
        assert slot.ends_at - slot.starts_at <= timedelta(hours=2)
        assert 0 < slot.chance < 1
        assert slot.answered <= slot.tried


async def test_who_hung_up_is_somebodys_to_call_back(routing: ServiceUnderTest) -> None:
    first, second = await hung_up(routing, "billing"), await hung_up(routing, "no such queue")
    found = {item["call_ref"]: item for item in await call_backs(routing)}
    assert found[str(first)]["department"] == "billing"
    assert found[str(second)]["given_to"] == "duty1"
    late = datetime.fromisoformat(found[str(first)]["call_by"])
    assert late - datetime.fromisoformat(found[str(first)]["asked_at"]) == timedelta(hours=1)
    assert [item["call_ref"] for item in await call_backs(routing, "?given_to=duty1")] == [str(second)]


async def test_who_was_called_or_complained_is_not_to_be_called_any_more(routing: ServiceUnderTest) -> None:
    call_ref, other = await hung_up(routing), await hung_up(routing)
    complaint_id = uuid4()
    await routing.hears(
        CallBackEnded(
            call_ref=call_ref,
            why="COMPLAINED",
            by=None,
            reached=True,
            complaint_id=complaint_id,
            ended_at=now(),
        )
    )
    assert [item["call_ref"] for item in await call_backs(routing, "?still_open=true")] == [str(other)]
    [done] = await call_backs(routing, "?still_open=false")
    assert (done["why"], done["complaint_id"]) == ("COMPLAINED", str(complaint_id))


async def test_another_time_to_call_back_by_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[routing]\nversion = 't'\n[routing.calls]\ncall_back_within = 60"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    await hung_up(routing)
    [item] = await call_backs(routing)
    asked, by = (datetime.fromisoformat(item[name]) for name in ("asked_at", "call_by"))
    assert by - asked == timedelta(minutes=1)
