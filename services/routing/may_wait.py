"""Decides whether a complaint may wait, for what, on which evidence, and until when at most."""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.events.vocabulary import PauseReason

from .policy import WaitPolicy


class Evidence(StrEnum):
    """What shows that we have to wait for the customer (PAU-2)."""

    MESSAGE_SENT = "MESSAGE_SENT"
    CALLS_FAILED = "CALLS_FAILED"
    AGREED = "AGREED"


class WaitObjection(StrEnum):
    """Why it may not wait."""

    NO_EVIDENCE = "NO_EVIDENCE"
    TOO_FEW_CALLS = "TOO_FEW_CALLS"
    NO_TIME_AGREED = "NO_TIME_AGREED"
    TIME_HAS_PASSED = "TIME_HAS_PASSED"


def wait_objection(
    reason: PauseReason,
    evidence: Evidence | None,
    failed_calls: int,
    until: datetime | None,
    *,
    now: datetime,
    policy: WaitPolicy,
) -> WaitObjection | None:
    """PAU-2: waiting for the customer needs a message that was sent, or two failed calls; an appointment its time."""
    if until is not None and until <= now:
        return WaitObjection.TIME_HAS_PASSED
    if reason is PauseReason.CUSTOMER_APPOINTMENT:
        return None if until is not None else WaitObjection.NO_TIME_AGREED
    if reason is not PauseReason.WAIT_CUSTOMER or evidence is Evidence.MESSAGE_SENT:
        return None
    if evidence is Evidence.CALLS_FAILED:
        return None if failed_calls >= policy.failed_calls else WaitObjection.TOO_FEW_CALLS
    return WaitObjection.NO_EVIDENCE


def resumes_at(reason: PauseReason, until: datetime | None, now: datetime, policy: WaitPolicy) -> datetime:
    """PAU-5: a single wait ends after 72 hours at the latest; an appointment at its time, whenever that is."""
    longest = now + timedelta(seconds=policy.longest)
    if reason is PauseReason.CUSTOMER_APPOINTMENT and until is not None:
        return until
    return min(until, longest) if until else longest
