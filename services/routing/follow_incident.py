"""Decides which complaints of an incident follow its resolution."""

from typing import NamedTuple

from .next_state import Action, NotPossibleError, State, next_state


class Child(NamedTuple):
    """A complaint that joined an incident. open_tasks: parts that other departments still owe."""

    state: State
    open_tasks: int


def follows(child: Child) -> bool:
    """REP-8: an open complaint is resolved with its incident, unless another department still owes its part of it."""
    try:
        next_state(child.state, Action.FOLLOW_INCIDENT)
    except NotPossibleError:
        return False
    return child.open_tasks == 0
