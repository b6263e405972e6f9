"""Decides whether the time for a result may be extended, by whom and by how much (SLA-X)."""

from datetime import datetime
from enum import StrEnum

from shared.events.vocabulary import Role

from .policy import ExtensionPolicy


class Refusal(StrEnum):
    """Why an extension is refused."""

    TOO_LATE = "TOO_LATE"
    NEVER_AGAIN = "NEVER_AGAIN"
    NOT_THIS_APPROVER = "NOT_THIS_APPROVER"
    OWN_APPROVAL = "OWN_APPROVAL"
    TOO_LONG = "TOO_LONG"


def why_not_extended(
    *,
    given: int,
    given_seconds: float,
    asked_seconds: float,
    target_seconds: float,
    due_at: datetime,
    asked_at: datetime,
    asks_for_oneself: bool,
    approver: Role,
    policy: ExtensionPolicy,
) -> Refusal | None:
    """SLA-X: asked before it is due; each time by those who may; together not longer than a share of the target.

    given, given_seconds: the extensions so far; target_seconds: the target without them. None if it may be.
    """
    if asked_at >= due_at:
        return Refusal.TOO_LATE
    if given >= len(policy.approvers):
        return Refusal.NEVER_AGAIN
    if asks_for_oneself:
        return Refusal.OWN_APPROVAL
    if approver not in policy.approvers[given]:
        return Refusal.NOT_THIS_APPROVER
    if given_seconds + asked_seconds > target_seconds * policy.most_of_solve:
        return Refusal.TOO_LONG
    return None
