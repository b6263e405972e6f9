"""Decides whether what staff want to say about a complaint may be said: account, finding, reason for a repeat."""

from enum import StrEnum
from typing import NamedTuple


class Heard(NamedTuple):
    """What is known of a complaint when staff say something about it."""

    about_staff: bool
    accused_staff: str | None
    has_account: bool
    came_again: bool


class Refusal(StrEnum):
    """Why it may not be said."""

    NOT_ABOUT_STAFF = "NOT_ABOUT_STAFF"
    NOT_THE_ACCUSED = "NOT_THE_ACCUSED"
    THE_ACCUSED = "THE_ACCUSED"
    NO_ACCOUNT_YET = "NO_ACCOUNT_YET"
    CAME_ONCE = "CAME_ONCE"


def may_give_account(heard: Heard, by: str) -> Refusal | None:
    """Only the person it is about gives the account, where one is named."""
    if not heard.about_staff:
        return Refusal.NOT_ABOUT_STAFF
    return Refusal.NOT_THE_ACCUSED if heard.accused_staff not in {None, by} else None


def may_find(heard: Heard, by: str) -> Refusal | None:
    """FC-21: nobody judges a complaint about themselves; and nobody is judged unheard."""
    if heard.accused_staff == by:
        return Refusal.THE_ACCUSED
    return Refusal.NO_ACCOUNT_YET if heard.about_staff and not heard.has_account else None


def may_give_reason(heard: Heard) -> Refusal | None:
    """REP-6: only what came again has a reason for that."""
    return None if heard.came_again else Refusal.CAME_ONCE
