"""Decides what may be done with a complaint in which state, and which state follows: one table."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """How far a complaint is; it begins ASSIGNED, for it always has an owner."""

    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    PENDING = "PENDING"
    PROPOSED = "PROPOSED"
    RESOLVED = "RESOLVED"
    FOLLOWED_UP = "FOLLOWED_UP"
    REOPENED = "REOPENED"
    APPEALED = "APPEALED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What staff do; and what the customer's word, silence or wish does: REOPEN, CLOSE, CANCEL, APPEAL (FC-21)."""

    TAKE_STEP = "TAKE_STEP"
    FOLLOW_UP = "FOLLOW_UP"
    PROPOSE = "PROPOSE"
    RESOLVE = "RESOLVE"
    WAIT = "WAIT"
    RESUME = "RESUME"
    RESUME_PROPOSED = "RESUME_PROPOSED"
    HAND_OVER = "HAND_OVER"
    CHANGE_OWNER = "CHANGE_OWNER"
    REMEDY = "REMEDY"
    ANSWER = "ANSWER"
    ASK = "ASK"
    REJECT = "REJECT"
    CANCEL = "CANCEL"
    APPEAL = "APPEAL"
    UPHOLD = "UPHOLD"
    DENY = "DENY"
    FOLLOW_INCIDENT = "FOLLOW_INCIDENT"
    REOPEN = "REOPEN"
    CLOSE = "CLOSE"


_S, _A = State, Action

NEXT: Mapping[tuple[State, Action], State] = {
    # being worked on
    (_S.ASSIGNED, _A.TAKE_STEP): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.TAKE_STEP): _S.IN_PROGRESS,
    (_S.PROPOSED, _A.TAKE_STEP): _S.PROPOSED,
    (_S.REOPENED, _A.TAKE_STEP): _S.IN_PROGRESS,
    (_S.ASSIGNED, _A.PROPOSE): _S.PROPOSED,
    (_S.IN_PROGRESS, _A.PROPOSE): _S.PROPOSED,
    (_S.PROPOSED, _A.PROPOSE): _S.PROPOSED,
    (_S.REOPENED, _A.PROPOSE): _S.PROPOSED,
    (_S.PROPOSED, _A.RESOLVE): _S.RESOLVED,
    # many are put right at once: they follow the resolution of the incident they joined
    (_S.ASSIGNED, _A.FOLLOW_INCIDENT): _S.RESOLVED,
    (_S.IN_PROGRESS, _A.FOLLOW_INCIDENT): _S.RESOLVED,
    (_S.PENDING, _A.FOLLOW_INCIDENT): _S.RESOLVED,
    (_S.PROPOSED, _A.FOLLOW_INCIDENT): _S.RESOLVED,
    (_S.REOPENED, _A.FOLLOW_INCIDENT): _S.RESOLVED,
    # waiting
    (_S.ASSIGNED, _A.WAIT): _S.PENDING,
    (_S.IN_PROGRESS, _A.WAIT): _S.PENDING,
    (_S.PROPOSED, _A.WAIT): _S.PENDING,
    (_S.REOPENED, _A.WAIT): _S.PENDING,
    (_S.PENDING, _A.RESUME): _S.IN_PROGRESS,
    (_S.PENDING, _A.RESUME_PROPOSED): _S.PROPOSED,
    # the customer has the word
    (_S.RESOLVED, _A.TAKE_STEP): _S.RESOLVED,
    (_S.RESOLVED, _A.FOLLOW_UP): _S.FOLLOWED_UP,
    (_S.FOLLOWED_UP, _A.TAKE_STEP): _S.FOLLOWED_UP,
    (_S.RESOLVED, _A.REOPEN): _S.REOPENED,
    (_S.FOLLOWED_UP, _A.REOPEN): _S.REOPENED,
    (_S.RESOLVED, _A.CLOSE): _S.CLOSED,
    (_S.FOLLOWED_UP, _A.CLOSE): _S.CLOSED,
    # other ends, each with a right to appeal or at the customer's wish
    (_S.ASSIGNED, _A.REJECT): _S.REJECTED,
    (_S.IN_PROGRESS, _A.REJECT): _S.REJECTED,
    (_S.PENDING, _A.REJECT): _S.REJECTED,
    (_S.PROPOSED, _A.REJECT): _S.REJECTED,
    (_S.REOPENED, _A.REJECT): _S.REJECTED,
    (_S.ASSIGNED, _A.CANCEL): _S.CANCELLED,
    (_S.IN_PROGRESS, _A.CANCEL): _S.CANCELLED,
    (_S.PENDING, _A.CANCEL): _S.CANCELLED,
    (_S.PROPOSED, _A.CANCEL): _S.CANCELLED,
    (_S.REOPENED, _A.CANCEL): _S.CANCELLED,
    # an appeal holds it open until it is decided
    (_S.RESOLVED, _A.APPEAL): _S.APPEALED,
    (_S.FOLLOWED_UP, _A.APPEAL): _S.APPEALED,
    (_S.REJECTED, _A.APPEAL): _S.APPEALED,
    (_S.CLOSED, _A.APPEAL): _S.APPEALED,
    (_S.APPEALED, _A.UPHOLD): _S.REOPENED,
    (_S.APPEALED, _A.DENY): _S.CLOSED,
    # who works on it and who answers for it may change while it is open
    (_S.ASSIGNED, _A.HAND_OVER): _S.ASSIGNED,
    (_S.IN_PROGRESS, _A.HAND_OVER): _S.IN_PROGRESS,
    (_S.PENDING, _A.HAND_OVER): _S.PENDING,
    (_S.PROPOSED, _A.HAND_OVER): _S.PROPOSED,
    (_S.RESOLVED, _A.HAND_OVER): _S.RESOLVED,
    (_S.FOLLOWED_UP, _A.HAND_OVER): _S.FOLLOWED_UP,
    (_S.REOPENED, _A.HAND_OVER): _S.REOPENED,
    (_S.ASSIGNED, _A.CHANGE_OWNER): _S.ASSIGNED,
    (_S.IN_PROGRESS, _A.CHANGE_OWNER): _S.IN_PROGRESS,
    (_S.PENDING, _A.CHANGE_OWNER): _S.PENDING,
    (_S.PROPOSED, _A.CHANGE_OWNER): _S.PROPOSED,
    (_S.RESOLVED, _A.CHANGE_OWNER): _S.RESOLVED,
    (_S.FOLLOWED_UP, _A.CHANGE_OWNER): _S.FOLLOWED_UP,
    (_S.REOPENED, _A.CHANGE_OWNER): _S.REOPENED,
    (_S.APPEALED, _A.CHANGE_OWNER): _S.APPEALED,
    # what is owed can be proposed until it has ended
    (_S.ASSIGNED, _A.REMEDY): _S.ASSIGNED,
    (_S.IN_PROGRESS, _A.REMEDY): _S.IN_PROGRESS,
    (_S.PENDING, _A.REMEDY): _S.PENDING,
    (_S.PROPOSED, _A.REMEDY): _S.PROPOSED,
    (_S.RESOLVED, _A.REMEDY): _S.RESOLVED,
    (_S.FOLLOWED_UP, _A.REMEDY): _S.FOLLOWED_UP,
    (_S.REOPENED, _A.REMEDY): _S.REOPENED,
    (_S.APPEALED, _A.REMEDY): _S.APPEALED,
    # the customer can be written to until it has ended
    (_S.ASSIGNED, _A.ANSWER): _S.ASSIGNED,
    (_S.IN_PROGRESS, _A.ANSWER): _S.IN_PROGRESS,
    (_S.PENDING, _A.ANSWER): _S.PENDING,
    (_S.PROPOSED, _A.ANSWER): _S.PROPOSED,
    (_S.RESOLVED, _A.ANSWER): _S.RESOLVED,
    (_S.FOLLOWED_UP, _A.ANSWER): _S.FOLLOWED_UP,
    (_S.REOPENED, _A.ANSWER): _S.REOPENED,
    (_S.APPEALED, _A.ANSWER): _S.APPEALED,
    # other departments are asked for their part until it is resolved, and while an appeal is looked into
    (_S.ASSIGNED, _A.ASK): _S.ASSIGNED,
    (_S.IN_PROGRESS, _A.ASK): _S.IN_PROGRESS,
    (_S.PENDING, _A.ASK): _S.PENDING,
    (_S.PROPOSED, _A.ASK): _S.PROPOSED,
    (_S.REOPENED, _A.ASK): _S.REOPENED,
    (_S.APPEALED, _A.ASK): _S.APPEALED,
}
"""Everything that is possible; what is not here is refused."""

TMF621: Mapping[State, str] = {
    _S.ASSIGNED: "acknowledged",
    _S.IN_PROGRESS: "inProgress",
    _S.PENDING: "pending",
    _S.PROPOSED: "inProgress",
    _S.RESOLVED: "resolved",
    _S.FOLLOWED_UP: "resolved",
    _S.REOPENED: "inProgress",
    _S.APPEALED: "held",
    _S.REJECTED: "rejected",
    _S.CANCELLED: "cancelled",
    _S.CLOSED: "closed",
}
"""What each state is called in the TM Forum's trouble ticket API."""

ENDED = (State.REJECTED, State.CANCELLED, State.CLOSED)
"""Nobody works on it; what was rejected or closed can be appealed for a while."""


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
