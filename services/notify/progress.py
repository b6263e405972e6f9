"""Decides in which words a customer is told how far their complaint is; names and ways of the house stay inside."""

from collections.abc import Collection
from enum import StrEnum

from shared.events.vocabulary import HandlingStep


class Progress(StrEnum):
    """How far a complaint is, as a customer sees it."""

    TAKEN_UP = "TAKEN_UP"
    CAUSE_SOUGHT = "CAUSE_SOUGHT"
    BEING_SOLVED = "BEING_SOLVED"
    PROPOSED = "PROPOSED"
    WAITING = "WAITING"
    APPEALED = "APPEALED"


_BY_STATE = {
    "PENDING": Progress.WAITING,
    "PROPOSED": Progress.PROPOSED,
    "APPEALED": Progress.APPEALED,
}
_BY_STEP = (
    (HandlingStep.OWN_AND_PROPOSE, Progress.BEING_SOLVED),
    (HandlingStep.ASK_CAUSE, Progress.CAUSE_SOUGHT),
)


def progress_of(state: str, steps: Collection[HandlingStep]) -> Progress:
    """What the state says goes first; otherwise the furthest of the six steps; a state that is new here says nothing."""
    if state in _BY_STATE:
        return _BY_STATE[state]
    return next((progress for step, progress in _BY_STEP if step in steps), Progress.TAKEN_UP)
