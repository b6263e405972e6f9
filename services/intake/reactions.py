"""What intake does when it hears how a complaint goes on: it keeps the status and writes the history."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

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
    StepTaken,
)
from shared.events.sla import EscalationReached, PromiseAtRisk, PromiseBroken, PromiseKept, PromiseMade
from shared.events.vocabulary import EscalationLevel, MessageKind, Role

from .next_status import Status, next_status
from .progress import Note, add_promises, load_standing, save_complaints, save_promises


class Told(NamedTuple):
    """What one event says about its complaint.

    detail: a word more for the history; changes: columns of the complaint; happened: may move the status.
    """

    detail: str | None = None
    changes: Mapping[str, Any] = {}
    happened: str = ""


def _owner(event: OwnerNamed) -> Told:
    return Told(
        event.owner_name,
        {"owner_id": event.owner_id, "owner_name": event.owner_name, "department": event.department},
        "owner_named",
    )


def _handler(event: HandlerAssigned) -> Told:
    return Told(event.handler_name, {"handler_name": event.handler_name}, "handler_assigned")


def _step(event: StepTaken) -> Told:
    return Told(event.step, happened="step_taken")


def _proposed(_event: SolutionProposed) -> Told:
    return Told(happened="solution_proposed")


def _resolved(event: ComplaintResolved) -> Told:
    return Told(None, {"round": event.round, "resolved_at": event.resolved_at}, "complaint_resolved")


def _reopened(event: ComplaintReopened) -> Told:
    changes = {"round": event.round, "resolved_at": None, "closed_at": None}
    return Told(event.reason, changes, "complaint_reopened")


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
    StepTaken: _step,
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
        PromiseMade: keep_promises,
        PromiseAtRisk: follow_promises,
        PromiseKept: follow_promises,
        PromiseBroken: follow_promises,
    }


async def follow(tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> None:
    """Move the status and the facts that customers and staff see, and note what happened."""
    read = READERS[type(envelopes[0].event)]
    told = {envelope.event.complaint_id: read(envelope.event) for envelope in envelopes}
    changed = {complaint_id: said for complaint_id, said in told.items() if said.changes or said.happened}
    standing = await load_standing(tx, changed)
    rows = []
    for complaint_id, (status, level) in standing.items():
        said = told[complaint_id]
        row: dict[str, Any] = {"complaint_id": complaint_id, **said.changes}
        row["status"] = next_status(Status(status), said.happened)
        if "escalation_level" in row:
            row["escalation_level"] = _higher(row["escalation_level"], level)
        rows.append(row)
    await save_complaints(tx, rows, [_note(e, told[e.event.complaint_id].detail) for e in envelopes])


async def keep_promises(tx: Transaction, made: Sequence[Envelope[PromiseMade]]) -> None:
    """Keep what was promised until when."""
    await add_promises(tx, [envelope.event for envelope in made], [_note(e, e.event.kind) for e in made])


async def follow_promises(
    tx: Transaction, envelopes: Sequence[Envelope[PromiseAtRisk | PromiseKept | PromiseBroken]]
) -> None:
    """Keep how promises stand."""
    states = {envelope.event.promise_id: _state(envelope.event) for envelope in envelopes}
    await save_promises(tx, states, [_note(e, e.event.kind) for e in envelopes])


def _state(event: PromiseAtRisk | PromiseKept | PromiseBroken) -> str:
    if isinstance(event, PromiseKept):
        return "KEPT_LATE" if event.late else "KEPT"
    return "AT_RISK" if isinstance(event, PromiseAtRisk) else "BROKEN"


def _higher(level: str, before: str | None) -> str:
    ladder = list(EscalationLevel)
    return max(level, before or level, key=lambda rung: ladder.index(EscalationLevel(rung)))


def _note(envelope: Envelope[Any], detail: str | None) -> Note:
    return Note(
        complaint_id=envelope.event.complaint_id,
        publisher=envelope.publisher,
        sequence=envelope.sequence,
        at=envelope.occurred_at,
        what=envelope.event.type.split(".")[2],
        detail=detail,
    )
