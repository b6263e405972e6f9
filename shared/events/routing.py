"""What routing tells: who answers for a complaint, who works on it, and how far it is."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant, Sealed
from .vocabulary import (
    AnswerField,
    Channel,
    ClosingGround,
    HandlingStep,
    OwnerChangeReason,
    PauseReason,
    RejectionReason,
    RemedyKind,
    ReopenReason,
    TransferReason,
    Urgency,
)


class _RoutingEvent(Event):
    publisher: ClassVar[str] = "routing"

    complaint_id: UUID


class OwnerNamed(_RoutingEvent):
    """One person answers for the complaint to the end (FC-1); `rule` says by which rule it is this one.

    owner_reply_to, lead_reply_to: where the owner and the team lead are reached, sealed for notify.
    answer_field, answer_by: how far from the owner the answer has to be found, and until when (FC-14); what the customer
    was promised wins where it is sooner.
    """

    owner_id: str
    owner_name: str
    department: str
    rule: str
    owned_at: Instant
    lead_id: str
    lead_name: str
    staff_channel: Channel
    owner_reply_to: Sealed | None
    lead_reply_to: Sealed | None
    policy_version: str
    answer_field: AnswerField | None = None
    answer_by: Instant | None = None


class OwnerChanged(_RoutingEvent):
    """Somebody else answers for the complaint from now on; the customer is told who and why (FC-9)."""

    from_id: str
    owner_id: str
    owner_name: str
    department: str
    reason: OwnerChangeReason
    by: str
    changed_at: Instant
    lead_id: str
    lead_name: str
    staff_channel: Channel
    owner_reply_to: Sealed | None
    lead_reply_to: Sealed | None
    policy_version: str


class HandlerAssigned(_RoutingEvent):
    """Somebody works on the complaint; the owner stays who it was (FC-6).

    answer_field, answer_by: until when they answer inside the house (FC-14), never after the customer's promise.
    """

    handler_id: str
    handler_name: str
    department: str
    reason: TransferReason | None
    assigned_at: Instant
    answer_field: AnswerField | None = None
    answer_by: Instant | None = None


class StepsTaken(_RoutingEvent):
    """Some of the six steps were done with the customer, in this order; the first of all is the first human contact."""

    steps: tuple[HandlingStep, ...]
    by: str
    taken_at: Instant


class SolutionProposed(_RoutingEvent):
    """The customer was told what will be done; `round` counts resolutions, 1 for the first."""

    round: int
    by: str
    proposed_at: Instant


class ComplaintResolved(_RoutingEvent):
    """The owner or handler says it is put right; the customer has not said so yet."""

    round: int
    by: str
    resolved_at: Instant


class ComplaintReopened(_RoutingEvent):
    """The customer said it was not put right: same complaint, same owner, next round (FU-7)."""

    round: int
    reason: ReopenReason
    reopened_at: Instant


class ComplaintClosed(_RoutingEvent):
    """The complaint ended, on the customer's word or on silence after a notice (FC-21, FU-8).

    appeal_until: how long the customer may appeal against it; None: not at all (FC-22).
    """

    round: int
    ground: ClosingGround
    closed_at: Instant
    appeal_until: Instant | None = None


class _TransferEvent(_RoutingEvent):
    transfer_id: UUID


class TransferRequested(_TransferEvent):
    """Somebody is asked to work on the complaint; until they accept, who worked on it goes on (FC-6 to FC-8).

    hop: 1 for the first hand-over; promised_at: until when the customer was promised something, as the receiver is
    told; to_reply_to: where the receiver is reached on to_channel, sealed for notify.
    """

    hop: int
    from_id: str
    to_id: str
    to_name: str
    department: str
    reason: TransferReason
    by: str
    promised_at: Instant | None
    requested_at: Instant
    answer_by: Instant
    to_channel: Channel
    to_reply_to: Sealed | None


class TransferAccepted(_TransferEvent):
    """The receiver took the work on, or was there and said nothing in time (FC-8)."""

    to_id: str
    silently: bool
    accepted_at: Instant


class TransferFailed(_TransferEvent):
    """The receiver was not there (NOT_DELIVERED): the owner still has to hand it over; or it ended meanwhile."""

    to_id: str
    owner_id: str
    why: str
    failed_at: Instant


class TransferDisputed(_TransferEvent):
    """The receiver says it is not theirs, and keeps it until the coordinator decides (FC-10)."""

    by: str
    coordinator_id: str
    decide_by: Instant
    disputed_at: Instant
    coordinator_channel: Channel
    coordinator_reply_to: Sealed | None


class TransferDecided(_TransferEvent):
    """Who works on it after a dispute; `by` is None where the coordinator let the time pass and it stays (FC-10)."""

    handler_id: str
    by: str | None
    decided_at: Instant


class HandlerChased(_RoutingEvent):
    """The owner asks an idle handler to go on (FC-18); reached on handler_channel, sealed for notify."""

    chase_id: UUID
    handler_id: str
    by: str
    chased_at: Instant
    handler_channel: Channel | None
    handler_reply_to: Sealed | None


class ContactPassedOn(_RoutingEvent):
    """A later contact was passed on to the owner, or to who stands in while the owner is away (FC-20).

    taken_by: who took the call, if anybody did; to_reply_to: where that person is reached, sealed for notify.
    """

    contact_id: UUID
    channel: Channel
    taken_by: str | None
    to_id: str
    to_name: str
    owner_id: str
    stands_in: bool
    passed_at: Instant
    to_channel: Channel
    to_reply_to: Sealed | None


class SuperiorInformed(_RoutingEvent):
    """No department is responsible, and the superior hears of it; `by` is None if the owner said nothing in time (FC-15)."""

    owner_id: str
    superior_id: str
    superior_name: str
    by: str | None
    late: bool
    informed_at: Instant
    superior_channel: Channel
    superior_reply_to: Sealed | None


class _TaskEvent(_RoutingEvent):
    task_id: UUID


class TaskAsked(_TaskEvent):
    """A department is asked for its part, to be delivered until then (FC-16); who manages it is told.

    lead_department: the one that leads the case while others assist it (FC-11).
    """

    department: str
    lead_department: str
    by: str
    asked_at: Instant
    due_at: Instant
    manager_id: str
    manager_channel: Channel
    manager_reply_to: Sealed | None


class TaskDone(_TaskEvent):
    """The department delivered its part; `late` if after the time."""

    department: str
    by: str
    done_at: Instant
    late: bool


class TaskRefused(_TaskEvent):
    """The department refused; who manages it has to see that something workable is delivered (FC-16)."""

    department: str
    by: str
    refused_at: Instant
    manager_id: str
    manager_channel: Channel
    manager_reply_to: Sealed | None


class TaskOverdue(_TaskEvent):
    """The department has not delivered in time; its manager is told."""

    department: str
    due_at: Instant
    overdue_at: Instant
    manager_id: str
    manager_channel: Channel
    manager_reply_to: Sealed | None


class TaskReleased(_TaskEvent):
    """Nobody waits for it any more; `by` is None where the complaint ended."""

    department: str | None
    by: str | None
    released_at: Instant


class LeadDepartmentNamed(_RoutingEvent):
    """A coordinator said which of several departments leads the case (FC-11)."""

    department: str
    by: str
    named_at: Instant


class _AnswerEvent(_RoutingEvent):
    answer_id: UUID


class AnswerHeld(_AnswerEvent):
    """A handler wrote to the customer; it goes out at the owner's word, or at `release_at` (FC-13)."""

    owner_id: str
    by: str
    held_at: Instant
    release_at: Instant
    owner_channel: Channel | None
    owner_reply_to: Sealed | None


class AnswerReleased(_AnswerEvent):
    """The text, sealed for notify, goes to the customer in the owner's name; `by` is None if the time had come."""

    owner_id: str
    owner_name: str
    written_by: str
    by: str | None
    text: Sealed
    released_at: Instant


class AnswerReturned(_AnswerEvent):
    """The owner does not let it go out; who wrote it is to change it."""

    written_by: str
    by: str
    returned_at: Instant


class ComplaintPaused(_RoutingEvent):
    """The complaint waits (PAU-1); evidence: what shows it, as PAU-2 asks where the customer is waited for."""

    pause_id: UUID
    reason: PauseReason
    evidence: str | None
    by: str
    paused_at: Instant
    resumes_at: Instant


class ComplaintResumed(_RoutingEvent):
    """Work goes on; because: STAFF, CUSTOMER, TIME, RESOLVED or ENDED."""

    pause_id: UUID
    reason: PauseReason
    because: str
    paused_at: Instant
    resumed_at: Instant


class ComplaintRejected(_RoutingEvent):
    """The complaint ended as not justified; the customer is told why and may appeal until then (FC-22)."""

    reason: RejectionReason
    by: str
    rejected_at: Instant
    appeal_until: Instant


class ComplaintCancelled(_RoutingEvent):
    """The customer wants it no more."""

    by: str
    cancelled_at: Instant


class ComplaintAppealed(_RoutingEvent):
    """The customer does not accept the end; it is open until the decider has decided (FC-22)."""

    round: int
    decider_id: str
    decider_name: str
    decide_by: Instant
    appealed_at: Instant
    decider_channel: Channel
    decider_reply_to: Sealed | None


class AppealDecided(_RoutingEvent):
    """An appeal was decided; ComplaintReopened or ComplaintClosed follows."""

    upheld: bool
    by: str
    decided_at: Instant


class _RemedyEvent(_RoutingEvent):
    remedy_id: UUID


class RemedyProposed(_RemedyEvent):
    """Something is owed to the customer; because: the rules that ask for signatures. Amounts in the smallest unit."""

    kind: RemedyKind
    amount: int
    by: str
    rank_needed: int
    signatures_needed: int
    because: tuple[str, ...]
    proposed_at: Instant


class RemedyApproved(_RemedyEvent):
    """It is granted, by these people together, and to be paid until then (REM-7). It is owed, and no offer (REM-10)."""

    kind: RemedyKind
    amount: int
    by: tuple[str, ...]
    approved_at: Instant
    pay_by: Instant


class RemedyRefused(_RemedyEvent):
    """Somebody high enough said no."""

    by: str
    refused_at: Instant


class RemedyPaid(_RemedyEvent):
    """It was paid; `late` if after the time."""

    amount: int
    paid_at: Instant
    late: bool


class _ChargeEvent(_RoutingEvent):
    charge_id: UUID


class ChargeFrozen(_ChargeEvent):
    """A charge is disputed: it is not collected, and nobody is cut off for it, until it is released (REM-9)."""

    customer_id: UUID | None
    reference: str
    amount: int
    frozen_at: Instant


class ChargeReleased(_ChargeEvent):
    """The case has ended, and the charge is due again as far as it was not remitted; because: the state it ended in."""

    customer_id: UUID | None
    reference: str
    because: str
    released_at: Instant


class UrgencyChanged(_RoutingEvent):
    """Staff set how urgent a complaint is; next_news_at: when its customer hears how far it is, None if not urgent."""

    urgency: Urgency
    by: str
    changed_at: Instant
    next_news_at: Instant | None


class ProgressTold(_RoutingEvent):
    """The customer of an urgent complaint is to hear how far it is, in the owner's name, and when they hear next.

    state: that of routing (docs/ownership.md); steps: those of the six that were taken in this round.
    """

    urgency: Urgency
    state: str
    owner_id: str
    owner_name: str
    steps: tuple[HandlingStep, ...]
    told_at: Instant
    next_at: Instant
