"""Decides who is told what of an event beside the ordinary journey: a moved time, another owner, work, an appeal."""

from collections.abc import Mapping

from shared.events import Event
from shared.events.intake import ComplaintJoinedIncident
from shared.events.routing import (
    AnswerHeld,
    AnswerReleased,
    AppealOverdue,
    ComplaintAppealed,
    ComplaintRejected,
    ContactPassedOn,
    HandlerChased,
    OwnerChanged,
    RemedyApproved,
    RemedyOverdue,
    RemedyPaid,
    SuperiorInformed,
    TaskAsked,
    TaskOverdue,
    TaskRefused,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
)
from shared.events.sla import PromiseExtended, PromiseRecomputed, PromisesMade, PromisesResumed
from shared.events.vocabulary import MessageKind, PromiseKind, Role

from .care_notices import ON_CARE
from .ending_notices import ON_ENDINGS
from .notice import Decide, Fact, Notice, Owed, SealedText, Where, plain
from .policy import NotifyPolicy
from .staff_notices import ON_DUTIES


def notices_of(event: Event, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """The messages that an event calls for; none where nobody is to be told."""
    return _NOTICES[type(event)](event, policy)


def _moved(event: PromiseExtended | PromiseRecomputed, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """CAL-6, SLA-X: the customer hears of an extension, and of another move if it is notable."""
    if event.kind not in policy.moved_told_for or (
        isinstance(event, PromiseRecomputed) and not event.notable
    ):
        return ()
    facts = {"was": event.was_due_at, "due": event.due_at}
    return (Notice(MessageKind.DUE_MOVED, Role.CUSTOMER, f"{event.promise_id} {event.due_at}", facts),)


def _resumed(event: PromisesResumed, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """PAU-5: who is to be told that a pause ended of itself."""
    facts = {"reason": event.reason}
    return tuple(Notice(MessageKind.PAUSE_ENDED, role, str(event.pause_id), facts) for role in event.told)


def _owner_changed(event: OwnerChanged, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-9: the customer hears who answers now, and why it is somebody else."""
    told_of = f"{event.owner_id} {event.changed_at}"
    return (Notice(MessageKind.OWNER_CHANGED, Role.CUSTOMER, told_of, {"reason": event.reason}),)


def _failed(event: TransferFailed, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-8: the owner still has to hand over what nobody was there to take."""
    if event.why != "NOT_DELIVERED":
        return ()
    return (Notice(MessageKind.TRANSFER_FAILED, Role.OWNER, str(event.transfer_id)),)


def _rejected(event: ComplaintRejected, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-22: the reason, and until when the customer may appeal."""
    facts: dict[str, Fact] = {"reason": event.reason, "due": event.appeal_until}
    return (Notice(MessageKind.REJECTED, Role.CUSTOMER, str(event.rejected_at), facts),)


def _appealed(event: ComplaintAppealed, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-22: the customer hears who decides and until when; who decides hears it too."""
    facts: dict[str, Fact] = {"decider": event.decider_name, "due": event.decide_by}
    told_of = f"round {event.round} {event.appealed_at}"
    where = Where(event.decider_channel, event.decider_reply_to)
    return (
        Notice(MessageKind.APPEAL_NOTED, Role.CUSTOMER, told_of, facts),
        Notice(MessageKind.APPEAL_TO_DECIDE, Role.DECIDER, told_of, {"due": event.decide_by}, where),
    )


def _passed_on(event: AppealOverdue, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-22: who decides now, and until when; where nobody else is left, who let the time pass hears it once more."""
    told_of = f"round {event.round} after {event.from_id} {event.overdue_at}"
    where = Where(event.decider_channel, event.decider_reply_to)
    due: dict[str, Fact] = {"due": event.decide_by or event.was_due_at}
    to_decide = Notice(MessageKind.APPEAL_TO_DECIDE, Role.DECIDER, told_of, due, where)
    if event.decide_by is None:
        return (to_decide,)
    facts: dict[str, Fact] = {"decider": event.decider_name, "due": event.decide_by}
    return Notice(MessageKind.APPEAL_NOTED, Role.CUSTOMER, told_of, facts), to_decide


def _approved(event: RemedyApproved, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """REM-7: what the customer is owed, and until when it is there."""
    facts: dict[str, Fact] = {"remedy": Owed(event.kind, event.amount), "due": event.pay_by}
    return (Notice(MessageKind.REMEDY_APPROVED, Role.CUSTOMER, str(event.remedy_id), facts),)


def _unpaid(event: RemedyOverdue, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """REM-7: the owner and who granted it hear that it was not paid in time."""
    facts: dict[str, Fact] = {"remedy": Owed(event.kind, event.amount), "due": event.pay_by}
    where, told_of = Where(event.approver_channel, event.approver_reply_to), str(event.remedy_id)
    to_owner = Notice(MessageKind.REMEDY_UNPAID, Role.OWNER, told_of, facts)
    if event.approver_id == event.owner_id:
        return (to_owner,)
    return to_owner, Notice(MessageKind.REMEDY_UNPAID, Role.APPROVER, told_of, facts, where)


def _paid(event: RemedyPaid, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """What was owed in money was paid; a remedy without an amount is seen when it is there."""
    if not event.amount:
        return ()
    facts: dict[str, Fact] = {"remedy": Owed(None, event.amount)}
    return (Notice(MessageKind.REMEDY_PAID, Role.CUSTOMER, str(event.remedy_id), facts),)


def _answered(event: AnswerReleased, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-13: what was written goes to the customer in the owner's name."""
    facts: dict[str, Fact] = {"answer": SealedText(event.text)}
    return (Notice(MessageKind.ANSWER, Role.CUSTOMER, str(event.answer_id), facts),)


def _superior(event: PromisesMade, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """Section 5: who asks for a superior hears until when they answer; the team lead hears that it is they."""
    return tuple(
        Notice(kind, role, str(promise.promise_id), {"due": promise.due_at})
        for promise in event.promises
        if promise.kind is PromiseKind.SUPERIOR
        for kind, role in (
            (MessageKind.SUPERIOR_PROMISED, Role.CUSTOMER),
            (MessageKind.SUPERIOR_CALLED, Role.TEAM_LEAD),
        )
    )


_NOTICES: Mapping[type[Event], Decide] = {
    PromiseExtended: _moved,
    PromiseRecomputed: _moved,
    PromisesResumed: _resumed,
    PromisesMade: _superior,
    OwnerChanged: _owner_changed,
    TransferRequested: plain(  # FC-8
        MessageKind.TRANSFER, Role.HANDLER, "transfer_id", where="to", reason="reason", due="answer_by"
    ),
    TransferDisputed: plain(  # FC-10
        MessageKind.TRANSFER_DISPUTED, Role.COORDINATOR, "transfer_id", where="coordinator", due="decide_by"
    ),
    TransferFailed: _failed,
    HandlerChased: plain(MessageKind.CHASED, Role.HANDLER, "chase_id", where="handler"),  # FC-18
    ContactPassedOn: plain(MessageKind.CONTACT_PASSED_ON, Role.OWNER, "contact_id", where="to"),  # FC-20
    SuperiorInformed: plain(  # FC-15
        MessageKind.NOBODY_RESPONSIBLE, Role.SUPERIOR, "informed_at", where="superior"
    ),
    TaskAsked: plain(MessageKind.TASK_ASKED, Role.MANAGER, "task_id", where="manager", due="due_at"),  # FC-16
    TaskRefused: plain(MessageKind.TASK_REFUSED, Role.MANAGER, "refused_at", where="manager"),
    TaskOverdue: plain(MessageKind.TASK_OVERDUE, Role.MANAGER, "task_id", where="manager", due="due_at"),
    AnswerHeld: plain(MessageKind.ANSWER_HELD, Role.OWNER, "answer_id", where="owner", due="release_at"),
    AnswerReleased: _answered,
    ComplaintRejected: _rejected,
    ComplaintAppealed: _appealed,
    AppealOverdue: _passed_on,
    RemedyApproved: _approved,
    RemedyOverdue: _unpaid,
    RemedyPaid: _paid,
    ComplaintJoinedIncident: plain(MessageKind.INCIDENT, Role.CUSTOMER, "incident_id"),  # REP-8
    **ON_CARE,
    **ON_DUTIES,
    **ON_ENDINGS,
}
EVENTS = tuple(_NOTICES)
"""The events that call for such messages."""
