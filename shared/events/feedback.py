"""What feedback tells: a customer was asked whether it was put right, and what the answer or the silence was."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant, Sealed
from .vocabulary import Channel


class _FeedbackEvent(Event):
    publisher: ClassVar[str] = "feedback"

    complaint_id: UUID
    question_id: UUID
    round: int


class SatisfactionAsked(_FeedbackEvent):
    """A question is open for the customer; `answer_path` is the path of the answer page, sealed for notify."""

    asked_at: Instant
    answer_by: Instant
    answer_path: Sealed


class SatisfactionAnswered(_FeedbackEvent):
    """The customer answered. Scores are 1 (worst) to 5.

    satisfied: solved and score at least the policy's threshold (OF-2); dissatisfied: mean at most the policy's
    floor (FU-7). Between the two the complaint closes, but nothing is offered.
    """

    solved: bool
    score: int
    impression: int | None
    satisfied: bool
    dissatisfied: bool
    channel: Channel
    answered_at: Instant
    policy_version: str


class SatisfactionUnanswered(_FeedbackEvent):
    """Nobody answered in time after a notice that said so (FU-8)."""

    ended_at: Instant
