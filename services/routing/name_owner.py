"""Decides who answers for a complaint to the end. Somebody always does."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import Language

from .assign_member import Assignment, Load, Need, assign_member
from .directory import Directory, Member
from .policy import RoutingPolicy


class OwnerRule(StrEnum):
    """The rule by which somebody became the owner."""

    FIRST_CONTACT = "FC-1"
    ASSIGNED = "FC-3"
    EARLIER_OWNER = "FC-20"
    DUTY_DESK = "DUTY-DESK"


class OwnerReason(StrEnum):
    """What decided, in one word; NOBODY_FREE: the least loaded of all; the last four say why it is the duty desk."""

    TOOK_IT = "TOOK_IT"
    LEAST_LOADED = "LEAST_LOADED"
    NOBODY_FREE = "NOBODY_FREE"
    OWNED_THE_EARLIER = "OWNED_THE_EARLIER"
    TAKER_NOT_LISTED = "TAKER_NOT_LISTED"
    TAKER_MAY_NOT_OWN = "TAKER_MAY_NOT_OWN"
    NOBODY_SERVES_IT = "NOBODY_SERVES_IT"
    NOBODY_THERE_MAY_OWN = "NOBODY_THERE_MAY_OWN"


class CaseFacts(NamedTuple):
    """What is known of a complaint when an owner is named.

    taken_by: the account that took the call; earlier_owner: who owns the complaint this one repeats.
    """

    case_type: str
    category: str | None
    language: Language
    now: datetime
    taken_by: str | None = None
    earlier_owner: str | None = None

    @property
    def need(self) -> Need:
        """What it asks of whoever gets it."""
        return Need(self.language, self.category, self.now)


class Naming(NamedTuple):
    """The owner, by which rule, and why."""

    owner: Member
    rule: OwnerRule
    reason: OwnerReason


def name_owner(
    case: CaseFacts, directory: Directory, loads: Mapping[str, Load], policy: RoutingPolicy
) -> Naming:
    """Name the owner of a complaint.

    FC-20: a repeat stays with the owner of the earlier complaint. FC-1: else whoever took the call owns it,
    their field or not. FC-3: else the least loaded of the department that serves it. Otherwise, and for calls
    taken by an account that is not listed, the duty desk owns it and the reason says why.
    """
    earlier = directory.member(case.earlier_owner) if policy.ownership.repeat_to_earlier_owner else None
    if earlier is not None and earlier.may_own:
        return Naming(earlier, OwnerRule.EARLIER_OWNER, OwnerReason.OWNED_THE_EARLIER)
    if case.taken_by is not None:
        taker = directory.member(case.taken_by)
        if taker is not None and taker.may_own:
            return Naming(taker, OwnerRule.FIRST_CONTACT, OwnerReason.TOOK_IT)
        why = OwnerReason.TAKER_NOT_LISTED if taker is None else OwnerReason.TAKER_MAY_NOT_OWN
        return _duty_desk(case, directory, loads, policy, why)
    department = directory.serving(case.case_type, case.category)
    if department is None:
        return _duty_desk(case, directory, loads, policy, OwnerReason.NOBODY_SERVES_IT)
    owner = _of(department.id, case, directory, loads, policy)
    if owner is None:
        return _duty_desk(case, directory, loads, policy, OwnerReason.NOBODY_THERE_MAY_OWN)
    reason = OwnerReason.LEAST_LOADED if owner.free else OwnerReason.NOBODY_FREE
    return Naming(owner.member, OwnerRule.ASSIGNED, reason)


def _duty_desk(
    case: CaseFacts,
    directory: Directory,
    loads: Mapping[str, Load],
    policy: RoutingPolicy,
    why: OwnerReason,
) -> Naming:
    owner = _of(directory.duty_desk, case, directory, loads, policy)
    return Naming(owner.member if owner else directory.duty_member(), OwnerRule.DUTY_DESK, why)


def _of(
    department: str,
    case: CaseFacts,
    directory: Directory,
    loads: Mapping[str, Load],
    policy: RoutingPolicy,
) -> Assignment | None:
    return assign_member(directory.owners_in(department), loads, case.need, policy.assignment)
