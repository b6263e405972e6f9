"""Decides whether a customer may ask for the answer of a superior on the tracking page now."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from .next_status import ENDED, Status
from .policy import RepeatPolicy, SuperiorPolicy


class Asking(StrEnum):
    """OPEN: it may be asked for now; AGAIN: that also says that the solution is none, and opens the complaint again."""

    OPEN = "OPEN"
    AGAIN = "AGAIN"
    ASKED = "ASKED"
    TOO_EARLY = "TOO_EARLY"
    ENDED = "ENDED"

    @property
    def is_allowed(self) -> bool:
        """Whether the button is shown."""
        return self in {Asking.OPEN, Asking.AGAIN}


class AskingState(NamedTuple):
    """How a complaint stands. contact_due_at: of the first contact, None where none was promised.

    promised: whether sla has promised anything at all; asked_at: when a superior was asked for, on whatever way.
    """

    status: Status
    resolved_at: datetime | None
    round: int
    promised: bool
    contact_due_at: datetime | None
    asked_at: datetime | None


def may_ask_superior(
    state: AskingState, now: datetime, policy: SuperiorPolicy, repeat: RepeatPolicy
) -> Asking:
    """Section 5: once per complaint, after the first contact is due or after a solution was rejected.

    Who asks soon after the resolution rejects it with that (REP-4). An appeal is with somebody senior already.
    """
    if state.asked_at is not None:
        return Asking.ASKED
    if state.status in ENDED or state.status is Status.APPEALED:
        return Asking.ENDED
    if state.resolved_at is not None:
        soon = now <= state.resolved_at + timedelta(seconds=repeat.reopen_within)
        return Asking.AGAIN if soon else Asking.ENDED
    if state.round >= policy.from_round:
        return Asking.OPEN
    due = state.contact_due_at
    return Asking.OPEN if state.promised and (due is None or due <= now) else Asking.TOO_EARLY
