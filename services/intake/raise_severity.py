"""Raises the severity by what is only known once the customer is: the words alone cannot tell it."""

from shared.events.vocabulary import Grade, Severity, Tag

from .judge_severity import Judgement
from .policy import OutagePolicy


def raise_severity(judgement: Judgement, grade: Grade, policy: OutagePolicy) -> tuple[Severity, str]:
    """SEV-1: a line without any service is critical if it is a key account's. Returns severity and rule."""
    if grade in policy.grades and Tag.NO_SERVICE in judgement.tags and judgement.severity > policy.severity:
        return policy.severity, policy.rule
    return judgement.severity, judgement.severity_rule
