"""Decides which messages have lost their sense by what has happened to the complaint since."""

from enum import StrEnum

from shared.events.vocabulary import MessageKind

_OF_WORK = frozenset(
    {
        MessageKind.OWNER_NAMED,
        MessageKind.LATE,
        MessageKind.ESCALATION,
        MessageKind.DUE_MOVED,
        MessageKind.PAUSE_ENDED,
        MessageKind.TRANSFER,
        MessageKind.TRANSFER_DISPUTED,
        MessageKind.TRANSFER_FAILED,
        MessageKind.CHASED,
        MessageKind.NOBODY_RESPONSIBLE,
        MessageKind.TASK_ASKED,
        MessageKind.TASK_REFUSED,
        MessageKind.TASK_OVERDUE,
        MessageKind.URGENT,
        MessageKind.NOT_URGENT,
        MessageKind.PROGRESS,
        MessageKind.WARNING,
        MessageKind.UNROUTABLE,
        MessageKind.INTERNAL_OVERDUE,
        MessageKind.INCIDENT,
        MessageKind.NO_INCIDENT,
        MessageKind.OUTAGE_DUTIES,
        MessageKind.OUTAGE_OVERDUE,
    }
)
_OWED_TO_THE_END = frozenset(
    {
        MessageKind.RECEIPT,
        MessageKind.ANSWER,
        MessageKind.REJECTED,
        MessageKind.APPEAL_NOTED,
        MessageKind.APPEAL_TO_DECIDE,
        MessageKind.REMEDY_APPROVED,
        MessageKind.REMEDY_PAID,
        MessageKind.SUGGESTION_DECIDED,
        MessageKind.APPEAL_DECIDED,
        MessageKind.CLOSED,
        MessageKind.FREEZE_ASKED,
        MessageKind.FREEZE_OVERDUE,
        MessageKind.EARLIER_COMPLAINTS,
        MessageKind.REMEDY_UNPAID,
    }
)
_LOSE_SENSE = {
    "OPEN": frozenset({MessageKind.RESOLVED, MessageKind.QUESTION, MessageKind.CLOSED}),
    "RESOLVED": _OF_WORK,
    "CLOSED": frozenset(MessageKind) - _OWED_TO_THE_END,
}


class Stage(StrEnum):
    """How far a complaint is, as far as messages care."""

    OPEN = "OPEN"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


def overtaken_kinds(stage: Stage) -> frozenset[MessageKind]:
    """The messages that say nothing of use at this stage. A receipt and what is owed are told to the end."""
    return _LOSE_SENSE[stage]


def is_overtaken(kind: MessageKind, said_in: int, stage: Stage, present: int) -> bool:
    """True if a message of round `said_in` is of no use now that the complaint is at `stage` of
    round `present`.

    A resolution that was rejected is not told, nor asked about, after the next one.
    """
    about_resolution = kind in {MessageKind.RESOLVED, MessageKind.QUESTION}
    return kind in overtaken_kinds(stage) or (about_resolution and said_in != present)
