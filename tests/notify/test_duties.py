"""What people are told of duties, urgent complaints, incidents and endings, through the door of events."""

from itertools import permutations
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.notify.progress import Progress, progress_of
from shared.events.vocabulary import (
    ClosingGround,
    Duty,
    EscalationLevel,
    HandlingStep,
    Role,
    SuggestionOutcome,
)
from shared.runtime.policy import PolicyError
from tests.builders import closed, complaint_received, owner_named, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .duties import (
    appeal_decided,
    at_risk,
    closed_by_silence,
    decided,
    done,
    ended,
    freeze_asked,
    not_urgent,
    overdue,
    progress,
    unroutable,
    urgent,
)
from .facts import DUE, escalated
from .test_messages import hears_in_turn, owned, told
from .test_notices import joined

HEAD = "[notify]\nversion = 't'\n"
FRAUD_DESK = HEAD + "[notify.desks]\nFRAUD_DESK = { channel = 'email', address = 'fraud@example.com' }\n"


@pytest.fixture
async def notify(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("notify", outbound_folder=tmp_path)


async def states(notify: ServiceUnderTest, complaint_id: UUID, *kinds: str) -> list[tuple[str, str]]:
    return [(m["kind"], m["state"]) for m in await told(notify, complaint_id) if m["kind"] in kinds]


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


async def test_the_first_warning_reaches_the_owner_and_the_second_the_team_lead_too(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, at_risk(complaint_id), at_risk(complaint_id, EscalationLevel.W2))
    assert [m["role"] for m in await told(notify, complaint_id, "WARNING")] == ["OWNER", "OWNER", "TEAM_LEAD"]


async def test_who_is_warned_is_policy(start_service: StartService, tmp_path: Path) -> None:
    notify = await start_service(
        "notify", HEAD + "[notify.warned]\nW2 = ['OWNER']\nW1 = []", outbound_folder=tmp_path
    )
    complaint_id = await owned(notify)
    await hears_in_turn(notify, at_risk(complaint_id), at_risk(complaint_id, EscalationLevel.W2))
    assert [m["role"] for m in await told(notify, complaint_id, "WARNING")] == ["OWNER"]


async def test_staff_read_that_a_level_is_told_late_and_who_is_missing(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(escalated(complaint_id, Role.OWNER))
    await notify.hears(
        escalated(complaint_id, Role.TEAM_LEAD, told_late=True, missing=(Role.OWNER, Role.DEPARTMENT_HEAD))
    )
    await notify.hears(at_risk(complaint_id, told_late=True))
    plain, gap = [m["text"] for m in await told(notify, complaint_id, "ESCALATION")]
    assert "晚于应发时间" not in plain
    assert "无人担任" not in plain
    assert "晚于应发时间" in gap
    assert "应通知的负责人、部门负责人无人担任" in gap
    [warning] = await told(notify, complaint_id, "WARNING")
    assert "晚于应发时间" in warning["text"]


async def test_the_same_is_read_in_english(start_service: StartService, tmp_path: Path) -> None:
    notify = await start_service("notify", HEAD + "staff_language = 'en'", outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(
        escalated(complaint_id, Role.TEAM_LEAD, told_late=True, missing=(Role.OWNER, Role.DEPARTMENT_HEAD))
    )
    [message] = await told(notify, complaint_id, "ESCALATION")
    assert "told later than you should" in message["text"]
    assert "owner, head of department. So you are." in message["text"]


async def test_a_rung_that_reached_nobody_is_told_where_policy_says(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", HEAD + "unroutable_told = ['TEAM_LEAD']", outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(unroutable(complaint_id, Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY))
    [message] = await told(notify, complaint_id, "UNROUTABLE")
    assert message["role"] == "TEAM_LEAD"
    assert "升级到 L2" in message["text"]
    assert "部门负责人、服务质量管理均无人担任" in message["text"]


@pytest.mark.parametrize("field", ["unroutable_told = ['CUSTOMER']", "freeze_told = ['HANDLER']"])
async def test_who_is_not_reached_about_every_complaint_cannot_be_named(
    start_service: StartService, field: str
) -> None:
    with pytest.raises(PolicyError, match="is not reached"):
        await start_service("notify", HEAD + field)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (SuggestionOutcome.ADOPTED, "adopted"),
        (SuggestionOutcome.CONSIDERED, "being considered"),
        (SuggestionOutcome.DECLINED, "not adopted"),
    ],
)
async def test_the_sender_of_a_suggestion_hears_its_outcome_also_after_the_end(
    notify: ServiceUnderTest, outcome: SuggestionOutcome, words: str
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, resolved(complaint_id), closed(complaint_id), decided(complaint_id, outcome))
    [message] = await told(notify, complaint_id, "SUGGESTION_DECIDED")
    assert message["state"] == "PENDING"
    assert words in message["text"]


async def test_fc_22_the_outcome_of_an_appeal_is_told_whichever_it_is(notify: ServiceUnderTest) -> None:
    upheld, denied = await owned(notify), await owned(notify)
    await notify.hears(appeal_decided(upheld, upheld=True), appeal_decided(denied))
    await notify.hears(closed(denied, ground=ClosingGround.APPEAL_DENIED))
    [one], [other] = (
        await told(notify, upheld, "APPEAL_DECIDED"),
        await told(notify, denied, "APPEAL_DECIDED"),
    )
    assert "take it up again" in one["text"]
    assert ("decision stands" in other["text"], other["state"]) == (True, "PENDING")


async def test_fu_8_whose_silence_closed_a_complaint_hears_until_when_they_may_appeal(
    notify: ServiceUnderTest,
) -> None:
    silent, confirmed = await owned(notify), await owned(notify)
    await notify.hears(closed_by_silence(silent), closed(confirmed, appeal_until=DUE))
    assert await states(notify, silent, "CLOSED") == [("CLOSED", "PENDING")]
    assert await told(notify, confirmed, "CLOSED") == []


async def test_fc_22_where_no_appeal_is_possible_none_is_told_of(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(closed(complaint_id, ground=ClosingGround.SILENCE))
    assert await told(notify, complaint_id, "CLOSED") == []


async def test_fu_8_after_which_closes_the_right_to_appeal_is_told_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", HEAD + "closing_told_on = ['CONFIRMED']", outbound_folder=tmp_path)
    silent, confirmed = await owned(notify), await owned(notify)
    await notify.hears(closed_by_silence(silent), closed(confirmed, appeal_until=DUE))
    assert await told(notify, silent, "CLOSED") == []
    [message] = await told(notify, confirmed, "CLOSED")
    assert "you said that it was put right" in message["text"]


async def sent(notify: ServiceUnderTest, complaint_id: UUID) -> None:
    """What waits was handed over."""
    async with notify.engine.begin() as connection:
        await connection.execute(
            text("UPDATE intent SET state = 'SENT' WHERE complaint_id = :id AND state = 'PENDING'"),
            {"id": complaint_id},
        )


async def test_rep_8_of_an_incident_that_was_none_it_is_taken_back(notify: ServiceUnderTest) -> None:
    incident = uuid4()
    heard, unheard, apart = [await owned(notify) for _ in range(3)]
    await notify.hears(joined(heard, incident))
    await sent(notify, heard)
    await notify.hears(joined(unheard, incident), joined(apart))
    for _ in range(2):
        await notify.hears(ended(incident))
        await notify.let_pass(DUE - DUE)
    kinds = "INCIDENT", "NO_INCIDENT"
    assert await states(notify, heard, *kinds) == [("INCIDENT", "SENT"), ("NO_INCIDENT", "PENDING")]
    assert await states(notify, unheard, *kinds) == [("INCIDENT", "SKIPPED")]
    assert await states(notify, apart, *kinds) == [("INCIDENT", "PENDING")]


async def test_rep_8_of_one_that_was_resolved_the_resolution_is_told_and_nothing_else(
    notify: ServiceUnderTest,
) -> None:
    incident, complaint_id = uuid4(), await owned(notify)
    await hears_in_turn(notify, joined(complaint_id, incident), ended(incident, resolved=True))
    assert await notify.let_pass(DUE - DUE) == 0
    await notify.hears(resolved(complaint_id))
    assert await states(notify, complaint_id, "INCIDENT", "NO_INCIDENT", "RESOLVED") == [
        ("INCIDENT", "SKIPPED"),
        ("RESOLVED", "PENDING"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_rep_8_in_any_order_that_the_log_allows_the_same_is_told(
    notify: ServiceUnderTest, order: tuple[int, ...]
) -> None:
    """An incident's end is about another subject than the complaints that joined it."""
    incident, complaint_id = uuid4(), await owned(notify)
    facts = [joined(complaint_id, incident), ended(incident), joined(await owned(notify), incident)]
    await hears_in_turn(notify, *(facts[i] for i in order))
    await notify.let_pass(DUE - DUE)
    assert await states(notify, complaint_id, "INCIDENT", "NO_INCIDENT") == [("INCIDENT", "SKIPPED")]
