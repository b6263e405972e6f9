"""An appeal holds a complaint open until the next senior person has decided (FC-22)."""

from datetime import timedelta
from pathlib import Path

from services.routing.open_hours import after_open_time
from shared.events.routing import (
    AppealDecided,
    ComplaintAppealed,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintReopened,
)
from tests.builders import answered, unanswered
from tests.service_under_test import ServiceUnderTest, StartService

from .appealing import HOURS, appealed, decided, on_desks, rejected, resolved, state
from .people import hand_over, resolve, shown, staff_file, taken_by


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
