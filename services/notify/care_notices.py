"""Which news an urgent complaint's customer is told: that it is urgent, how far it is, and when they hear next."""

from collections.abc import Mapping
from typing import Any

from shared.events import Event
from shared.events.routing import ProgressTold, UrgencyChanged
from shared.events.vocabulary import MessageKind, Role

from .notice import Decide, Fact, Notice
from .policy import NotifyPolicy
from .progress import progress_of


def _urgency(event: UrgencyChanged, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """The customer hears when they hear next, or that no more news comes before there is something to tell."""
    told_of, facts = f"{event.urgency} {event.changed_at}", dict[str, Fact]()
    if event.next_news_at is None:
        return (Notice(MessageKind.NOT_URGENT, Role.CUSTOMER, told_of),)
    facts["due"] = event.next_news_at
    return (Notice(MessageKind.URGENT, Role.CUSTOMER, told_of, facts),)


def _progress(event: ProgressTold, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """How far it is, in the owner's name."""
    facts: dict[str, Fact] = {"progress": progress_of(event.state, event.steps), "due": event.next_at}
    return (Notice(MessageKind.PROGRESS, Role.CUSTOMER, str(event.told_at), facts),)


ON_CARE: Mapping[type[Event], Decide] = {UrgencyChanged: _urgency, ProgressTold: _progress}
REPLACED: Mapping[type[Any], frozenset[MessageKind]] = {
    UrgencyChanged: frozenset({MessageKind.URGENT, MessageKind.NOT_URGENT, MessageKind.PROGRESS}),
    ProgressTold: frozenset({MessageKind.URGENT, MessageKind.PROGRESS}),
}
"""What still waits of these says nothing any more beside newer news."""
