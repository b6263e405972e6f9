"""What intake does when it hears how a complaint goes on: it keeps the status and writes the history."""

from collections.abc import Callable, Sequence
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope, Event
from shared.events.feedback import SatisfactionAnswered, SatisfactionAsked, SatisfactionUnanswered
from shared.events.marketing import OfferProposed, OfferWithheld
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.routing import (
    ComplaintClosed,
    ComplaintReopened,
    ComplaintResolved,
    HandlerAssigned,
    OwnerNamed,
    SolutionProposed,
    StepsTaken,
)
from shared.events.sla import EscalationReached, PromiseAtRisk, PromiseBroken, PromiseKept, PromisesMade
from shared.events.vocabulary import MessageKind, Role

from .progress import NewPromise, Note, PromiseState, Told, add_promises, save_progress, save_states


def _owner(event: OwnerNamed) -> Told:
    return Told(
        event.owner_name,
        {"owner_id": event.owner_id, "owner_name": event.owner_name, "department": event.department},
        "owner_named",
    )


def _handler(event: HandlerAssigned) -> Told:
    return Told(event.handler_name, {"handler_name": event.handler_name}, "handler_assigned")


def _steps(event: StepsTaken) -> Told:
    return Told(" ".join(event.steps), {}, "steps_taken")


def _proposed(_event: SolutionProposed) -> Told:
    return Told(None, {}, "solution_proposed")


def _resolved(event: ComplaintResolved) -> Told:
    return Told(None, {"round": event.round, "resolved_at": event.resolved_at}, "complaint_resolved")


def _reopened(event: ComplaintReopened) -> Told:
    facts = {"round": event.round, "resolved_at": None, "closed_at": None}
    return Told(event.reason, facts, "complaint_reopened")


def _closed(event: ComplaintClosed) -> Told:
    return Told(event.ground, {"closed_at": event.closed_at}, "complaint_closed")


def _escalated(event: EscalationReached) -> Told:
    return Told(f"{event.level} {event.kind}", {"escalation_level": event.level})


def _message(event: MessageSent | MessageSkipped | MessageFailed | MessageUnknown) -> Told:
    """A receipt that was sent, or skipped for a reason anybody may know, acknowledges the complaint."""
    detail = f"{event.kind} {event.role}"
    is_receipt = event.kind is MessageKind.RECEIPT and event.role is Role.CUSTOMER
    if is_receipt and isinstance(event, MessageSent | MessageSkipped):
        return Told(detail, {"acknowledged_at": event.decided_at}, "receipt_told")
    return Told(detail)


def _answered(event: SatisfactionAnswered) -> Told:
    return Told(None, {"satisfied": event.satisfied, "score": event.score})


def _only_noted(_event: Event) -> Told:
    return Told()


def _offered(_event: OfferProposed) -> Told:
    return Told(None, {"offer_decision": "PROPOSED"})


def _withheld(event: OfferWithheld) -> Told:
    return Told(" ".join(event.reasons), {"offer_decision": "WITHHELD"})


READERS: dict[type[Event], Callable[[Any], Told]] = {
    OwnerNamed: _owner,
    HandlerAssigned: _handler,
    StepsTaken: _steps,
    SolutionProposed: _proposed,
    ComplaintResolved: _resolved,
    ComplaintReopened: _reopened,
    ComplaintClosed: _closed,
    EscalationReached: _escalated,
    MessageSent: _message,
    MessageSkipped: _message,
    MessageFailed: _message,
    MessageUnknown: _message,
    SatisfactionAsked: _only_noted,
    SatisfactionAnswered: _answered,
    SatisfactionUnanswered: _only_noted,
    OfferProposed: _offered,
    OfferWithheld: _withheld,
}
"""What each event says about its complaint."""


def reactions() -> Reactions:
    """What to do on which event."""
    return dict.fromkeys(READERS, follow) | {
        PromisesMade: keep_promises,
        PromiseAtRisk: follow_promises,
        PromiseKept: follow_promises,
        PromiseBroken: follow_promises,
    }


async def follow(tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> None:
    """Move the status and the facts that customers and staff see, and note what happened."""
    told = [READERS[type(envelope.event)](envelope.event) for envelope in envelopes]
    await save_progress(tx, _notes(envelopes), told)


async def keep_promises(tx: Transaction, made: Sequence[Envelope[PromisesMade]]) -> None:
    """Keep what was promised until when."""
    events = [envelope.event for envelope in made]
    promises = [
        NewPromise(promise.promise_id, event.complaint_id, promise.kind, event.round, promise.due_at)
        for event in events
        for promise in event.promises
    ]
    kinds = [" ".join(promise.kind for promise in event.promises) for event in events]
    await add_promises(tx, _notes(made), kinds, promises)


async def follow_promises(
    tx: Transaction, envelopes: Sequence[Envelope[PromiseAtRisk | PromiseKept | PromiseBroken]]
) -> None:
    """Keep how promises stand."""
    events = [envelope.event for envelope in envelopes]
    states = [PromiseState(event.promise_id, _state(event), event.kind) for event in events]
    await save_states(tx, _notes(envelopes), states)


def _state(event: PromiseAtRisk | PromiseKept | PromiseBroken) -> str:
    if isinstance(event, PromiseKept):
        return "KEPT_LATE" if event.late else "KEPT"
    return "AT_RISK" if isinstance(event, PromiseAtRisk) else "BROKEN"


def _notes(envelopes: Sequence[Envelope[Any]]) -> list[Note]:
    return [
        Note(
            complaint_id=event.complaint_id,
            publisher=event.publisher,
            sequence=envelope.sequence,
            at=envelope.occurred_at,
            what=event.type.split(".")[2],
        )
        for envelope in envelopes
        for event in [envelope.event]
    ]
