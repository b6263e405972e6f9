"""What routing tells of parts that other departments deliver."""

from uuid import UUID

from shared.events.base import Instant, Sealed
from shared.events.vocabulary import Channel

from .subject import _RoutingEvent


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
