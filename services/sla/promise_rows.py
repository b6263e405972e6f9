"""The shapes in which promises are loaded and saved; the fields are columns of the tables."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.events.vocabulary import EscalationLevel, Grade, PromiseKind, Severity

from .conditions import Facts
from .count_time import Counting
from .settle import PromiseState
from .working_time import Paused

TO_EVERYBODY = (PromiseKind.ACKNOWLEDGE, PromiseKind.CONTACT, PromiseKind.UPDATE, PromiseKind.SOLVE)
"""What is promised for every complaint; CLOSE is promised to some, and a regulator's clock is laid when it is needed."""


class PromisedComplaint(NamedTuple):
    """What the targets of a complaint depend on, and what it is about; older ones lack the latter."""

    complaint_id: UUID
    severity: Severity
    severity_rule: str
    grade: Grade
    repeat_index: int
    received_at: datetime
    receipt_number: str | None = None
    channel: str | None = None
    case_type: str | None = None
    category: str | None = None
    department: str | None = None
    area: str | None = None
    is_fault: bool | None = None
    kind: str = "COMPLAINT"
    customer_id: UUID | None = None
    policy_name: str = "default"
    policy_version: str = ""
    targets: dict[str, float] | None = None
    contract: str | None = None
    protection: str | None = None


def facts_of(complaint: PromisedComplaint) -> Facts:
    """What its targets depend on."""
    return Facts(
        complaint.severity,
        complaint.severity_rule,
        complaint.grade,
        complaint.repeat_index,
        complaint.channel,
        complaint.kind,
        complaint.case_type,
        complaint.category,
        complaint.department,
        complaint.area,
        complaint.is_fault,
        complaint.contract,
        complaint.protection,
    )


class NewPromise(NamedTuple):
    """A promise as it is made: open, and waiting for its first rung."""

    promise_id: UUID
    complaint_id: UUID
    kind: PromiseKind
    round: int
    starts_at: datetime
    due_at: datetime
    target_seconds: float
    severity: Severity
    cell: str
    factor: float
    factor_rule: str | None
    next_rung: EscalationLevel
    calendar: str | None = None
    calendar_version: int | None = None
    begins_at: datetime | None = None
    provisional: bool = False
    counted_by: dict[str, Any] | None = None
    repeat_index: int = 1
    policy_name: str = "default"
    clock: str = ""


class LivePromise(NamedTuple):
    """What is needed of a promise that is neither kept nor withdrawn."""

    promise_id: UUID
    complaint_id: UUID
    kind: PromiseKind
    severity: Severity
    starts_at: datetime
    due_at: datetime
    state: PromiseState
    next_rung: EscalationLevel | None
    broken_at: datetime | None
    calendar: str | None = None
    calendar_version: int | None = None
    begins_at: datetime | None = None
    provisional: bool = False
    counting: Counting | None = None
    paused_since: datetime | None = None
    pauses: tuple[Paused, ...] = ()
    target_seconds: float = 0.0
    cell: str = ""
    repeat_index: int = 1


class Moved(NamedTuple):
    """A promise that was counted again in a newer version of its calendar; watched_at: its timer's time, if it has one."""

    promise_id: UUID
    due_at: datetime
    watched_at: datetime | None


class MovedOtherwise(NamedTuple):
    """What else has changed of a promise that was counted again, as seldom happens."""

    promise_id: UUID
    target_seconds: float
    begins_at: datetime | None
    provisional: bool


class Reached(NamedTuple):
    """A rung that a promise reaches now; `due_at` is the rung's own time."""

    promise_id: UUID
    level: EscalationLevel
    due_at: datetime
    told_late: bool = False


class Climbed(NamedTuple):
    """How a promise stands after rungs were reached."""

    promise_id: UUID
    state: PromiseState
    next_rung: EscalationLevel | None
    broken_at: datetime | None


class Settled(NamedTuple):
    """The end of a promise, now; `kept_at` and `late` are None if it was withdrawn."""

    promise_id: UUID
    state: PromiseState
    broken_at: datetime | None
    kept_at: datetime | None
    late: bool | None
