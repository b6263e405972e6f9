"""Counts the calls in vain that show that we wait for the customer (PAU-2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.events.vocabulary import PauseReason

from .policy import PausePolicy


class Call(NamedTuple):
    """A call to the customer; reached: a person answered."""

    called_at: datetime
    reached: bool


def calls_in_vain(calls: Sequence[Call], last_pause: datetime | None) -> list[Call]:
    """Those that may be evidence, the oldest first: since we last talked, and since the last pause began.

    What showed one wait shows no second one.
    """
    talked = max((call.called_at for call in calls if call.reached), default=None)
    since = max((moment for moment in (talked, last_pause) if moment is not None), default=None)
    return sorted(call for call in calls if not call.reached and (since is None or call.called_at > since))


def evidence_of(reason: PauseReason, in_vain: Sequence[Call], policy: PausePolicy) -> str | None:
    """PAU-2: what the telephone system heard, as evidence, where the reason needs some and there were enough calls."""
    if reason not in policy.needs_evidence or len(in_vain) < policy.failed_calls:
        return None
    times = ", ".join(f"{call.called_at:%Y-%m-%dT%H:%M:%SZ}" for call in in_vain[-policy.failed_calls :])
    return f"CALLS_FAILED {times}"
