"""What has ended can be appealed for a while, on some grounds, and then no more (FC-22)."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from shared.events.routing import (
    ComplaintAppealed,
    ComplaintClosed,
)
from tests.builders import answered, unanswered
from tests.service_under_test import ServiceUnderTest, StartService

from .appealing import appealed, decided, on_desks, rejected, resolved, state
from .people import execute, post, resolve, shown, staff_file, taken_by


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
