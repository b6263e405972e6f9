"""Decides what may be done with a complaint in which state, and which state follows: one table."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """How far a complaint is; it begins ASSIGNED, for it always has an owner."""

    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    PROPOSED = "PROPOSED"
    RESOLVED = "RESOLVED"
    REOPENED = "REOPENED"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What staff do, and the last two: what the customer's word or silence does (FC-21)."""

    TAKE_STEP = "TAKE_STEP"
    FOLLOW_UP = "FOLLOW_UP"
    PROPOSE = "PROPOSE"
    RESOLVE = "RESOLVE"
    HAND_OVER = "HAND_OVER"
    CHANGE_OWNER = "CHANGE_OWNER"
    REOPEN = "REOPEN"
    CLOSE = "CLOSE"


NEXT: Mapping[tuple[State, Action], State] = {
    (State.ASSIGNED, Action.TAKE_STEP): State.IN_PROGRESS,
    (State.ASSIGNED, Action.PROPOSE): State.PROPOSED,
    (State.ASSIGNED, Action.HAND_OVER): State.ASSIGNED,
    (State.ASSIGNED, Action.CHANGE_OWNER): State.ASSIGNED,
    (State.IN_PROGRESS, Action.TAKE_STEP): State.IN_PROGRESS,
    (State.IN_PROGRESS, Action.PROPOSE): State.PROPOSED,
    (State.IN_PROGRESS, Action.HAND_OVER): State.IN_PROGRESS,
    (State.IN_PROGRESS, Action.CHANGE_OWNER): State.IN_PROGRESS,
    (State.PROPOSED, Action.TAKE_STEP): State.PROPOSED,
    (State.PROPOSED, Action.PROPOSE): State.PROPOSED,
    (State.PROPOSED, Action.RESOLVE): State.RESOLVED,
    (State.PROPOSED, Action.HAND_OVER): State.PROPOSED,
    (State.PROPOSED, Action.CHANGE_OWNER): State.PROPOSED,
    (State.RESOLVED, Action.TAKE_STEP): State.RESOLVED,
    (State.RESOLVED, Action.FOLLOW_UP): State.RESOLVED,
    (State.RESOLVED, Action.HAND_OVER): State.RESOLVED,
    (State.RESOLVED, Action.CHANGE_OWNER): State.RESOLVED,
    (State.RESOLVED, Action.REOPEN): State.REOPENED,
    (State.RESOLVED, Action.CLOSE): State.CLOSED,
    (State.REOPENED, Action.TAKE_STEP): State.IN_PROGRESS,
    (State.REOPENED, Action.PROPOSE): State.PROPOSED,
    (State.REOPENED, Action.HAND_OVER): State.REOPENED,
    (State.REOPENED, Action.CHANGE_OWNER): State.REOPENED,
}
"""Everything that is possible; what is not here is refused."""


class NotPossibleError(Exception):
    """This cannot be done in this state."""

    def __init__(self, state: State, action: Action) -> None:
        super().__init__(f"{action} is not possible while {state}")
        self.state = state
        self.action = action


def next_state(state: State, action: Action) -> State:
    """The state after `action`. Raises NotPossibleError."""
    try:
        return NEXT[state, action]
    except KeyError:
        raise NotPossibleError(state, action) from None
