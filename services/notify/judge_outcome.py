"""Decides what becomes of a message after a hand-over: sent, failed, unknown, skipped, or tried again."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.events.vocabulary import SkipReason

from .policy import RetryPolicy


class Fate(StrEnum):
    """What a hand-over came to.

    TAKEN: the provider has it. REFUSED: it will never take it. NOT_TAKEN: it provably does not have it and
    may take it later. UNCLEAR: it may or may not have it. UNREADABLE: the address could not be opened.
    RELEASED: it was not handed over at all.
    """

    TAKEN = "TAKEN"
    REFUSED = "REFUSED"
    NOT_TAKEN = "NOT_TAKEN"
    UNCLEAR = "UNCLEAR"
    UNREADABLE = "UNREADABLE"
    RELEASED = "RELEASED"


class Outcome(NamedTuple):
    """What a hand-over came to; `detail` is the provider's id of a message taken, else a short code."""

    fate: Fate
    detail: str


class State(StrEnum):
    """Where an intent stands. Once it is SENT, UNKNOWN, SKIPPED or FAILED it stays so."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


class Verdict(NamedTuple):
    """The intent's next state, the reason, and when to try again if it is PENDING."""

    state: State
    reason: str | None = None
    not_before: datetime | None = None


_FINAL: Mapping[Fate, Callable[[str], Verdict]] = {
    Fate.TAKEN: lambda _provider_id: Verdict(State.SENT),
    Fate.REFUSED: lambda code: Verdict(State.FAILED, code),
    Fate.UNCLEAR: lambda code: Verdict(State.UNKNOWN, code),
    Fate.UNREADABLE: lambda _code: Verdict(State.SKIPPED, SkipReason.ADDRESS_UNREADABLE),
}


def judge_outcome(
    outcome: Outcome, intent_id: UUID, attempts: int, now: datetime, policy: RetryPolicy, *, overtaken: bool
) -> Verdict:
    """What becomes of the message after its `attempts`-th hand-over.

    Only what the provider provably does not have is tried again; an unclear hand-over never is.
    """
    if outcome.fate in _FINAL:
        return _FINAL[outcome.fate](outcome.detail)
    if overtaken:
        return Verdict(State.SKIPPED, SkipReason.OVERTAKEN)
    if outcome.fate is Fate.RELEASED:
        return Verdict(State.PENDING, outcome.detail, now)
    if attempts >= policy.attempts:
        return Verdict(State.FAILED, outcome.detail)
    return Verdict(State.PENDING, outcome.detail, now + when_to_retry(intent_id, attempts, policy))


def when_to_retry(intent_id: UUID, attempts: int, policy: RetryPolicy) -> timedelta:
    """How long to wait after the `attempts`-th hand-over: doubled each time up to the longest.

    Each message waits between half and all of it, by its id, so that they do not come back all at once.
    """
    full = min(policy.longest, policy.first_after * 2.0 ** min(attempts - 1, 60))
    return timedelta(seconds=full * (0.5 + (intent_id.int % 1024) / 2048))
