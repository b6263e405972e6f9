"""What routing tells of hand-overs of the work."""

from uuid import UUID

from shared.events.base import Instant, Sealed
from shared.events.vocabulary import Channel, TransferReason

from .subject import _RoutingEvent


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
