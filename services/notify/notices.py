"""Decides who is told what of an event beside the ordinary journey: a moved time, another owner, work, an appeal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from shared.events import Event
from shared.events.intake import ComplaintJoinedIncident
from shared.events.routing import (
    AnswerHeld,
    AnswerReleased,
    ComplaintAppealed,
    ComplaintRejected,
    ContactPassedOn,
    HandlerChased,
    OwnerChanged,
    RemedyApproved,
    RemedyPaid,
    SuperiorInformed,
    TaskAsked,
    TaskOverdue,
    TaskRefused,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
)
from shared.events.sla import PromiseExtended, PromiseRecomputed, PromisesResumed
from shared.events.vocabulary import Channel, MessageKind, RemedyKind, Role

from .policy import NotifyPolicy


class Owed(NamedTuple):
    """What a customer gets, in the smallest unit of money; no kind where it was said before."""

    kind: RemedyKind | None
    amount: int


class SealedText(NamedTuple):
    """A text that only notify can open."""

    sealed: str


class Where(NamedTuple):
    """Where somebody is reached, if an event says so itself; the address is sealed."""

    channel: Channel | None
    reply_to: str | None


Fact: TypeAlias = str | datetime | StrEnum | Owed | SealedText


class Notice(NamedTuple):
    """One message: to whom, told of what, once; `facts` are still to be said in the reader's language."""

    kind: MessageKind
    role: Role
    told_of: str
    facts: Mapping[str, Fact] = {}
    where: Where | None = None


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


def _approved(event: RemedyApproved, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """REM-7: what the customer is owed, and until when it is there."""
    facts: dict[str, Fact] = {"remedy": Owed(event.kind, event.amount), "due": event.pay_by}
    return (Notice(MessageKind.REMEDY_APPROVED, Role.CUSTOMER, str(event.remedy_id), facts),)


def _paid(event: RemedyPaid, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """What was owed in money was paid; a remedy without an amount is seen when it is there."""
    if not event.amount:
        return ()
    facts: dict[str, Fact] = {"remedy": Owed(None, event.amount)}
    return (Notice(MessageKind.REMEDY_PAID, Role.CUSTOMER, str(event.remedy_id), facts),)


def _plain(
    kind: MessageKind, role: Role, of: str, *, where: str | None = None, **facts: str
) -> Callable[[Any, NotifyPolicy], tuple[Notice, ...]]:
    """One message with facts from the event's fields of these names; `where`: whose channel and address it names."""

    def notices(event: Any, _policy: NotifyPolicy) -> tuple[Notice, ...]:
        values = {name: getattr(event, field) for name, field in facts.items()}
        to = where and Where(getattr(event, f"{where}_channel"), getattr(event, f"{where}_reply_to"))
        return (Notice(kind, role, str(getattr(event, of)), values, to or None),)

    return notices


def _answered(event: AnswerReleased, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-13: what was written goes to the customer in the owner's name."""
    facts: dict[str, Fact] = {"answer": SealedText(event.text)}
    return (Notice(MessageKind.ANSWER, Role.CUSTOMER, str(event.answer_id), facts),)


_NOTICES: Mapping[type[Event], Callable[[Any, NotifyPolicy], tuple[Notice, ...]]] = {
    PromiseExtended: _moved,
    PromiseRecomputed: _moved,
    PromisesResumed: _resumed,
    OwnerChanged: _owner_changed,
    TransferRequested: _plain(  # FC-8
        MessageKind.TRANSFER, Role.HANDLER, "transfer_id", where="to", reason="reason", due="answer_by"
    ),
    TransferDisputed: _plain(  # FC-10
        MessageKind.TRANSFER_DISPUTED, Role.COORDINATOR, "transfer_id", where="coordinator", due="decide_by"
    ),
    TransferFailed: _failed,
    HandlerChased: _plain(MessageKind.CHASED, Role.HANDLER, "chase_id", where="handler"),  # FC-18
    ContactPassedOn: _plain(MessageKind.CONTACT_PASSED_ON, Role.OWNER, "contact_id", where="to"),  # FC-20
    SuperiorInformed: _plain(  # FC-15
        MessageKind.NOBODY_RESPONSIBLE, Role.SUPERIOR, "informed_at", where="superior"
    ),
    TaskAsked: _plain(
        MessageKind.TASK_ASKED, Role.MANAGER, "task_id", where="manager", due="due_at"
    ),  # FC-16
    TaskRefused: _plain(MessageKind.TASK_REFUSED, Role.MANAGER, "refused_at", where="manager"),
    TaskOverdue: _plain(MessageKind.TASK_OVERDUE, Role.MANAGER, "task_id", where="manager", due="due_at"),
    AnswerHeld: _plain(MessageKind.ANSWER_HELD, Role.OWNER, "answer_id", where="owner", due="release_at"),
    AnswerReleased: _answered,
    ComplaintRejected: _rejected,
    ComplaintAppealed: _appealed,
    RemedyApproved: _approved,
    RemedyPaid: _paid,
    ComplaintJoinedIncident: _plain(MessageKind.INCIDENT, Role.CUSTOMER, "incident_id"),  # REP-8
}
EVENTS = tuple(_NOTICES)
"""The events that call for such messages."""
