"""Decides when a customer is asked whether it was put right, and until when an answer is waited for."""

from datetime import datetime, timedelta
from typing import NamedTuple

from .policy import QuestionPolicy


class AskingTimes(NamedTuple):
    """When to ask, and when silence counts."""

    ask_at: datetime
    answer_by: datetime


def when_to_ask(resolved_at: datetime, policy: QuestionPolicy) -> AskingTimes:
    """FU-2: ask some time after the resolution. FU-8: silence counts from a fixed time after the resolution.

    The customer always has the whole time between the two, whenever the policy asks.
    """
    ask_at = resolved_at + timedelta(seconds=policy.ask_after)
    return AskingTimes(ask_at, max(ask_at, resolved_at + timedelta(seconds=policy.answer_within)))
