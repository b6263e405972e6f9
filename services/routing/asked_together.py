"""Decides who of several that a customer asked at once answers: by the business it is about, else by rank."""

from collections.abc import Sequence

from .directory import Department, Member
from .policy import AskedBy, OwnershipPolicy


def asked_together(asked: Sequence[Member], serving: Department | None, policy: OwnershipPolicy) -> Member:
    """FC-4: of several people asked at once who is first by the policy's list; among equals who was asked first.

    BUSINESS: who is of the department that answers for such a case. RANK: who stands higher.
    """

    def places(member: Member) -> list[int]:
        place = {
            AskedBy.BUSINESS: -int(serving is not None and serving.id == member.department),
            AskedBy.RANK: -member.rank,
        }
        return [place[by] for by in policy.asked_together]

    return min(asked, key=places)
