"""Decides whether what is given as the end of a complaint is a reason at all."""

from enum import StrEnum
from uuid import UUID

from .policy import WorkPolicy


class ResolutionReason(StrEnum):
    """What became of the complaint. That it is not our business is none of them (FC-12)."""

    PUT_RIGHT = "PUT_RIGHT"
    COMPENSATED = "COMPENSATED"
    EXPLAINED = "EXPLAINED"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    WITHDRAWN = "WITHDRAWN"


def no_reason_in(text: str | None, reason: ResolutionReason | None, policy: WorkPolicy) -> str | None:
    """FC-12: the words in `text` that end no complaint; None if there are none, or a reason is given."""
    if text is None or reason is not None:
        return None
    said = " ".join(text.lower().split())
    return next((words for words in policy.no_reason_by_themselves if words.lower() in said), None)


def lacks_repeat_reason(repeat_of: UUID | None, reason: str | None, policy: WorkPolicy) -> bool:
    """REP-6: a repeat is not resolved before somebody has said why it came again."""
    return policy.repeat_reason_needed and repeat_of is not None and reason is None
