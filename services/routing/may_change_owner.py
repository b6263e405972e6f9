"""Decides whether somebody else may answer for a complaint from now on: for five reasons, and never lightly."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import OwnerChangeReason

from .open_hours import after_open_time
from .policy import HoursPolicy, OwnershipPolicy


class OwnerObjection(StrEnum):
    """Why the owner stays."""

    STALE = "STALE"
    SAME = "SAME"
    MAY_NOT_OWN = "MAY_NOT_OWN"
    ACCUSED = "ACCUSED"
    STILL_HERE = "STILL_HERE"
    NOT_ABSENT_LONG_ENOUGH = "NOT_ABSENT_LONG_ENOUGH"
    NEEDS_SUPERVISOR = "NEEDS_SUPERVISOR"


class Change(NamedTuple):
    """A change of owner as it is asked for.

    seen: the owner whom the caller takes it to be; listed: whether the owner is in the directory; absences: theirs;
    to_accused: whether the complaint is about the new one; by_supervisor: whether a superior orders it.
    """

    reason: OwnerChangeReason
    owner: str
    seen: str
    to: str
    to_may_own: bool
    to_accused: bool
    listed: bool
    absences: Iterable[tuple[datetime, datetime]]
    by_supervisor: bool


def owner_objection(
    change: Change, now: datetime, policy: OwnershipPolicy, hours: HoursPolicy
) -> OwnerObjection | None:
    """FC-9: why the owner stays; None if somebody else may answer for it.

    LEFT needs an owner who is in no list any more, ABSENT a noted absence of more than a working day, and
    SUPERVISOR_ORDER a superior. CONFLICT and CUSTOMER_WISH go by what is written. FC-21: never the accused.
    """
    return _objection_to_person(change, policy) or _objection_to_reason(change, now, policy, hours)


def _objection_to_person(change: Change, policy: OwnershipPolicy) -> OwnerObjection | None:
    if change.seen != change.owner:
        return OwnerObjection.STALE
    if change.to == change.owner:
        return OwnerObjection.SAME
    if not change.to_may_own:
        return OwnerObjection.MAY_NOT_OWN
    return OwnerObjection.ACCUSED if change.to_accused and policy.accused_never_owns else None


def _objection_to_reason(
    change: Change, now: datetime, policy: OwnershipPolicy, hours: HoursPolicy
) -> OwnerObjection | None:
    match change.reason:
        case OwnerChangeReason.LEFT if change.listed:
            return OwnerObjection.STILL_HERE
        case OwnerChangeReason.ABSENT if not _long_absent(change, now, policy, hours):
            return OwnerObjection.NOT_ABSENT_LONG_ENOUGH
        case OwnerChangeReason.SUPERVISOR_ORDER if not change.by_supervisor:
            return OwnerObjection.NEEDS_SUPERVISOR
    return None


def _long_absent(change: Change, now: datetime, policy: OwnershipPolicy, hours: HoursPolicy) -> bool:
    return any(
        starts <= now < ends and after_open_time(starts, policy.absent_for, hours) < ends
        for starts, ends in change.absences
    )
