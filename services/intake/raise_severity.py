"""Raises the severity by what is only known once the customer is: the words alone cannot tell it."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from shared.events.vocabulary import Grade, Severity, Tag

from .policy import AmountPolicy, OutagePolicy, RepeatedPolicy

_SEVERITIES = tuple(Severity)


class Found(NamedTuple):
    """A severity, and the rule that set it."""

    severity: Severity
    rule: str


def raise_by_amount(
    found: Found, amount: Decimal | None, monthly_fee: Decimal | None, policy: AmountPolicy
) -> Found:
    """SEV-2: a disputed amount of so many monthly fees is severe; it makes nothing milder.

    monthly_fee: what the contact tells, else what the registry knows; the policy's usual fee stands in for neither.
    """
    large = amount is not None and amount >= policy.monthly_fees * (monthly_fee or policy.usual_monthly_fee)
    return Found(policy.severity, policy.rule) if large and found.severity > policy.severity else found


def raise_by_grade(found: Found, tags: Collection[Tag], grade: Grade, policy: OutagePolicy) -> Found:
    """SEV-1: a line without any service is critical if it is a key account's."""
    critical = grade in policy.grades and Tag.NO_SERVICE in tags and found.severity > policy.severity
    return Found(policy.severity, policy.rule) if critical else found


def raise_by_repeat(found: Found, repeat_index: int, policy: RepeatedPolicy) -> Found:
    """REP-5: what is said again is more severe than it was the first time."""
    raised = _SEVERITIES[max(_SEVERITIES.index(found.severity) - policy.steps, 0)]
    again = repeat_index >= policy.from_index and raised is not found.severity
    return Found(raised, policy.rule) if again else found
