"""What people are told of duties, urgent complaints, incidents and endings, through the door of events."""

from pathlib import Path
from uuid import uuid4

import pytest

from services.notify.progress import Progress, progress_of
from shared.events.vocabulary import (
    Duty,
    HandlingStep,
)
from tests.builders import closed, complaint_received, owner_named, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .duties import (
    done,
    freeze_asked,
    not_urgent,
    overdue,
    progress,
    urgent,
)
from .facts import DUE
from .hearing import HEAD, hears_in_turn, owned, states, told

FRAUD_DESK = HEAD + "[notify.desks]\nFRAUD_DESK = { channel = 'email', address = 'fraud@example.com' }\n"


@pytest.mark.parametrize(
    ("state", "steps", "words"),
    [
        ("ASSIGNED", (), Progress.TAKEN_UP),
        ("IN_PROGRESS", (HandlingStep.VENT, HandlingStep.ASK_CAUSE), Progress.CAUSE_SOUGHT),
        ("IN_PROGRESS", (HandlingStep.ASK_CAUSE, HandlingStep.OWN_AND_PROPOSE), Progress.BEING_SOLVED),
        ("PENDING", (HandlingStep.ASK_CAUSE,), Progress.WAITING),
        ("PROPOSED", (), Progress.PROPOSED),
        ("APPEALED", (), Progress.APPEALED),
        ("SOMETHING_NEW", (), Progress.TAKEN_UP),
    ],
)
def test_progress_is_said_by_state_or_by_the_furthest_step(
    state: str, steps: tuple[HandlingStep, ...], words: Progress
) -> None:
    assert progress_of(state, steps) is words


async def test_each_news_of_an_urgent_complaint_is_told_and_the_newest_takes_the_place_of_what_waits(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(
        notify,
        urgent(complaint_id),
        progress(complaint_id),
        progress(complaint_id, HandlingStep.ASK_CAUSE, told_at=DUE),
    )
    assert await states(notify, complaint_id, "URGENT", "PROGRESS") == [
        ("URGENT", "SKIPPED"),
        ("PROGRESS", "SKIPPED"),
        ("PROGRESS", "PENDING"),
    ]
    await notify.hears(not_urgent(complaint_id))
    assert (await states(notify, complaint_id, "PROGRESS", "NOT_URGENT"))[-2:] == [
        ("PROGRESS", "SKIPPED"),
        ("NOT_URGENT", "PENDING"),
    ]


async def test_no_news_is_told_of_what_is_resolved(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, resolved(complaint_id), progress(complaint_id))
    assert await states(notify, complaint_id, "PROGRESS") == [("PROGRESS", "SKIPPED")]


async def test_sev_1_a_freeze_is_asked_of_the_fraud_desk_and_no_more_once_it_is_done(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", FRAUD_DESK, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await hears_in_turn(notify, freeze_asked(complaint_id), overdue(complaint_id, Duty.FREEZE_SERVICE))
    freezes = [m for m in await told(notify, complaint_id) if m["kind"].startswith("FREEZE")]
    assert [(m["kind"], m["role"], m["state"]) for m in freezes] == [
        ("FREEZE_ASKED", "FRAUD_DESK", "PENDING"),
        ("FREEZE_OVERDUE", "FRAUD_DESK", "PENDING"),
        ("FREEZE_OVERDUE", "OWNER", "PENDING"),
        ("FREEZE_OVERDUE", "TEAM_LEAD", "PENDING"),
    ]
    await notify.hears(done(complaint_id, Duty.FREEZE_SERVICE))
    after = await states(notify, complaint_id, "FREEZE_ASKED", "FREEZE_OVERDUE")
    assert {state for _, state in after} == {"SKIPPED"}


async def test_sev_1_a_freeze_is_asked_before_anybody_owns_the_complaint_and_after_it_ended(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", FRAUD_DESK, outbound_folder=tmp_path)
    fresh, over = uuid4(), await owned(notify)
    await hears_in_turn(notify, complaint_received(fresh), freeze_asked(fresh))
    await hears_in_turn(notify, freeze_asked(over), closed(over))
    for complaint_id in (fresh, over):
        assert await states(notify, complaint_id, "FREEZE_ASKED") == [("FREEZE_ASKED", "PENDING")]


async def test_sev_1_without_a_fraud_desk_the_freeze_is_skipped_and_that_is_said(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(freeze_asked(complaint_id))
    [message] = await told(notify, complaint_id, "FREEZE_ASKED")
    assert (message["state"], message["reason"]) == ("SKIPPED", "NO_ADDRESS")


async def test_sev_1_who_is_asked_to_freeze_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = HEAD + "freeze_told = ['OWNER', 'TEAM_LEAD']"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(freeze_asked(complaint_id))
    assert [m["role"] for m in await told(notify, complaint_id, "FREEZE_ASKED")] == ["OWNER", "TEAM_LEAD"]


async def test_grd_u_an_unknown_caller_is_told_to_the_owner_and_their_lead_until_they_are_known(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(overdue(complaint_id))
    assert [m["role"] for m in await told(notify, complaint_id, "CALLER_UNKNOWN")] == ["OWNER", "TEAM_LEAD"]
    await notify.hears(done(complaint_id))
    assert {m["state"] for m in await told(notify, complaint_id, "CALLER_UNKNOWN")} == {"SKIPPED"}


async def test_grd_u_what_is_done_of_one_duty_leaves_the_other_asked_for(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, overdue(complaint_id), done(complaint_id, Duty.FREEZE_SERVICE))
    assert {m["state"] for m in await told(notify, complaint_id, "CALLER_UNKNOWN")} == {"PENDING"}


async def test_grd_u_who_hears_of_an_overdue_duty_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = HEAD + "[notify.overdue_told]\nIDENTIFY_CUSTOMER = ['TEAM_LEAD']"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(overdue(complaint_id))
    assert [m["role"] for m in await told(notify, complaint_id, "CALLER_UNKNOWN")] == ["TEAM_LEAD"]


async def test_an_owner_who_leads_the_team_is_told_of_a_duty_once(notify: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await hears_in_turn(notify, complaint_received(complaint_id), owner_named(complaint_id, lead_id="a100"))
    await notify.hears(overdue(complaint_id))
    assert [m["role"] for m in await told(notify, complaint_id, "CALLER_UNKNOWN")] == ["OWNER"]
