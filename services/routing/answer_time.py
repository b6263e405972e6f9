"""Decides until when whoever works on a complaint answers inside the house: the internal promise beside the customer's."""

from datetime import datetime

from shared.events.vocabulary import AnswerField

from .directory import Member
from .open_hours import after_open_time
from .policy import AnswerTimePolicy, HoursPolicy


def answer_field(owner: Member, handler: Member, *, serves_it: bool, policy: AnswerTimePolicy) -> AnswerField:
    """FC-14: how far from the owner the answer has to be found; serves_it: the owner's department serves such cases."""
    if handler.id == owner.id:
        return AnswerField.OWN_FIELD if serves_it else AnswerField.OWN_DEPARTMENT
    if handler.rank >= policy.above_branch_from_rank:
        return AnswerField.ABOVE_BRANCH
    same = handler.department == owner.department
    return AnswerField.OWN_DEPARTMENT if same else AnswerField.OTHER_DEPARTMENT


def answer_by(field: AnswerField, now: datetime, policy: AnswerTimePolicy, hours: HoursPolicy) -> datetime:
    """FC-14: until when the answer is due, in open hours."""
    return after_open_time(now, policy.within[field], hours)


def sooner(until: datetime, now: datetime, solve_by: datetime | None) -> datetime:
    """FC-14: what the customer was promised wins where it is sooner, unless it has passed."""
    return min(until, solve_by) if solve_by is not None and solve_by > now else until


def task_due(
    field: AnswerField, now: datetime, solve_by: datetime | None, policy: AnswerTimePolicy, hours: HoursPolicy
) -> datetime:
    """FC-16: until when a department that was asked delivers.

    The time of FC-14, at most half of what is left of the customer's time but no less than two open hours, and never
    after the customer's time; where that has passed already, two open hours.
    """
    until = answer_by(field, now, policy, hours)
    if solve_by is None:
        return until
    share = now + (solve_by - now) * policy.task_percent / 100
    least = after_open_time(now, policy.task_at_least, hours)
    return sooner(min(until, max(share, least)), now, solve_by)
