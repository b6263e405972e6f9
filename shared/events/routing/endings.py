"""What routing tells of how a complaint ends, is opened again, and is appealed."""

from shared.events.base import Instant, Sealed
from shared.events.vocabulary import Channel, ClosingGround, RejectionReason, ReopenReason

from .subject import _RoutingEvent


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


class AppealOverdue(_RoutingEvent):
    """Nobody decided an appeal in time: the next senior person decides instead, until then (FC-22).

    from_id: who let the time pass. decide_by is None where nobody is left above them: then it stays with them, and is
    told to them once more.
    """

    round: int
    from_id: str
    was_due_at: Instant
    decider_id: str
    decider_name: str
    decide_by: Instant | None
    overdue_at: Instant
    decider_channel: Channel | None
    decider_reply_to: Sealed | None
