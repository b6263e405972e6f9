"""What intake does when it hears how a complaint goes on: it keeps the status and writes the history."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope, Event
from shared.events.feedback import SatisfactionAnswered, SatisfactionAsked, SatisfactionUnanswered
from shared.events.marketing import OfferProposed, OfferWithheld
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.routing import (
    AppealDecided,
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintPaused,
    ComplaintRejected,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    HandlerAssigned,
    HandlerChased,
    OwnerChanged,
    OwnerNamed,
    RemedyApproved,
    RemedyPaid,
    RemedyProposed,
    RemedyRefused,
    SolutionProposed,
    StepsTaken,
    TransferAccepted,
    TransferDecided,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
)
from shared.events.sla import (
    EscalationReached,
    PromiseAtRisk,
    PromiseBroken,
    PromiseExtended,
    PromiseRecomputed,
    PromisesKept,
    PromisesMade,
    PromisesPaused,
    PromisesResumed,
)
from shared.events.vocabulary import MessageKind, Role

from .progress import (
    MovedPromise,
    NewPromise,
    Note,
    PromiseState,
    StoppedPromises,
    Told,
    add_promises,
    move_promises,
    pause_promises,
    save_progress,
    save_states,
)


def _owner(event: OwnerNamed) -> Told:
    return Told(
        event.owner_name,
        {"owner_id": event.owner_id, "owner_name": event.owner_name, "department": event.department},
        "owner_named",
    )


def _owner_changed(event: OwnerChanged) -> Told:
    facts = {"owner_id": event.owner_id, "owner_name": event.owner_name, "department": event.department}
    return Told(f"{event.owner_name} {event.reason}", facts)


def _handler(event: HandlerAssigned) -> Told:
    return Told(event.handler_name, {"handler_name": event.handler_name}, "handler_assigned")


def _steps(event: StepsTaken) -> Told:
    return Told(_words(event.steps), {}, "steps_taken")


def _proposed(event: SolutionProposed) -> Told:
    return Told(_words(event.steps), {}, "solution_proposed")


def _resolved(event: ComplaintResolved) -> Told:
    facts = {"round": event.round, "resolved_at": event.resolved_at}
    return Told(_words(event.steps), facts, "complaint_resolved")


def _reopened(event: ComplaintReopened) -> Told:
    facts = {"round": event.round, "resolved_at": None, "closed_at": None, "appeal_until": None}
    return Told(event.reason, facts, "complaint_reopened")


def _paused(event: ComplaintPaused) -> Told:
    return Told(event.reason, {"waits_for": event.reason, "waits_until": event.resumes_at})


def _resumed(event: ComplaintResumed) -> Told:
    return Told(event.because, {"waits_for": None, "waits_until": None})


def _rejected(event: ComplaintRejected) -> Told:
    facts = {
        "resolved_at": event.rejected_at,
        "rejection_reason": event.reason,
        "appeal_until": event.appeal_until,
    }
    return Told(event.reason, facts, "complaint_rejected")


def _cancelled(event: ComplaintCancelled) -> Told:
    return Told(None, {"closed_at": event.cancelled_at}, "complaint_cancelled")


def _appealed(_event: ComplaintAppealed) -> Told:
    return Told(None, {"resolved_at": None, "appeal_until": None}, "complaint_appealed")


def _appeal_decided(event: AppealDecided) -> Told:
    return Told("UPHELD" if event.upheld else "DENIED")


def _transfer(event: TransferRequested) -> Told:
    return Told(f"{event.department} {event.reason}")


def _remedy(event: RemedyProposed | RemedyApproved) -> Told:
    return Told(event.kind)


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
    OwnerChanged: _owner_changed,
    HandlerAssigned: _handler,
    HandlerChased: _only_noted,
    TransferRequested: _transfer,
    TransferAccepted: _only_noted,
    TransferFailed: _only_noted,
    TransferDisputed: _only_noted,
    TransferDecided: _only_noted,
    ComplaintPaused: _paused,
    ComplaintResumed: _resumed,
    ComplaintRejected: _rejected,
    ComplaintCancelled: _cancelled,
    ComplaintAppealed: _appealed,
    AppealDecided: _appeal_decided,
    RemedyProposed: _remedy,
    RemedyApproved: _remedy,
    RemedyRefused: _only_noted,
    RemedyPaid: _only_noted,
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
        PromisesKept: follow_kept_promises,
        PromiseBroken: follow_promises,
        PromiseExtended: follow_due_times,
        PromiseRecomputed: follow_due_times,
        PromisesPaused: stop_promises,
        PromisesResumed: go_on_with_promises,
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
    kinds = [_words(promise.kind for promise in event.promises) for event in events]
    await add_promises(tx, _notes(made), kinds, promises)


async def follow_promises(
    tx: Transaction, envelopes: Sequence[Envelope[PromiseAtRisk | PromiseBroken]]
) -> None:
    """Keep which promises are in danger or broken."""
    events = [envelope.event for envelope in envelopes]
    states = [PromiseState(event.promise_id, _state(event)) for event in events]
    await save_states(tx, _notes(envelopes), [event.kind for event in events], states)


async def follow_kept_promises(tx: Transaction, envelopes: Sequence[Envelope[PromisesKept]]) -> None:
    """Keep which promises were kept, and whether in time."""
    events = [envelope.event for envelope in envelopes]
    states = [
        PromiseState(one.promise_id, "KEPT_LATE" if one.late else "KEPT")
        for event in events
        for one in event.promises
    ]
    await save_states(tx, _notes(envelopes), [_words(one.kind for one in e.promises) for e in events], states)


async def follow_due_times(
    tx: Transaction, envelopes: Sequence[Envelope[PromiseExtended | PromiseRecomputed]]
) -> None:
    """Keep the due times that were moved: with approval, or because a calendar changed."""
    events = [envelope.event for envelope in envelopes]
    moved = [MovedPromise(event.promise_id, event.due_at) for event in events]
    await move_promises(tx, _notes(envelopes), [event.kind for event in events], moved)


async def stop_promises(tx: Transaction, envelopes: Sequence[Envelope[PromisesPaused]]) -> None:
    """Keep which promises do not count now."""
    events = [envelope.event for envelope in envelopes]
    stopped = [StoppedPromises(event.complaint_id, kind) for event in events for kind in event.kinds]
    await pause_promises(tx, _notes(envelopes), [event.reason for event in events], stopped)


async def go_on_with_promises(tx: Transaction, envelopes: Sequence[Envelope[PromisesResumed]]) -> None:
    """Keep the due times after a pause."""
    events = [envelope.event for envelope in envelopes]
    moved = [MovedPromise(one.promise_id, one.due_at) for event in events for one in event.promises]
    await move_promises(tx, _notes(envelopes), [event.because for event in events], moved)


def _state(event: PromiseAtRisk | PromiseBroken) -> str:
    return "AT_RISK" if isinstance(event, PromiseAtRisk) else "BROKEN"


def _words(names: Iterable[str]) -> str | None:
    return " ".join(names) or None


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
