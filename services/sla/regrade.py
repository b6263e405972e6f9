"""Decides what news of a complaint's severity or grade make of the facts that its targets depend on."""

from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import Grade, Severity

from .conditions import Facts

GRADES = (Grade.U, Grade.S, Grade.V, Grade.K)


class Cause(StrEnum):
    """Why targets are chosen anew."""

    GRADE = "GRADE"
    INCIDENT = "INCIDENT"
    CONTACT = "CONTACT"
    STAFF = "STAFF"
    POLICY = "POLICY"


class News(NamedTuple):
    """What is said of a complaint now; None where nothing is said of it."""

    cause: Cause
    severity: Severity | None = None
    severity_rule: str | None = None
    grade: Grade | None = None


def regrade(facts: Facts, news: News) -> Facts:
    """Section 1.2: an upgrade of the customer counts, a downgrade does not.

    Staff who judge the complaint anew say how severe it is; a grade, one more contact, or an incident that it joins
    may only make it more severe.
    """
    grade, severity = facts.grade, facts.severity
    if news.grade is not None:
        grade = max(facts.grade, news.grade, key=GRADES.index)
    if news.severity is not None:
        severity = news.severity if news.cause is Cause.STAFF else min(facts.severity, news.severity)
    rule = facts.severity_rule if severity is facts.severity else news.severity_rule or news.cause.value
    return facts._replace(grade=grade, severity=severity, severity_rule=rule)
