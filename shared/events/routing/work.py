"""What routing tells of how far the work on a complaint is, and whether it waits."""

from uuid import UUID

from shared.events.base import Instant
from shared.events.vocabulary import HandlingStep, PauseReason, Urgency

from .subject import _RoutingEvent


class StepsTaken(_RoutingEvent):
    """Some of the six steps were done with the customer, in this order; the first of all is the first human contact.

    Steps of a proposal or a resolution are told with it.
    """

    steps: tuple[HandlingStep, ...]
    by: str
    taken_at: Instant


class SolutionProposed(_RoutingEvent):
    """The customer was told what will be done; `round` counts resolutions, 1 for the first.

    steps: those of the six that were taken on this occasion and told nowhere else.
    """

    round: int
    by: str
    proposed_at: Instant
    steps: tuple[HandlingStep, ...] = ()


class ComplaintResolved(_RoutingEvent):
    """The owner or handler says it is put right; the customer has not said so yet.

    steps: those of the six that were taken on this occasion and told nowhere else.
    """

    round: int
    by: str
    resolved_at: Instant
    steps: tuple[HandlingStep, ...] = ()


class ComplaintPaused(_RoutingEvent):
    """The complaint waits (PAU-1); evidence: what shows it, as PAU-2 asks where the customer is waited for."""

    pause_id: UUID
    reason: PauseReason
    evidence: str | None
    by: str
    paused_at: Instant
    resumes_at: Instant


class ComplaintResumed(_RoutingEvent):
    """Work goes on; because: STAFF, CUSTOMER, TIME, RESOLVED or ENDED."""

    pause_id: UUID
    reason: PauseReason
    because: str
    paused_at: Instant
    resumed_at: Instant


class UrgencyChanged(_RoutingEvent):
    """Staff, or a rule, set how urgent a complaint is; by: who, or RULE, and then which one of which version.

    next_news_at: when its customer hears how far it is, None if not urgent.
    """

    urgency: Urgency
    by: str
    changed_at: Instant
    next_news_at: Instant | None
    rule: str | None = None
    rules_version: int | None = None


class ProgressTold(_RoutingEvent):
    """The customer of an urgent complaint is to hear how far it is, in the owner's name, and when they hear next.

    state: that of routing (docs/ownership.md); steps: those of the six that were taken in this round.
    """

    urgency: Urgency
    state: str
    owner_id: str
    owner_name: str
    steps: tuple[HandlingStep, ...]
    told_at: Instant
    next_at: Instant
