"""Decides the place of a complaint in a queue: a score from 0 to 100 and its class."""

from datetime import date
from typing import NamedTuple

from shared.events.vocabulary import Grade, PriorityClass, Severity

from .policy import PriorityPolicy


class Priority(NamedTuple):
    """score: higher is sooner."""

    score: float
    priority_class: PriorityClass


def score_priority(
    severity: Severity,
    grade: Grade,
    policy: PriorityPolicy,
    *,
    repeat_index: int,
    risk_score: int,
    day: date,
    time_used: float = 0.0,
) -> Priority:
    """The weighted sum of severity, grade, time used, repetition and risk; SEV-1 is always P1.

    time_used: share of the time until the next due promise, 0 when the complaint comes in. day: where the
    customer is; in a sensitive period every score is higher (OF-10).
    """
    weight = policy.weight
    again = (min(repeat_index, policy.most_repeats) - 1) / (policy.most_repeats - 1)
    score = (
        weight.severity * policy.severity[severity]
        + weight.grade * policy.grade[grade]
        + weight.time * min(time_used, 1.0)
        + weight.repeat * again
        + weight.risk * risk_score / 100
    )
    if any(period.first <= (day.month, day.day) <= period.last for period in policy.sensitive):
        score += policy.sensitive_points
    score = round(min(score, 100.0), 1)
    return Priority(score, _class_of(score, severity, policy))


def _class_of(score: float, severity: Severity, policy: PriorityPolicy) -> PriorityClass:
    if severity is Severity.S1:
        return PriorityClass.P1
    reached = (name for name, least in policy.classes.items() if score >= least)
    return next(reached, PriorityClass.P4)
