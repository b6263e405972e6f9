"""Decides the status that a customer sees, from the status before and what happened."""

from enum import StrEnum


class Status(StrEnum):
    """How far a complaint is, in the order of one that is put right at once; REOPENED leads back.

    Other ends are REJECTED and CANCELLED; APPEALED holds it open until somebody senior has decided (FC-22).
    """

    RECEIVED = "RECEIVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    PROPOSED = "PROPOSED"
    REOPENED = "REOPENED"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    APPEALED = "APPEALED"
    CLOSED = "CLOSED"


_NEW = (Status.RECEIVED, Status.ACKNOWLEDGED)
_WAITING = (*_NEW, Status.ASSIGNED, Status.REOPENED)
_WORKED_ON = (*_WAITING, Status.IN_PROGRESS)
_OPEN = (*_WORKED_ON, Status.PROPOSED)
_DONE = (*_OPEN, Status.RESOLVED, Status.REJECTED)
ENDED = (Status.CLOSED, Status.REJECTED, Status.CANCELLED)
"""Nothing is promised any more, and no contact opens it again; only an appeal does, or the customer's answer."""

NEXT_STATUS: dict[str, dict[Status, Status]] = {
    "receipt_told": {Status.RECEIVED: Status.ACKNOWLEDGED},
    "owner_named": dict.fromkeys(_NEW, Status.ASSIGNED),
    "handler_assigned": dict.fromkeys(_NEW, Status.ASSIGNED),
    "steps_taken": dict.fromkeys(_WAITING, Status.IN_PROGRESS),
    "solution_proposed": dict.fromkeys(_WORKED_ON, Status.PROPOSED),
    "complaint_resolved": dict.fromkeys(_OPEN, Status.RESOLVED),
    "complaint_reopened": dict.fromkeys(Status, Status.REOPENED),
    "complaint_rejected": dict.fromkeys(_OPEN, Status.REJECTED),
    "complaint_cancelled": dict.fromkeys(_OPEN, Status.CANCELLED),
    "complaint_appealed": dict.fromkeys((*_DONE, Status.CLOSED), Status.APPEALED),
    "complaint_closed": dict.fromkeys(Status, Status.CLOSED),
}
"""What happened → the status before → the status after; a status that is not there stays, for it was old news.

Only routing leads a complaint back, so what other services tell may come at any time between its events.
"""
