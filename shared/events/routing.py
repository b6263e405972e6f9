"""What routing tells: who answers for a complaint, who works on it, and how far it is."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant, Sealed
from .vocabulary import Channel, ClosingGround, HandlingStep, ReopenReason, TransferReason


class _RoutingEvent(Event):
    publisher: ClassVar[str] = "routing"

    complaint_id: UUID


class OwnerNamed(_RoutingEvent):
    """One person answers for the complaint to the end (FC-1); `rule` says by which rule it is this one.

    owner_reply_to, lead_reply_to: where the owner and the team lead are reached, sealed for notify.
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


class HandlerAssigned(_RoutingEvent):
    """Somebody works on the complaint; the owner stays who it was (FC-6)."""

    handler_id: str
    handler_name: str
    department: str
    reason: TransferReason | None
    assigned_at: Instant


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
    """The complaint ended, on the customer's word or on silence after a notice (FC-21, FU-8)."""

    round: int
    ground: ClosingGround
    closed_at: Instant
