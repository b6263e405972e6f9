"""Which decisions at a complaint's end the customer is told: a suggestion's outcome, an appeal's, the right to appeal."""

from collections.abc import Mapping

from shared.events import Event
from shared.events.intake import SuggestionDecided
from shared.events.routing import AppealDecided, ComplaintClosed
from shared.events.vocabulary import MessageKind, Role

from .appeal_outcome import AppealOutcome
from .notice import Decide, Fact, Notice
from .policy import NotifyPolicy


def _suggestion(event: SuggestionDecided, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """Its sender always hears what becomes of it."""
    facts = {"outcome": event.outcome}
    return (Notice(MessageKind.SUGGESTION_DECIDED, Role.CUSTOMER, str(event.decided_at), facts),)


def _appeal(event: AppealDecided, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-22: whether the appeal was right."""
    facts = {"outcome": AppealOutcome.UPHELD if event.upheld else AppealOutcome.DENIED}
    return (Notice(MessageKind.APPEAL_DECIDED, Role.CUSTOMER, str(event.decided_at), facts),)


def _closed(event: ComplaintClosed, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FU-8, FC-22: a customer whose silence closed it hears until when they may appeal; others by policy."""
    if event.appeal_until is None or event.ground not in policy.closing_told_on:
        return ()
    facts: dict[str, Fact] = {"ground": event.ground, "due": event.appeal_until}
    return (Notice(MessageKind.CLOSED, Role.CUSTOMER, f"round {event.round}", facts),)


ON_ENDINGS: Mapping[type[Event], Decide] = {
    SuggestionDecided: _suggestion,
    AppealDecided: _appeal,
    ComplaintClosed: _closed,
}
