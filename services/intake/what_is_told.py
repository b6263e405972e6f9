"""Reads what each event of the other services says of its complaint: facts, a word for the history, a step of status."""

from collections.abc import Callable, Iterable
from typing import Any

from shared.events import Event
from shared.events.feedback import SatisfactionAnswered, SatisfactionAsked, SatisfactionUnanswered
from shared.events.marketing import OfferProposed, OfferWithheld
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.routing import (
    AnswerHeld,
    AnswerReleased,
    AnswerReturned,
    AppealDecided,
    AppealOverdue,
    ChargeFrozen,
    ChargeReleased,
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintPaused,
    ComplaintRejected,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    ContactPassedOn,
    HandlerAssigned,
    HandlerChased,
    LeadDepartmentNamed,
    OwnerChanged,
    OwnerNamed,
    ProgressTold,
    RemedyApproved,
    RemedyOverdue,
    RemedyPaid,
    RemedyProposed,
    RemedyRefused,
    SolutionProposed,
    StepsTaken,
    SuperiorInformed,
    TaskAsked,
    TaskDone,
    TaskOverdue,
    TaskRefused,
    TaskReleased,
    TransferAccepted,
    TransferDecided,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
    UrgencyChanged,
)
from shared.events.sla import (
    CustomerEscalated,
    EscalationReached,
    EscalationUnroutable,
    InternalPromiseBroken,
    SuperiorAnswered,
)
from shared.events.vocabulary import MessageKind, Role

from .progress import Told


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
    return Told(in_words(event.steps), {}, "steps_taken")


def _proposed(event: SolutionProposed) -> Told:
    return Told(in_words(event.steps), {}, "solution_proposed")


def _resolved(event: ComplaintResolved) -> Told:
    facts = {"round": event.round, "resolved_at": event.resolved_at}
    return Told(in_words(event.steps), facts, "complaint_resolved")


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


def _appeal_overdue(event: AppealOverdue) -> Told:
    """FC-22: the next senior person decides, or nobody is left above who has it."""
    return Told("STAYS" if event.decide_by is None else "PASSED_ON")


def _transfer(event: TransferRequested) -> Told:
    return Told(f"{event.department} {event.reason}")


def _remedy(event: RemedyProposed | RemedyApproved | RemedyOverdue) -> Told:
    return Told(event.kind)


def _closed(event: ComplaintClosed) -> Told:
    facts = {"closed_at": event.closed_at, "appeal_until": event.appeal_until}
    return Told(event.ground, facts, "complaint_closed")


def _charge_frozen(_event: ChargeFrozen) -> Told:
    return Told(None, {"charge_frozen": True})


def _charge_released(event: ChargeReleased) -> Told:
    """The charges of a complaint are released together, when it has ended (REM-9)."""
    return Told(event.because, {"charge_frozen": False})


def _urgency(event: UrgencyChanged) -> Told:
    return Told(event.urgency, {"urgency": event.urgency, "next_news_at": event.next_news_at})


def _progress(event: ProgressTold) -> Told:
    return Told(event.state, {"next_news_at": event.next_at})


def _department(
    event: TaskAsked | TaskDone | TaskOverdue | TaskRefused | TaskReleased | LeadDepartmentNamed,
) -> Told:
    return Told(event.department)


def _passed_on(event: ContactPassedOn) -> Told:
    return Told(event.to_name)


def _superior(event: SuperiorInformed) -> Told:
    return Told(event.superior_name)


def _internal(event: InternalPromiseBroken) -> Told:
    return Told(event.department)


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


def in_words(names: Iterable[str]) -> str | None:
    """The names in one line of the history; None if there are none."""
    return " ".join(names) or None


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
    AppealOverdue: _appeal_overdue,
    RemedyProposed: _remedy,
    RemedyApproved: _remedy,
    RemedyRefused: _only_noted,
    RemedyOverdue: _remedy,
    RemedyPaid: _only_noted,
    ChargeFrozen: _charge_frozen,
    ChargeReleased: _charge_released,
    UrgencyChanged: _urgency,
    ProgressTold: _progress,
    AnswerHeld: _only_noted,
    AnswerReturned: _only_noted,
    AnswerReleased: _only_noted,
    ContactPassedOn: _passed_on,
    SuperiorInformed: _superior,
    TaskAsked: _department,
    TaskDone: _department,
    TaskOverdue: _department,
    TaskRefused: _department,
    TaskReleased: _department,
    LeadDepartmentNamed: _department,
    StepsTaken: _steps,
    SolutionProposed: _proposed,
    ComplaintResolved: _resolved,
    ComplaintReopened: _reopened,
    ComplaintClosed: _closed,
    EscalationReached: _escalated,
    EscalationUnroutable: _only_noted,
    InternalPromiseBroken: _internal,
    CustomerEscalated: _only_noted,
    SuperiorAnswered: _only_noted,
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
