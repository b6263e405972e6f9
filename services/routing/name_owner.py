"""Decides who answers for a complaint to the end. Somebody always does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import Language

from .asked_together import asked_together
from .assign_member import Assignment, Load, Need, assign_member
from .directory import Directory, Member
from .follow_rule import NO_ROUTE, Route, answers
from .policy import RoutingPolicy


class OwnerRule(StrEnum):
    """The rule by which somebody became the owner."""

    FIRST_CONTACT = "FC-1"
    ASSIGNED = "FC-3"
    ASKED_TOGETHER = "FC-4"
    EARLIER_OWNER = "FC-20"
    CONFLICT = "FC-21"
    CHANGED = "FC-9"
    DUTY_DESK = "DUTY-DESK"


class OwnerReason(StrEnum):
    """What decided, in one word. NOBODY_FREE: the least loaded of all; four say why it is the duty desk."""

    TOOK_IT = "TOOK_IT"
    FIRST_OF_THE_ASKED = "FIRST_OF_THE_ASKED"
    LEAST_LOADED = "LEAST_LOADED"
    NOBODY_FREE = "NOBODY_FREE"
    OWNED_THE_EARLIER = "OWNED_THE_EARLIER"
    TAKER_NOT_LISTED = "TAKER_NOT_LISTED"
    TAKER_MAY_NOT_OWN = "TAKER_MAY_NOT_OWN"
    NOBODY_SERVES_IT = "NOBODY_SERVES_IT"
    NOBODY_THERE_MAY_OWN = "NOBODY_THERE_MAY_OWN"
    ABOUT_THE_TAKER = "ABOUT_THE_TAKER"
    OVER_THEIR_HEAD = "OVER_THEIR_HEAD"


class CaseFacts(NamedTuple):
    """What is known of a complaint when an owner is named.

    taken_by: the account that took the call; also_asked: those of others who were asked at the same time;
    earlier_owner: who owns the complaint this one repeats; route: what a rule of the people who run it says.
    """

    case_type: str
    category: str | None
    language: Language
    now: datetime
    taken_by: str | None = None
    earlier_owner: str | None = None
    accused: str | None = None
    over_the_head: bool = False
    route: Route = NO_ROUTE
    also_asked: Sequence[str] = ()

    @property
    def need(self) -> Need:
        """What it asks of whoever gets it."""
        return Need(self.language, self.category, self.now, self.accused, self.route.skills)


class Naming(NamedTuple):
    """The owner, by which rule, and why."""

    owner: Member
    rule: OwnerRule
    reason: OwnerReason


def name_owner(
    case: CaseFacts, directory: Directory, loads: Mapping[str, Load], policy: RoutingPolicy
) -> Naming:
    """Name the owner of a complaint.

    FC-21: one over somebody's head is their superior's, and so is a call that the accused took; never theirs.
    FC-20: a repeat stays with the owner of the earlier complaint. FC-4: of several who were asked at once one owns
    it. FC-1: else whoever took the call owns it, their field or not, unless calls are assigned too. FC-3: else the
    least loaded of the department that a routing rule names, or that serves it. Otherwise the duty desk owns it, and
    calls taken by an account that is not listed; the reason says why.
    """
    accused = directory.member(case.accused) if policy.ownership.accused_never_owns else None
    if accused is None:
        case = case._replace(accused=None)
    if case.over_the_head and policy.ownership.superior_owns_bypass:
        return _superior(accused, OwnerReason.OVER_THEIR_HEAD, directory)
    earlier = directory.member(case.earlier_owner) if policy.ownership.repeat_to_earlier_owner else None
    if earlier is not None and earlier.may_own and earlier is not accused:
        return Naming(earlier, OwnerRule.EARLIER_OWNER, OwnerReason.OWNED_THE_EARLIER)
    several = _asked(case, directory) if policy.ownership.asked_together else []
    if len(several) > 1:
        serving = answers(case.route, directory, case.case_type, case.category)
        first = asked_together(several, serving, policy.ownership)
        return Naming(first, OwnerRule.ASKED_TOGETHER, OwnerReason.FIRST_OF_THE_ASKED)
    if case.taken_by is not None and policy.ownership.taker_owns:
        return _taken(case, directory.member(case.taken_by), directory, loads, policy)
    return _assigned(case, directory, loads, policy)


def _asked(case: CaseFacts, directory: Directory) -> list[Member]:
    """Who was asked and may own, who took it first; the accused are not among them."""
    accounts = dict.fromkeys((case.taken_by, *case.also_asked))
    asked = [member for account in accounts if (member := directory.member(account))]
    return [member for member in asked if member.may_own and member.id != case.accused]


def _taken(
    case: CaseFacts,
    taker: Member | None,
    directory: Directory,
    loads: Mapping[str, Load],
    policy: RoutingPolicy,
) -> Naming:
    if taker is None:
        return _duty_desk(case, directory, loads, policy, OwnerReason.TAKER_NOT_LISTED)
    if taker.id == case.accused:
        return _superior(taker, OwnerReason.ABOUT_THE_TAKER, directory)
    if taker.may_own:
        return Naming(taker, OwnerRule.FIRST_CONTACT, OwnerReason.TOOK_IT)
    return _duty_desk(case, directory, loads, policy, OwnerReason.TAKER_MAY_NOT_OWN)


def _assigned(
    case: CaseFacts, directory: Directory, loads: Mapping[str, Load], policy: RoutingPolicy
) -> Naming:
    department = answers(case.route, directory, case.case_type, case.category)
    if department is None:
        return _duty_desk(case, directory, loads, policy, OwnerReason.NOBODY_SERVES_IT)
    owner = _of(department.id, case, directory, loads, policy)
    if owner is None:
        return _duty_desk(case, directory, loads, policy, OwnerReason.NOBODY_THERE_MAY_OWN)
    reason = OwnerReason.LEAST_LOADED if owner.free else OwnerReason.NOBODY_FREE
    return Naming(owner.member, OwnerRule.ASSIGNED, reason)


def _superior(accused: Member | None, why: OwnerReason, directory: Directory) -> Naming:
    """Who leads the accused, or else the duty desk; the accused themselves only where there is nobody else."""
    lead = directory.lead_of(accused) if accused else directory.duty_member()
    others = (m for m in (lead, *directory.owners_in(directory.duty_desk).members) if m.may_own)
    return Naming(
        next((m for m in others if m is not accused), directory.duty_member()), OwnerRule.CONFLICT, why
    )


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
