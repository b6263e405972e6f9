"""What routing tells of who answers for a complaint, who works on it, and what reaches them."""

from uuid import UUID

from shared.events.base import Instant, Sealed
from shared.events.vocabulary import AnswerField, Channel, OwnerChangeReason, TransferReason

from .subject import _RoutingEvent


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
    manager: who leads the handler's department; coordinator: who settles hand-overs; where they are reached is sealed
    for notify.
    """

    handler_id: str
    handler_name: str
    department: str
    reason: TransferReason | None
    assigned_at: Instant
    answer_field: AnswerField | None = None
    answer_by: Instant | None = None
    manager_id: str | None = None
    manager_channel: Channel | None = None
    manager_reply_to: Sealed | None = None
    coordinator_id: str | None = None
    coordinator_channel: Channel | None = None
    coordinator_reply_to: Sealed | None = None


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
