"""Decides the status that a customer sees, from the status before and what happened."""

from enum import StrEnum


class Status(StrEnum):
    """How far a complaint is, in the order of one that is put right at once; REOPENED leads back."""

    RECEIVED = "RECEIVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    PROPOSED = "PROPOSED"
    REOPENED = "REOPENED"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


_NEW = frozenset({Status.RECEIVED, Status.ACKNOWLEDGED})
_WAITING = _NEW | {Status.ASSIGNED, Status.REOPENED}
_OPEN = _WAITING | {Status.IN_PROGRESS, Status.PROPOSED}

_MOVES: dict[str, tuple[frozenset[Status], Status]] = {
    "receipt_told": (frozenset({Status.RECEIVED}), Status.ACKNOWLEDGED),
    "owner_named": (_NEW, Status.ASSIGNED),
    "handler_assigned": (_NEW, Status.ASSIGNED),
    "step_taken": (_WAITING, Status.IN_PROGRESS),
    "solution_proposed": (_WAITING | {Status.IN_PROGRESS}, Status.PROPOSED),
    "complaint_resolved": (_OPEN, Status.RESOLVED),
    "complaint_reopened": (frozenset(Status), Status.REOPENED),
    "complaint_closed": (frozenset(Status), Status.CLOSED),
}
"""What happened → the statuses that it changes, and into which."""


def next_status(status: Status, happened: str) -> Status:
    """The status after `happened`; unchanged where that is old news or says nothing of the status.

    Only routing leads a complaint back, so what other services tell may come at any time between its events.
    """
    changes, into = _MOVES.get(happened, (frozenset(), status))
    return into if status in changes else status
