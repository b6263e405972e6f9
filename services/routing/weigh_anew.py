"""Decides how severe a complaint is after news of it, and what it weighs then; never less than before."""

from typing import NamedTuple

from shared.events.vocabulary import Grade, Severity

from .policy import QueuePolicy, RaisedBy

_GRADES = (Grade.U, Grade.S, Grade.V, Grade.K)


class Standing(NamedTuple):
    """How a complaint stands. priority: as intake told it, without the points of rules, of urgency and of time."""

    severity: Severity
    grade: Grade
    priority: float


class News(NamedTuple):
    """What is said of a complaint now; None where nothing is said of it. priority: with this very severity."""

    by: RaisedBy
    severity: Severity
    grade: Grade | None = None
    priority: float | None = None


def weigh_anew(before: Standing, news: News, policy: QueuePolicy) -> Standing:
    """SEV-1: what it suffers, or says, is as severe as the worst of it. GRD-K: of two grades the higher one counts.

    The score is the one that was told, and where none was the old one with the points of what has changed; where a
    contact has shown it to be more severe than whoever told the score knows, with the points of that.
    """
    if news.by not in policy.raised_by:
        return before
    severity = min(before.severity, news.severity)
    grade = max(before.grade, news.grade or before.grade, key=_GRADES.index)
    if news.priority is not None:
        score = news.priority + policy.severity[severity] - policy.severity[news.severity]
    else:
        more = policy.severity[severity] - policy.severity[before.severity]
        score = before.priority + more + policy.grade[grade] - policy.grade[before.grade]
    return Standing(severity, grade, min(max(score, before.priority), 100.0))


def weight(before: float, standing: Standing, was: Standing, points: float) -> float:
    """What it weighs in a queue, with the points of rules and urgency; 0 to 100 and never less than before."""
    return max(before, min(before + standing.priority - was.priority + points, 100.0))
