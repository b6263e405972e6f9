"""What sla tells: what was promised until when, what is at risk, kept or broken, and who is told."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant
from .vocabulary import EscalationLevel, PromiseKind, Role


class _SlaEvent(Event):
    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    promise_id: UUID
    kind: PromiseKind


class PromiseMade(_SlaEvent):
    """Something is due at `due_at`; `cell` names the matrix cell, `round` the resolution round it belongs to."""

    round: int
    starts_at: Instant
    due_at: Instant
    target_seconds: float
    cell: str
    policy_version: str


class PromiseAtRisk(_SlaEvent):
    """A share of the time is used and the promise is not kept yet (W1, W2)."""

    level: EscalationLevel
    due_at: Instant
    warned_at: Instant


class PromiseKept(_SlaEvent):
    """What was promised was done; `late` if after its due time."""

    due_at: Instant
    kept_at: Instant
    late: bool


class PromiseBroken(_SlaEvent):
    """The due time passed and the promise was not kept."""

    due_at: Instant
    broken_at: Instant


class EscalationReached(_SlaEvent):
    """A rung of the ladder was reached; `told` are the roles to be told of it."""

    level: EscalationLevel
    told: tuple[Role, ...]
    due_at: Instant
    reached_at: Instant
