"""Decides how often an owner should have chased an idle handler, and what missing it weighs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from shared.events.vocabulary import EscalationLevel, Severity

from .directory import Member
from .policy import ChasePolicy

_HARM = (EscalationLevel.L1, EscalationLevel.L2)
_GRAVE = (EscalationLevel.L3, EscalationLevel.L4)


def interval(severity: Severity, policy: ChasePolicy) -> timedelta:
    """FC-18: after how long an idle handler is to be chased."""
    return timedelta(seconds=policy.every_s1 if severity is Severity.S1 else policy.every)


def may_chase(by: Member, owner_id: str, answering: str, working: str | None, policy: ChasePolicy) -> bool:
    """FC-18: the owner chases. FC-2: so does anybody of the department that answers for it, if another one works on it."""
    return by.id == owner_id or (policy.by_department and by.department == answering != working)


def missed_chases(since: datetime, signs: Iterable[datetime], until: datetime, every: timedelta) -> int:
    """FC-18: how many chases are missing from `since`, when the handler got it, to `until`.

    Each interval without a sign is one. A sign is a chase of the owner, or something that the handler did.
    """
    moments = [since, *sorted(sign for sign in signs if since < sign < until), max(until, since)]
    return sum((later - earlier) // every for earlier, later in pairwise(moments))


def points(missed: int, escalation: EscalationLevel | None, policy: ChasePolicy) -> int:
    """FC-19, for a report only: nothing if nothing is missing; else by the harm, as far up as the complaint came."""
    if missed == 0:
        return 0
    if escalation in _GRAVE:
        return policy.points_grave
    return policy.points_harm if escalation in _HARM else policy.points_no_harm
