"""Decides whether the work may be handed over, how long the receiver has to answer, and what silence means."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import Severity, TransferReason

from .open_hours import after_open_time
from .policy import HoursPolicy, TransferPolicy


class Objection(StrEnum):
    """Why it may not be handed over now."""

    OPEN_ALREADY = "OPEN_ALREADY"
    OWN_FIELD = "OWN_FIELD"
    NEEDS_COORDINATOR = "NEEDS_COORDINATOR"
    ACCUSED = "ACCUSED"
    HANDLES_IT = "HANDLES_IT"
    NOT_ASKED = "NOT_ASKED"
    NOT_OPEN = "NOT_OPEN"
    NOT_DISPUTED = "NOT_DISPUTED"


class Status(StrEnum):
    """How far a hand-over is; REQUESTED and DISPUTED are open. TAKEN_OVER: nobody asked, a colleague was absent."""

    REQUESTED = "REQUESTED"
    ACCEPTED = "ACCEPTED"
    ACCEPTED_SILENTLY = "ACCEPTED_SILENTLY"
    NOT_DELIVERED = "NOT_DELIVERED"
    DISPUTED = "DISPUTED"
    DECIDED = "DECIDED"
    KEPT = "KEPT"
    WITHDRAWN = "WITHDRAWN"
    TAKEN_OVER = "TAKEN_OVER"


class Asked(NamedTuple):
    """A hand-over as it is asked for. hops: hand-overs so far; own_field: whoever works on it serves such cases."""

    reason: TransferReason
    hops: int
    own_field: bool
    open_already: bool
    by_coordinator: bool
    back_to_owner: bool
    to_accused: bool


def objection(asked: Asked, policy: TransferPolicy) -> Objection | None:
    """Why the work may not be handed over; None if it may.

    FC-5: what lies in one's own field is solved on the spot, not handed on as NOT_COMPETENT. FC-10: while one is
    open nobody passes the case on. FC-21: the accused never
    work on it. FC-11: after so many hops the coordinator decides; back to the owner is none.
    """
    if asked.open_already:
        return Objection.OPEN_ALREADY
    if asked.to_accused and policy.accused_never_handles:
        return Objection.ACCUSED
    if asked.by_coordinator or asked.back_to_owner:
        return None
    if asked.reason is TransferReason.NOT_COMPETENT and asked.own_field and policy.own_field_on_the_spot:
        return Objection.OWN_FIELD
    return Objection.NEEDS_COORDINATOR if asked.hops >= policy.max_hops else None


def is_a_reason(reason: TransferReason, policy: TransferPolicy) -> bool:
    """FC-6: the work goes to somebody else for listed reasons only, whoever asks, and where it goes by itself."""
    return reason in policy.reasons


def missing_from_packet(given: Collection[str], policy: TransferPolicy) -> list[str]:
    """FC-7: what the packet must say and does not."""
    return [name for name in policy.packet if name not in given]


def answer_by(severity: Severity, now: datetime, policy: TransferPolicy) -> datetime:
    """FC-8: until when the receiver may accept or dispute."""
    seconds = policy.answer_within_s1 if severity is Severity.S1 else policy.answer_within
    return now + timedelta(seconds=seconds)


def after_silence(*, at_work: bool, closed: bool) -> Status:
    """FC-8: who was there and said nothing has accepted; to who was not there nothing was delivered."""
    if closed:
        return Status.WITHDRAWN
    return Status.ACCEPTED_SILENTLY if at_work else Status.NOT_DELIVERED


def decide_by(now: datetime, policy: TransferPolicy, hours: HoursPolicy) -> datetime:
    """FC-10: until when the coordinator decides a dispute; then whoever has it keeps it."""
    return after_open_time(now, policy.decide_within, hours)
