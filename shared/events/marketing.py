"""What marketing tells: one fitting offer may be presented, or none and why."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant
from .vocabulary import WithholdReason


class _OfferEvent(Event):
    publisher: ClassVar[str] = "marketing"

    complaint_id: UUID
    customer_id: UUID
    decided_at: Instant
    policy_version: str


class OfferProposed(_OfferEvent):
    """One offer passed every gate; an adviser may present it (CAP-1)."""

    offer_id: UUID
    template: str
    family: str
    fit: float


class OfferWithheld(_OfferEvent):
    """The customer is left in peace; every gate that did not hold is named."""

    reasons: tuple[WithholdReason, ...]
