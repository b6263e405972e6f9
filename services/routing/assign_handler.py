"""Decides who works on a newly owned complaint: the owner, unless it lies outside the owner's field."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.events.vocabulary import TransferReason

from .assign_member import Load, assign_member
from .directory import Directory, Member
from .follow_rule import works
from .judge_transfer import is_a_reason
from .name_owner import CaseFacts
from .policy import RoutingPolicy


class Handling(NamedTuple):
    """Who works on it; `reason` is None while that is the owner."""

    handler: Member
    reason: TransferReason | None = None


def assign_handler(
    case: CaseFacts, owner: Member, directory: Directory, loads: Mapping[str, Load], policy: RoutingPolicy
) -> Handling:
    """FC-6: a case that the owner's department does not serve goes to the one that does (NOT_COMPETENT).

    Which one that is a routing rule can say.

    The owner stays the owner, and handles what nobody serves, and what may not be handed over for that reason.
    """
    serving = works(case.route, directory, case.case_type, case.category)
    own = directory.departments[owner.department]
    by_rule = serving is not None and serving.id == case.route.department
    in_own_field = own is serving if by_rule else own.serves(case.case_type, case.category)
    hands_over = policy.handling.outside_field_to_serving_department
    hands_over = hands_over and is_a_reason(TransferReason.NOT_COMPETENT, policy.transfer)
    if serving is None or in_own_field or not hands_over:
        return Handling(owner)
    found = assign_member(directory.members_of(serving.id), loads, case.need, policy.assignment)
    return Handling(found.member, TransferReason.NOT_COMPETENT) if found else Handling(owner)
