"""Decides what kind of case a complaint is, and whether it puts our own staff in a conflict of interest."""

from collections.abc import Collection
from enum import StrEnum

from shared.events.vocabulary import ComplaintKind, Tag

from .case_type import CaseType


class PassedOnBy(StrEnum):
    """Through whom a complaint reached us, where it did not come straight from the customer (REP-9)."""

    REGULATOR = "REGULATOR"
    MEDIA = "MEDIA"
    CONSUMER_COUNCIL = "CONSUMER_COUNCIL"
    HEAD_OFFICE = "HEAD_OFFICE"


def decide_kind(
    case_type: CaseType, tags: Collection[Tag], passed_on_by: PassedOnBy | None, accused_staff: str | None
) -> ComplaintKind:
    """REP-9: what came through others, or was brought to them before, is a bypass.

    Who complains of a member of staff and asks for the superior goes over that person's head.
    """
    if passed_on_by or Tag.ALREADY_ELSEWHERE in tags:
        return ComplaintKind.BYPASS
    if Tag.ASKS_SUPERIOR in tags and is_conflict_of_interest(case_type, accused_staff):
        return ComplaintKind.STAFF_BYPASS
    if case_type is CaseType.SUGGESTION:
        return ComplaintKind.SUGGESTION
    return ComplaintKind.COMPLAINT


def is_conflict_of_interest(case_type: CaseType, accused_staff: str | None) -> bool:
    """FC-21: a complaint about a member of staff, named or not, is not for that person to own or handle."""
    return accused_staff is not None or case_type is CaseType.STAFF_CONDUCT
