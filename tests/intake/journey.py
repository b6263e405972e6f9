"""One complaint's journey as the other services tell it, with a reopening, and the orders in which it may arrive."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from shared.events import Event
from shared.events.feedback import SatisfactionAnswered, SatisfactionAsked
from shared.events.marketing import OfferWithheld
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.routing import (
    ComplaintClosed,
    ComplaintReopened,
    ComplaintResolved,
    HandlerAssigned,
    SolutionProposed,
    StepsTaken,
)
from shared.events.sla import (
    EscalationReached,
    KeptPromise,
    Promise,
    PromiseAtRisk,
    PromiseBroken,
    PromisesKept,
    PromisesMade,
)
from shared.events.vocabulary import (
    Channel,
    ClosingGround,
    EscalationLevel,
    HandlingStep,
    MessageKind,
    PromiseKind,
    ReopenReason,
    Role,
    SkipReason,
    WithholdReason,
)
from tests.builders import owner_named
from tests.service_under_test import SEALER

START = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Told(NamedTuple):
    """An event, and the number of events of each other publisher that were applied before it was written."""

    event: Event
    after: dict[str, int]


def promised(complaint_id: UUID, *kinds: PromiseKind, due_at: datetime | None = None) -> PromisesMade:
    """What is promised on one occasion, due in a day."""
    due = {"due_at": due_at or START + timedelta(days=1), "target_seconds": 86_400}
    return PromisesMade(
        complaint_id=complaint_id,
        round=1,
        promises=tuple(
            Promise(promise_id=uuid4(), kind=kind, starts_at=START, cell="S3/S", **due) for kind in kinds
        ),
        policy_version="sla-test",
    )


def at_risk(made: PromisesMade, which: int = 0) -> PromiseAtRisk:
    """Half of the time is used."""
    return PromiseAtRisk(**_of(made, which), level=EscalationLevel.W1, warned_at=START)


def kept(made: PromisesMade, *which: int, late: bool = False) -> PromisesKept:
    """Done, in time or late; the first promise if none is named."""
    done = [made.promises[number] for number in which or (0,)]
    return PromisesKept(
        complaint_id=made.complaint_id,
        promises=tuple(
            KeptPromise(promise_id=one.promise_id, kind=one.kind, due_at=one.due_at, late=late)
            for one in done
        ),
        kept_at=START,
    )


def broken(made: PromisesMade, which: int = 0) -> PromiseBroken:
    """The time has passed."""
    return PromiseBroken(**_of(made, which), broken_at=START)


def escalated(made: PromisesMade, level: EscalationLevel, which: int = 0) -> EscalationReached:
    """A rung of the ladder."""
    return EscalationReached(**_of(made, which), level=level, told=(Role.TEAM_LEAD,), reached_at=START)


def message(kind: MessageKind, complaint_id: UUID, role: Role = Role.CUSTOMER) -> dict[str, Any]:
    """What every message event says."""
    return {
        "complaint_id": complaint_id,
        "intent_id": uuid4(),
        "kind": kind,
        "role": role,
        "decided_at": START,
    }


def receipt_sent(complaint_id: UUID) -> MessageSent:
    """The customer got the receipt."""
    return MessageSent(
        **message(MessageKind.RECEIPT, complaint_id), channel=Channel.SMS, provider="file", provider_id="1"
    )


def steps(complaint_id: UUID, *taken: HandlingStep) -> StepsTaken:
    """Steps with the customer, the first one if none is named."""
    return StepsTaken(
        complaint_id=complaint_id, steps=taken or (HandlingStep.VENT,), by="a100", taken_at=START
    )


def journey(complaint_id: UUID) -> dict[str, list[Told]]:
    """Every publisher's events about one complaint that is reopened once, in the publisher's order."""
    of: dict[str, Any] = {"complaint_id": complaint_id}
    made = promised(complaint_id, *tuple(PromiseKind)[:4])
    ack, contact, update, solve = range(4)
    question = {**of, "question_id": uuid4()}
    answer = {**question, "channel": Channel.WEB, "answered_at": START, "policy_version": "t"}
    proposed = {**of, "by": "a100", "proposed_at": START}
    resolved = {**of, "by": "a100", "resolved_at": START}
    asked = {**question, "asked_at": START, "answer_by": START, "answer_path": SEALER.seal("/x", "x")}
    no = {"solved": False, "score": 1, "impression": 1, "satisfied": False, "dissatisfied": True}
    yes = {"solved": True, "score": 5, "impression": 5, "satisfied": True, "dissatisfied": False}
    failed = {"channel": Channel.SMS, "provider": "http"}
    return {
        "routing": [
            Told(owner_named(complaint_id), {}),
            Told(
                HandlerAssigned(
                    **of,
                    handler_id="h1",
                    handler_name="IT desk 1",
                    department="it",
                    reason=None,
                    assigned_at=START,
                ),
                {},
            ),
            Told(steps(complaint_id), {}),
            Told(SolutionProposed(**proposed, round=1), {}),
            Told(ComplaintResolved(**resolved, round=1), {}),
            Told(
                ComplaintReopened(**of, round=2, reason=ReopenReason.NOT_SOLVED, reopened_at=START),
                {"feedback": 2},
            ),
            Told(steps(complaint_id, HandlingStep.APOLOGISE_THANK, HandlingStep.ASK_CAUSE), {"feedback": 2}),
            Told(SolutionProposed(**proposed, round=2), {"feedback": 2}),
            Told(ComplaintResolved(**resolved, round=2), {"feedback": 2}),
            Told(
                ComplaintClosed(**of, round=2, ground=ClosingGround.CONFIRMED, closed_at=START),
                {"feedback": 4},
            ),
        ],
        "sla": [
            Told(made, {}),
            Told(kept(made, ack), {"notify": 1}),
            Told(kept(made, contact), {"notify": 1, "routing": 3}),
            Told(at_risk(made, solve), {"notify": 1, "routing": 3}),
            Told(escalated(made, EscalationLevel.L2, update), {"notify": 1, "routing": 3}),
            Told(broken(made, solve), {"notify": 1, "routing": 3}),
            Told(escalated(made, EscalationLevel.L1, solve), {"notify": 1, "routing": 3}),
            Told(kept(made, solve, late=True), {"notify": 1, "routing": 5}),
        ],
        "notify": [
            Told(receipt_sent(complaint_id), {}),
            Told(
                MessageSkipped(
                    **message(MessageKind.OWNER_NAMED, complaint_id), reason=SkipReason.NO_ADDRESS
                ),
                {"routing": 1},
            ),
            Told(MessageFailed(**message(MessageKind.LATE, complaint_id), **failed, code="5"), {"sla": 6}),
            Told(MessageUnknown(**message(MessageKind.RESOLVED, complaint_id), **failed), {"routing": 5}),
        ],
        "feedback": [
            Told(SatisfactionAsked(**asked, round=1), {"routing": 5}),
            Told(SatisfactionAnswered(**answer, **no, round=1), {"routing": 5}),
            Told(SatisfactionAsked(**asked, round=2), {"routing": 9}),
            Told(SatisfactionAnswered(**answer, **yes, round=2), {"routing": 9}),
        ],
        "marketing": [
            Told(
                OfferWithheld(
                    **of,
                    customer_id=uuid4(),
                    decided_at=START,
                    policy_version="t",
                    reasons=(WithholdReason.SECOND_FAILURE,),
                ),
                {"routing": 10, "feedback": 4},
            )
        ],
    }


def in_some_order(told: dict[str, list[Told]], dice: random.Random) -> list[tuple[str, int]]:
    """Publisher and number of every event, in an order in which each comes after its causes."""
    done = dict.fromkeys(told, 0)
    order: list[tuple[str, int]] = []
    while len(order) < sum(map(len, told.values())):
        ready = [
            publisher
            for publisher, events in told.items()
            if done[publisher] < len(events)
            and all(done[cause] >= last for cause, last in events[done[publisher]].after.items())
        ]
        publisher = dice.choice(ready)
        order.append((publisher, done[publisher]))
        done[publisher] += 1
    return order


def _of(made: PromisesMade, which: int) -> dict[str, Any]:
    one = made.promises[which]
    return {
        "complaint_id": made.complaint_id,
        "promise_id": one.promise_id,
        "kind": one.kind,
        "due_at": one.due_at,
    }
