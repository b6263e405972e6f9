"""How a complaint ends: on the customer's word or silence; and how high it climbed before."""

import random
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.routing import (
    ComplaintClosed,
    ComplaintReopened,
    ComplaintResolved,
    OwnerNamed,
    SolutionProposed,
    StepsTaken,
)
from shared.events.sla import EscalationReached
from shared.events.vocabulary import EscalationLevel, HandlingStep, PromiseKind, Role
from tests.builders import answered, now, unanswered
from tests.service_under_test import ServiceUnderTest, StartService

from .people import offer, post, resolve, shown, staff_file, taken_by

SIX = list(HandlingStep)
UNHAPPY: dict[str, Any] = {"satisfied": False, "dissatisfied": True}


async def resolved_complaint(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "f1")
    await resolve(routing, complaint_id, "f1")
    return complaint_id


def escalated(complaint_id: UUID, level: str) -> EscalationReached:
    return EscalationReached(
        complaint_id=complaint_id,
        promise_id=uuid4(),
        kind=PromiseKind.SOLVE,
        level=EscalationLevel(level),
        told=(Role.TEAM_LEAD,),
        due_at=now(),
        reached_at=now(),
    )


@pytest.mark.parametrize("satisfied", [True, False])
async def test_fc_21_a_complaint_closes_on_the_customers_word(
    routing: ServiceUnderTest, satisfied: bool
) -> None:
    complaint_id = await resolved_complaint(routing)
    await routing.hears(answered(complaint_id, satisfied=satisfied))
    [told] = await routing.said(ComplaintClosed)
    assert (told.complaint_id, told.round, told.ground) == (complaint_id, 1, "CONFIRMED")
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["ground"]) == ("CLOSED", "CONFIRMED")


async def test_fu_8_silence_closes_a_complaint(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved_complaint(routing)
    await routing.hears(unanswered(complaint_id))
    [told] = await routing.said(ComplaintClosed)
    assert told.ground == "SILENCE"


async def test_fu_8_that_silence_closes_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.ending]\nsilence_closes=false",
        staff_file=staff_file(tmp_path),
    )
    complaint_id = await resolved_complaint(routing)
    await routing.hears(unanswered(complaint_id))
    assert await routing.said(ComplaintClosed) == []
    await routing.hears(answered(complaint_id))
    assert len(await routing.said(ComplaintClosed)) == 1


@pytest.mark.parametrize(("solved", "reason"), [(False, "NOT_SOLVED"), (True, "DISSATISFIED")])
async def test_fu_7_a_dissatisfied_customer_opens_it_again_with_the_same_owner(
    routing: ServiceUnderTest, solved: bool, reason: str
) -> None:
    complaint_id = await resolved_complaint(routing)
    await routing.hears(answered(complaint_id, solved=solved, score=1, **UNHAPPY))
    [told] = await routing.said(ComplaintReopened)
    assert (told.round, told.reason) == (2, reason)
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["round"], seen["owner"]["staff_id"]) == ("REOPENED", 2, "f1")
    assert await routing.said(ComplaintClosed) == []
    assert len(await routing.said(OwnerNamed)) == 1


async def test_fu_7_which_words_open_it_again_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.ending]\nreopen_on=['NOT_SOLVED']",
        staff_file=staff_file(tmp_path),
    )
    complaint_id = await resolved_complaint(routing)
    await routing.hears(answered(complaint_id, solved=True, score=1, **UNHAPPY))
    assert await routing.said(ComplaintReopened) == []
    assert len(await routing.said(ComplaintClosed)) == 1


async def test_fu_7_a_complaint_opened_again_goes_through_the_steps_again(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved_complaint(routing)
    await routing.hears(answered(complaint_id, solved=False, **UNHAPPY))
    refused = await post(routing, complaint_id, "resolution", by="f1")
    assert refused.status_code == 409
    await resolve(routing, complaint_id, "f1")
    assert [told.round for told in await routing.said(ComplaintResolved)] == [1, 2]
    seen = await shown(routing, complaint_id)
    assert [earlier["solution"]["text"] for earlier in seen["earlier_rounds"]] == ["We pay it back."]


async def test_an_answer_about_an_earlier_round_changes_nothing(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved_complaint(routing)
    await routing.hears(answered(complaint_id, solved=False, **UNHAPPY))
    await resolve(routing, complaint_id, "f1")
    await routing.hears(unanswered(complaint_id, round=1), answered(complaint_id, round=1))
    assert (await shown(routing, complaint_id))["state"] == "RESOLVED"
    await routing.hears(answered(complaint_id, round=2))
    assert (await shown(routing, complaint_id))["state"] == "CLOSED"


async def test_an_answer_before_the_resolution_or_after_the_close_changes_nothing(
    routing: ServiceUnderTest,
) -> None:
    begun = await taken_by(routing, "f1")
    ended = await resolved_complaint(routing)
    await routing.hears(answered(begun), answered(ended))
    await routing.hears(answered(ended, solved=False, **UNHAPPY), unanswered(ended))
    assert [(await shown(routing, c))["state"] for c in (begun, ended)] == ["ASSIGNED", "CLOSED"]
    assert len(await routing.said(ComplaintClosed)) == 1
    assert await routing.said(ComplaintReopened) == []


async def test_an_answer_delivered_twice_closes_once(routing: ServiceUnderTest) -> None:
    complaint_id = await resolved_complaint(routing)
    answer = routing.envelope(answered(complaint_id))
    await routing.receives(answer, answer)
    assert len(await routing.said(ComplaintClosed)) == 1
    assert await routing.rows("SELECT sum(open) AS open FROM staff_load") == [{"open": 0}]


async def test_answers_of_one_batch_close_some_and_reopen_others(routing: ServiceUnderTest) -> None:
    happy, unhappy, silent = [await resolved_complaint(routing) for _ in range(3)]
    await routing.hears(answered(happy), answered(unhappy, solved=False, **UNHAPPY), unanswered(silent))
    states = [(await shown(routing, c))["state"] for c in (happy, unhappy, silent)]
    assert states == ["CLOSED", "REOPENED", "CLOSED"]


async def test_an_escalation_is_shown_to_staff_and_never_comes_down(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await shown(routing, complaint_id))["escalation"] is None
    for level, seen in (("W2", None), ("L1", "L1"), ("L3", "L3"), ("L2", "L3")):
        await routing.hears(escalated(complaint_id, level))
        shown_level = (await shown(routing, complaint_id))["escalation"]
        assert (shown_level and shown_level["level"]) == seen


async def test_from_which_rung_on_it_is_shown_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.escalation]\nshown_from='L2'",
        staff_file=staff_file(tmp_path),
    )
    complaint_id = await taken_by(routing, "f1")
    await routing.hears(escalated(complaint_id, "L1"))
    assert (await shown(routing, complaint_id))["escalation"] is None


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_tried_there_is_one_owner_and_no_end_without_steps_and_resolution(
    routing: ServiceUnderTest, seed: int
) -> None:
    chance = random.Random(seed)
    complaint_id = await taken_by(routing, "f1")
    for _ in range(60):
        await _try_something(routing, complaint_id, chance)
    _check_history(await routing.said())


async def _try_something(routing: ServiceUnderTest, complaint_id: UUID, chance: random.Random) -> None:
    by, round_ = chance.choice(["f1", "f1", "b1"]), chance.randint(1, 3)
    some = SIX[: chance.randint(0, 6)]
    match chance.randint(0, 6):
        case 0:
            await post(routing, complaint_id, "steps", step=chance.choice(SIX), by=by)
        case 1 | 2:
            await post(routing, complaint_id, "proposal", text="We pay.", by=by, steps=some)
        case 3 | 4:
            await post(routing, complaint_id, "resolution", by=by, steps=some)
        case 5:
            await offer(routing, complaint_id, "b1", by=by)
            await post(routing, complaint_id, "transfer/acceptance", by="b1")
        case _:
            unhappy = answered(complaint_id, round=round_, solved=False, **UNHAPPY)
            await routing.hears(unhappy if chance.random() < 0.8 else unanswered(complaint_id, round=round_))


def _check_history(told: list[Any]) -> None:
    assert sum(isinstance(event, OwnerNamed) for event in told) == 1
    steps: set[str] = set()
    resolved = 0
    for event in told:
        taken = event.steps if isinstance(event, StepsTaken | SolutionProposed | ComplaintResolved) else ()
        assert steps.isdisjoint(taken)
        steps.update(taken)
        if isinstance(event, ComplaintResolved):
            assert len(steps) == 5
            assert event.round == resolved + 1
            resolved = event.round
        elif isinstance(event, ComplaintReopened):
            assert event.round == resolved + 1
            steps = set()
        elif isinstance(event, ComplaintClosed):
            assert event.round == resolved
    assert not told or not any(isinstance(event, ComplaintClosed) for event in told[:-1])
