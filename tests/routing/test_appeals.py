"""Ends other than a resolution, and appeals that hold a complaint open until a senior person has decided (FC-22)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.routing.open_hours import after_open_time
from services.routing.policy import RoutingPolicy
from shared.events.routing import (
    AppealDecided,
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintReopened,
)
from shared.runtime.policy import load_policy
from tests.builders import answered, unanswered
from tests.service_under_test import ServiceUnderTest, StartService

from .people import execute, hand_over, post, resolve, shown, staff_file, taken_by

HOURS = load_policy(RoutingPolicy, "routing").hours
REJECTION: dict[str, Any] = {"reason": "NO_GROUND", "text": "The bill is right.", "by": "b1"}


async def state(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["state"])


async def appealed(routing: ServiceUnderTest, complaint_id: UUID) -> httpx.Response:
    return await post(routing, complaint_id, "appeal", text="It is not right.", by="f1")


async def decided(routing: ServiceUnderTest, complaint_id: UUID, by: str, *, upheld: bool) -> httpx.Response:
    body = {"by": by, "upheld": upheld, "text": "We looked again."}
    return await post(routing, complaint_id, "appeal/decision", **body)


async def on_desks(routing: ServiceUnderTest) -> int:
    items = (await routing.client.get("/routing/v1/staff")).json()["items"]
    return sum(item["open"] for item in items)


async def resolved(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await resolve(routing, complaint_id, "b1")
    return complaint_id


async def rejected(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    answer = await post(routing, complaint_id, "rejection", **REJECTION)
    assert answer.status_code == 200, answer.text
    return complaint_id


async def test_fc_22_an_appeal_holds_the_complaint_open_whatever_comes(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved(routing)
    assert (await appealed(routing, complaint_id)).json()["state"] == "APPEALED"
    await routing.hears(unanswered(complaint_id))
    await routing.hears(answered(complaint_id))
    assert await state(routing, complaint_id) == "APPEALED"
    assert await routing.said(ComplaintClosed) == []
    [told] = await routing.said(ComplaintAppealed)
    assert (told.decider_id, told.decider_name, told.round) == ("b9", "Billing lead", 1)
    assert told.decide_by == after_open_time(told.appealed_at, 135_000, HOURS)
    assert "not right" not in told.model_dump_json()


async def test_fc_22_an_appeal_that_is_upheld_opens_it_again_with_the_same_owner(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await resolved(routing)
    await appealed(routing, complaint_id)
    assert (await decided(routing, complaint_id, "b9", upheld=True)).status_code == 200
    [told] = await routing.said(ComplaintReopened)
    assert (told.round, told.reason) == (2, "APPEAL_UPHELD")
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["owner"]["staff_id"]) == ("REOPENED", "b1")
    await resolve(routing, complaint_id, "b1")


async def test_fc_22_an_appeal_that_is_denied_ends_it(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved(routing)
    await appealed(routing, complaint_id)
    await decided(routing, complaint_id, "b9", upheld=False)
    [told], [closed] = await routing.said(AppealDecided), await routing.said(ComplaintClosed)
    assert (told.upheld, told.by, closed.ground) == (False, "b9", "APPEAL_DENIED")
    assert await on_desks(routing) == 0
    assert (await appealed(routing, complaint_id)).status_code == 409


async def test_fc_22_only_the_person_named_decides_once(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved(routing)
    await appealed(routing, complaint_id)
    refused = await decided(routing, complaint_id, "b1", upheld=False)
    assert (refused.status_code, "b9" in refused.json()["detail"]) == (409, True)
    answers = [await decided(routing, complaint_id, "b9", upheld=True) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]


async def test_fc_22_nobody_decides_about_their_own_work(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await hand_over(routing, complaint_id, "b9", by="b1")
    await resolve(routing, complaint_id, "b9")
    await appealed(routing, complaint_id)
    [told] = await routing.said(ComplaintAppealed)
    assert told.decider_id == "duty1"


async def test_fc_22_the_time_to_decide_and_to_appeal_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.appeal]\ndecide_within=60\nappeal_within=60"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await rejected(routing)
    [told] = await routing.said(ComplaintRejected)
    assert told.appeal_until - told.rejected_at == timedelta(seconds=60)
    await appealed(routing, complaint_id)
    [appeal] = await routing.said(ComplaintAppealed)
    assert appeal.decide_by == after_open_time(appeal.appealed_at, 60, HOURS)


async def test_fc_22_a_rejection_can_be_appealed_in_time_and_comes_back_on_the_desk(
    routing: ServiceUnderTest,
) -> None:
    complaint_id, late = await rejected(routing), await rejected(routing)
    assert await on_desks(routing) == 0
    await execute(routing, f"UPDATE complaint SET appeal_until = now() WHERE complaint_id = '{late}'")
    assert (await appealed(routing, late)).status_code == 409
    assert await state(routing, late) == "REJECTED"
    assert (await appealed(routing, complaint_id)).status_code == 200
    await decided(routing, complaint_id, "b9", upheld=True)
    assert await on_desks(routing) == 1


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


async def closed_on(routing: ServiceUnderTest, ground: str) -> UUID:
    complaint_id = await resolved(routing)
    word = answered(complaint_id) if ground == "CONFIRMED" else unanswered(complaint_id)
    await routing.hears(word)
    [told] = await routing.said(ComplaintClosed)
    assert told.ground == ground
    return complaint_id


@pytest.mark.parametrize("ground", ["SILENCE", "CONFIRMED"])
async def test_fc_22_a_close_can_be_appealed_for_thirty_days(routing: ServiceUnderTest, ground: str) -> None:
    complaint_id = await closed_on(routing, ground)
    [told] = await routing.said(ComplaintClosed)
    assert told.appeal_until - told.closed_at == timedelta(days=30)
    assert (await appealed(routing, complaint_id)).json()["state"] == "APPEALED"
    assert await on_desks(routing) == 1
    await decided(routing, complaint_id, "b9", upheld=True)
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["round"], seen["closed_at"], seen["ground"]) == ("REOPENED", 2, None, None)
    await resolve(routing, complaint_id, "b1")
    await routing.hears(answered(complaint_id, round=2))
    assert [event.round for event in await routing.said(ComplaintClosed)] == [1, 2]
    assert await on_desks(routing) == 0


async def test_fc_22_after_the_time_or_a_denied_appeal_the_close_stands(routing: ServiceUnderTest) -> None:
    late = await closed_on(routing, "SILENCE")
    await execute(routing, "UPDATE complaint SET appeal_until = now() - interval '1 second'")
    assert (await appealed(routing, late)).status_code == 409
    denied = await resolved(routing)
    await appealed(routing, denied)
    await decided(routing, denied, "b9", upheld=False)
    assert (await routing.said(ComplaintClosed))[-1].appeal_until is None
    again = await appealed(routing, denied)
    assert (again.status_code, again.json()["current"]["state"]) == (409, "CLOSED")
    assert await on_desks(routing) == 0


@pytest.mark.parametrize("end", ["REJECTED", "CLOSED"])
async def test_fc_22_who_appeals_too_late_is_told_the_last_day_in_their_language(
    routing: ServiceUnderTest, end: str
) -> None:
    complaint_id = await (rejected(routing) if end == "REJECTED" else closed_on(routing, "SILENCE"))
    late = "UPDATE complaint SET appeal_until = '2026-03-31T16:30:00Z'"  # the first of April in Shanghai
    await execute(routing, late)
    for language, words in (("en", "ended on 2026-04-01"), ("zh-CN", "已于 2026-04-01 届满")):
        refused = await routing.client.post(
            f"/routing/v1/complaints/{complaint_id}/appeal",
            json={"text": "Not right.", "by": "f1"},
            headers={"Accept-Language": language},
        )
        assert (refused.status_code, refused.json()["current"]["state"]) == (409, end)
        assert words in refused.json()["detail"]
    assert await routing.said(ComplaintAppealed) == []


async def test_fc_22_for_how_long_an_appeal_is_taken_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    for seconds, status in ((3600, 409), (2_592_000, 200)):
        policy = f"[routing]\nversion='t'\n[routing.appeal]\nappeal_within={seconds}"
        routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
        complaint_id = await closed_on(routing, "CONFIRMED")
        await execute(routing, "UPDATE complaint SET appeal_until = appeal_until - interval '2 hours'")
        assert (await appealed(routing, complaint_id)).status_code == status


async def test_fc_22_which_closes_can_be_appealed_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.appeal]\nafter_close_on=['SILENCE']"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    complaint_id = await closed_on(routing, "CONFIRMED")
    assert (await routing.said(ComplaintClosed))[0].appeal_until is None
    assert (await appealed(routing, complaint_id)).status_code == 409


async def test_what_the_customer_cancelled_is_not_appealed(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await post(routing, complaint_id, "cancellation", text="Never mind.", by="b1")
    assert (await appealed(routing, complaint_id)).status_code == 409
