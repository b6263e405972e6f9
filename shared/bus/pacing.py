"""Decides how long a loop rests after a batch: larger batches cost less per event, and a busy machine needs them.

A loop that never rests makes batches of one, whose fixed cost is many times that of the event in it; a dozen such
loops fill a machine long before the work does, and then everybody waits for everybody.
"""

from enum import Enum

LONGEST_REST = 0.3


class Pace(Enum):
    """How many times as long as it worked a loop rests."""

    PROMPT = 0.25
    """Somebody waits for it: that a complaint has an owner."""
    FULL = 1.0
    """Somebody waits for it, but so many do that all are served sooner if more of them go together."""
    CALM = 20.0
    """Nobody counts the milliseconds: the history, a message, a deadline hours away."""


MANY = 16
"""A batch of so many says that they come faster than one by one could be served."""


def prompt_pace(batch: int) -> Pace:
    """The pace of a loop that somebody waits for, after a batch of so many."""
    return Pace.PROMPT if batch < MANY else Pace.FULL


def rest_after(work: float, pace: Pace) -> float:
    """Seconds to rest after a batch that took `work` seconds. On an idle machine that is a few milliseconds."""
    return min(work * pace.value, LONGEST_REST)
