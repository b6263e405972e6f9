"""How the other services' events move a complaint: status, owner, promises, history."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events import Event
from shared.events.feedback import SatisfactionUnanswered
from shared.events.marketing import OfferProposed
from shared.events.notify import MessageSkipped
from shared.events.vocabulary import EscalationLevel, MessageKind, PromiseKind, Role, SkipReason
from tests.builders import answered, closed, now, owner_named, reopened, resolved, unanswered
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, read
from .journey import (
    START,
    at_risk,
    broken,
    escalated,
    in_some_order,
    journey,
    kept,
    message,
    promised,
    receipt_sent,
    steps,
)


@pytest.fixture
async def complaint_id(intake: ServiceUnderTest) -> UUID:
    """A complaint that was just received."""
    return UUID((await accepted(intake))["complaint_id"])


async def seen(intake: ServiceUnderTest, complaint_id: UUID) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/complaints/{complaint_id}")


async def test_a_received_complaint_waits_for_its_receipt_and_its_owner(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    assert (await seen(intake, complaint_id))["status"] == "RECEIVED"
    await intake.hears(receipt_sent(complaint_id))
    assert (await seen(intake, complaint_id))["status"] == "ACKNOWLEDGED"
    await intake.hears(owner_named(complaint_id, owner_name="Front desk 1"))
    found = await seen(intake, complaint_id)
    assert (found["status"], found["owner_name"], found["department"]) == (
        "ASSIGNED",
        "Front desk 1",
        "front-desk",
    )


async def test_a_receipt_that_could_not_be_sent_acknowledges_too_and_one_to_staff_does_not(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    to_lead = message(MessageKind.RECEIPT, complaint_id, Role.TEAM_LEAD)
    await intake.hears(MessageSkipped(**to_lead, reason=SkipReason.NO_ADDRESS))
    assert (await seen(intake, complaint_id))["status"] == "RECEIVED"
    to_customer = message(MessageKind.RECEIPT, complaint_id)
    await intake.hears(MessageSkipped(**to_customer, reason=SkipReason.NO_ADDRESS))
    found = await seen(intake, complaint_id)
    assert (found["status"], found["acknowledged_at"]) == ("ACKNOWLEDGED", "2026-11-21T09:00:00Z")


async def test_the_next_open_promise_is_shown_with_the_time_that_is_left(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    soon = promised(complaint_id, PromiseKind.CONTACT, due_at=now() + timedelta(hours=1))
    later = promised(complaint_id, PromiseKind.SOLVE, due_at=now() + timedelta(hours=9))
    await intake.hears(later, soon)
    shown = (await seen(intake, complaint_id))["next_promise"]
    assert (shown["kind"], shown["state"]) == ("CONTACT", "MADE")
    assert 3500 < shown["seconds_left"] <= 3600
    await intake.hears(kept(soon))
    assert (await seen(intake, complaint_id))["next_promise"]["kind"] == "SOLVE"


async def test_a_promise_that_is_overdue_and_not_yet_called_broken_shows_negative_time(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    await intake.hears(promised(complaint_id, PromiseKind.SOLVE, due_at=now() - timedelta(minutes=10)))
    assert (await seen(intake, complaint_id))["next_promise"]["seconds_left"] < -590


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        ([], "MADE"),
        ([at_risk], "AT_RISK"),
        ([at_risk, broken], "BROKEN"),
        ([kept], "KEPT"),
        ([at_risk, broken, lambda made: kept(made, late=True)], "KEPT_LATE"),
    ],
)
async def test_a_promise_is_followed_to_its_end(
    intake: ServiceUnderTest, complaint_id: UUID, happens: list[Any], state: str
) -> None:
    made = promised(complaint_id, PromiseKind.SOLVE)
    await intake.hears(made, *[event(made) for event in happens])
    [shown] = (await seen(intake, complaint_id))["promises"]
    assert (shown["promise_id"], shown["kind"], shown["state"]) == (
        str(made.promises[0].promise_id),
        "SOLVE",
        state,
    )


async def test_the_highest_rung_of_the_ladder_is_kept(intake: ServiceUnderTest, complaint_id: UUID) -> None:
    made = promised(complaint_id, PromiseKind.SOLVE)
    await intake.hears(made, escalated(made, EscalationLevel.L2), escalated(made, EscalationLevel.L1))
    assert (await seen(intake, complaint_id))["escalation_level"] == "L2"


async def test_a_resolution_an_answer_and_a_closing_are_shown(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    await intake.hears(owner_named(complaint_id), resolved(complaint_id))
    assert (await seen(intake, complaint_id))["status"] == "RESOLVED"
    await intake.hears(answered(complaint_id, score=4), closed(complaint_id))
    found = await seen(intake, complaint_id)
    assert (found["status"], found["satisfied"], found["score"]) == ("CLOSED", True, 4)
    assert found["closed_at"] is not None


async def test_what_says_nothing_of_the_status_leaves_it(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    made = promised(complaint_id, PromiseKind.SOLVE)
    await intake.hears(resolved(complaint_id), made)
    await intake.hears(answered(complaint_id), kept(made), escalated(made, EscalationLevel.L1))
    assert (await seen(intake, complaint_id))["status"] == "RESOLVED"


async def test_a_reopened_complaint_is_no_longer_resolved_or_closed(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    await intake.hears(resolved(complaint_id), closed(complaint_id), reopened(complaint_id))
    found = await seen(intake, complaint_id)
    assert (found["status"], found["round"]) == ("REOPENED", 2)
    assert (found["resolved_at"], found["closed_at"]) == (None, None)


async def test_silence_of_the_customer_and_an_offer_are_in_the_history(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    silence = unanswered(complaint_id)
    offer = OfferProposed(
        complaint_id=complaint_id,
        customer_id=complaint_id,
        decided_at=START,
        policy_version="t",
        offer_id=complaint_id,
        template="data-5g",
        family="data",
        fit=0.7,
    )
    await intake.hears(resolved(complaint_id), silence, offer)
    found = await read(intake, f"/intake/v1/complaints/{complaint_id}/history")
    what = [line["what"] for line in found["items"]]
    assert sorted(what) == sorted(
        ["complaint_received", "complaint_resolved", "satisfaction_unanswered", "offer_proposed"]
    )
    assert (await seen(intake, complaint_id))["offer_decision"] == "PROPOSED"
    assert isinstance(silence, SatisfactionUnanswered)


async def test_many_complaints_go_on_in_one_batch(intake: ServiceUnderTest) -> None:
    ids = [UUID((await accepted(intake))["complaint_id"]) for _ in range(20)]
    events: list[Event] = [owner_named(one, owner_name=f"owner {n}") for n, one in enumerate(ids)]
    events += [steps(one) for one in ids[:10]]
    await intake.hears(*events)
    found = [await seen(intake, one) for one in ids]
    assert [one["owner_name"] for one in found] == [f"owner {n}" for n in range(20)]
    assert [one["status"] for one in found] == ["IN_PROGRESS"] * 10 + ["ASSIGNED"] * 10


async def everything(intake: ServiceUnderTest, complaint_id: UUID) -> list[Any]:
    """All that intake keeps of a complaint and that may depend on the order of events."""
    columns = (
        "status, acknowledged_at, owner_name, handler_name, round, resolved_at, closed_at, escalation_level,"
        " satisfied, score, offer_decision"
    )
    return [
        await intake.rows(f"SELECT {columns} FROM complaint WHERE complaint_id = :id", id=complaint_id),
        await intake.rows(
            "SELECT kind, state FROM promise WHERE complaint_id = :id ORDER BY kind", id=complaint_id
        ),
        await intake.rows(
            "SELECT publisher, sequence, what, detail FROM history WHERE complaint_id = :id"
            " ORDER BY publisher, sequence",
            id=complaint_id,
        ),
    ]


async def test_the_same_journey_in_every_possible_order_ends_the_same(intake: ServiceUnderTest) -> None:
    dice = random.Random(2026)
    ends = []
    for _ in range(30):
        complaint_id = UUID((await accepted(intake))["complaint_id"])
        told = journey(complaint_id)
        envelopes = {
            (publisher, number): intake.envelope(one.event, after=one.after)
            for publisher, events in told.items()
            for number, one in enumerate(events)
        }
        arriving = [envelopes[place] for place in in_some_order(told, dice)]
        while arriving:
            size = dice.randint(1, 9)
            await intake.receives(*arriving[:size])
            arriving = arriving[size:]
        ends.append(await everything(intake, complaint_id))
    first = ends[0]
    assert first[0][0]["status"] == "CLOSED"
    assert first[0][0]["round"] == 2
    assert first[0][0]["escalation_level"] == "L2"
    assert len(first[2]) == 27
    assert all(end == first for end in ends)


async def test_the_same_journey_arriving_in_any_disorder_and_twice_ends_the_same(
    intake: ServiceUnderTest,
) -> None:
    dice = random.Random(11)
    ends = []
    for _ in range(10):
        complaint_id = UUID((await accepted(intake))["complaint_id"])
        arriving = [
            intake.envelope(one.event, after=one.after)
            for events in journey(complaint_id).values()
            for one in events
        ] * 2
        dice.shuffle(arriving)
        while arriving:
            size = dice.randint(1, 15)
            await intake.receives(*arriving[:size])
            arriving = arriving[size:]
        ends.append(await everything(intake, complaint_id))
    assert await intake.rows("SELECT * FROM held") == []
    assert all(end == ends[0] for end in ends)


async def test_what_a_desk_is_told_of_an_incident_is_in_no_history(
    intake: ServiceUnderTest, complaint_id: UUID
) -> None:
    """Its subject is the incident, and no complaint has that id."""
    about = {"kind": MessageKind.OUTAGE_DUTIES, "role": Role.SERVICE_QUALITY, "reason": SkipReason.NO_ADDRESS}
    incident = uuid4()
    skipped = {"intent_id": uuid4(), "decided_at": now(), **about}
    await intake.hears(
        MessageSkipped(complaint_id=incident, incident_id=incident, **skipped),
        receipt_sent(complaint_id),
    )
    assert (await seen(intake, complaint_id))["status"] == "ACKNOWLEDGED"
    assert await intake.rows("SELECT 1 FROM history WHERE complaint_id = :id", id=incident) == []
