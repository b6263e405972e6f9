"""Decides whether responsibility for a complaint is unclear, and until when the owner says so to the superior."""

from datetime import datetime

from .directory import Directory
from .next_state import State
from .open_hours import after_open_time
from .policy import HoursPolicy, OwnershipPolicy

_SETTLED = frozenset(
    {State.RESOLVED, State.FOLLOWED_UP, State.CLOSED, State.REJECTED, State.CANCELLED, State.APPEALED}
)


def is_unclear(case_type: str, category: str | None, directory: Directory) -> bool:
    """FC-15: no department serves it, though departments say what they serve."""
    return directory.says_who_serves and directory.serving(case_type, category) is None


def report_by(now: datetime, policy: OwnershipPolicy, hours: HoursPolicy) -> datetime:
    """FC-15: until when the owner reports it to the superior; the customer is answered all the same."""
    return after_open_time(now, policy.report_unclear_within, hours)


def still_unclear(state: State, *, owner_handles: bool, reported: bool) -> bool:
    """FC-15: whether the superior has to hear of it without the owner: nobody took it on, and nothing was settled."""
    return owner_handles and not reported and state not in _SETTLED
