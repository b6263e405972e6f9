"""What routing tells of what is owed, and charges that are disputed."""

from uuid import UUID

from shared.events.base import Instant, Sealed
from shared.events.vocabulary import Channel, RemedyKind

from .subject import _RoutingEvent


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


class RemedyOverdue(_RemedyEvent):
    """It was to be paid until `pay_by`, and nobody noted that it was (REM-7); told once. approver: who granted it, or who
    leads the owner where that was the owner, or nobody; reached on approver_channel, sealed for notify.
    """

    kind: RemedyKind
    amount: int
    pay_by: Instant
    overdue_at: Instant
    owner_id: str
    approver_id: str
    approver_channel: Channel
    approver_reply_to: Sealed | None


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
