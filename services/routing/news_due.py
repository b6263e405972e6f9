"""Decides when the customer of an urgent complaint hears next how far it is, and what urgency weighs in a queue."""

from datetime import datetime, timedelta

from shared.events.vocabulary import Urgency

from .next_state import State
from .policy import UrgencyPolicy

_ENDED = frozenset({State.REJECTED, State.CANCELLED, State.CLOSED})
_TOLD_ALREADY = frozenset({State.RESOLVED, State.FOLLOWED_UP})


def news_due(
    urgency: Urgency, now: datetime, policy: UrgencyPolicy, state: str = State.ASSIGNED
) -> datetime | None:
    """When the next news is due; None where none is: not urgent, or it has ended."""
    every = policy.news_every.get(urgency)
    return now + timedelta(seconds=every) if every and state not in _ENDED else None


def has_news(state: str) -> bool:
    """Whether there is anything to tell; that it is resolved they have heard, and it may be opened again."""
    return state not in _TOLD_ALREADY


def reweighed(priority: float, before: Urgency, after: Urgency, policy: UrgencyPolicy) -> float:
    """The priority score with the points of the new urgency in the place of those of the old one; 0 to 100."""
    return min(max(priority + policy.points[after] - policy.points[before], 0.0), 100.0)
