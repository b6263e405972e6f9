"""Decides whether a charge that the customer disputes is left alone, and for how long."""

from enum import StrEnum

from .next_state import ENDED, State
from .policy import RemedyPolicy


class ChargeState(StrEnum):
    """NOTED only, where this installation freezes nothing; FROZEN: not collected, nobody is cut off for it."""

    NOTED = "NOTED"
    FROZEN = "FROZEN"
    RELEASED = "RELEASED"


def charge_state(state: State, policy: RemedyPolicy) -> ChargeState:
    """REM-9: a disputed charge is frozen while the case is open, and again while it is appealed."""
    if not policy.freeze_disputed_charge:
        return ChargeState.NOTED
    return ChargeState.RELEASED if state in ENDED else ChargeState.FROZEN
