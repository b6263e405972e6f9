"""Decides which messages have lost their sense by what has happened to the complaint since."""

from enum import StrEnum

from shared.events.vocabulary import MessageKind

_LOSE_SENSE = {
    "OPEN": frozenset({MessageKind.RESOLVED, MessageKind.QUESTION}),
    "RESOLVED": frozenset({MessageKind.OWNER_NAMED, MessageKind.LATE, MessageKind.ESCALATION}),
    "CLOSED": frozenset(MessageKind) - {MessageKind.RECEIPT},
}


class Stage(StrEnum):
    """How far a complaint is, as far as messages care."""

    OPEN = "OPEN"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


def overtaken_kinds(stage: Stage) -> frozenset[MessageKind]:
    """The messages that say nothing of use at this stage. A receipt is owed to the end."""
    return _LOSE_SENSE[stage]


def is_overtaken(kind: MessageKind, said_in: int, stage: Stage, present: int) -> bool:
    """True if a message of round `said_in` is of no use now that the complaint is at `stage` of
    round `present`.

    A resolution that was rejected is not told, nor asked about, after the next one.
    """
    about_resolution = kind in {MessageKind.RESOLVED, MessageKind.QUESTION}
    return kind in overtaken_kinds(stage) or (about_resolution and said_in != present)
