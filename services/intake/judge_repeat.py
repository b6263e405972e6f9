"""Decides whether a contact says again what the customer said before, and what follows for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.events.vocabulary import Severity

from .case_type import CaseType
from .policy import RepeatPolicy


class Earlier(NamedTuple):
    """A recent complaint of the customer.

    resolved_at: None while it is open; final: closed, so that nothing opens it again; similarity: of its text to
    the new one, 0 to 1; broken_promises: how many to this customer were not kept.
    """

    complaint_id: UUID
    repeat_index: int
    resolved_at: datetime | None
    final: bool
    case_type: CaseType
    category: str | None
    severity: Severity
    similarity: float
    broken_promises: int


class Matter(NamedTuple):
    """What the new contact is about. stands_alone: it may not go under in another complaint, whatever it says."""

    case_type: CaseType
    category: str | None
    severity: Severity
    stands_alone: bool


class Repeat(NamedTuple):
    """What a contact repeats, and how many times it was said now; 1 is the first time.

    rule: by which it is no complaint of its own, or one that names an earlier one; None for a first complaint.
    attach_to: the complaint it belongs to, else it becomes one. reopens: that one was resolved.
    """

    repeat_of: UUID | None
    repeat_index: int
    rule: str | None = None
    attach_to: UUID | None = None
    reopens: bool = False
    broken_promises: int = 0


FIRST = Repeat(None, 1)


def judge_repeat(before: Sequence[Earlier], matter: Matter, now: datetime, policy: RepeatPolicy) -> Repeat:
    """REP-0: first REP-1, then REP-4, then REP-3; `before` has the newest complaint first.

    REP-1: the same matter while it is open is a contact of the open complaint. REP-4: the same cause soon after
    the resolution opens that complaint again. REP-3: the same cause later is a new complaint that names it. What
    is worse than the open complaint, or stands alone, becomes a complaint of its own that names it.
    """
    for earlier in before:
        if earlier.resolved_at is None and _same_matter(earlier, matter, policy):
            if matter.stands_alone or matter.severity < earlier.severity:
                return _names(earlier, "REP-3")
            return _belongs_to(earlier, "REP-1", reopens=False)
    resolved = [e for e in before if e.resolved_at is not None and _same_cause(e, matter, policy)]
    for earlier in resolved:
        reopens = not earlier.final and not matter.stands_alone
        if reopens and _within(earlier, now, policy.reopen_within):
            return _belongs_to(earlier, "REP-4", reopens=True)
    return next((_names(e, "REP-3") for e in resolved if _within(e, now, policy.within)), FIRST)


def _same_matter(earlier: Earlier, matter: Matter, policy: RepeatPolicy) -> bool:
    same_category = earlier.category is not None and earlier.category == matter.category
    return same_category or earlier.similarity >= policy.similarity


def _same_cause(earlier: Earlier, matter: Matter, policy: RepeatPolicy) -> bool:
    known = matter.case_type is not CaseType.COMPLAINT
    return (known and earlier.case_type == matter.case_type) or _same_matter(earlier, matter, policy)


def _within(earlier: Earlier, now: datetime, seconds: float) -> bool:
    return earlier.resolved_at is not None and now <= earlier.resolved_at + timedelta(seconds=seconds)


def _names(earlier: Earlier, rule: str) -> Repeat:
    index = earlier.repeat_index + 1
    return Repeat(earlier.complaint_id, index, rule, broken_promises=earlier.broken_promises)


def _belongs_to(earlier: Earlier, rule: str, *, reopens: bool) -> Repeat:
    return Repeat(None, earlier.repeat_index + reopens, rule, earlier.complaint_id, reopens)
