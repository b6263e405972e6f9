"""Decides after which outage a key account is owed a written report."""

from datetime import datetime

from .conditions import Facts
from .policy import OutageReportPolicy


def owes_report(facts: Facts, since: datetime, repaired_at: datetime, policy: OutageReportPolicy) -> bool:
    """SLA-W: a fault of such a customer that took longer than so, from when we knew of it to the result."""
    lasted = (repaired_at - since).total_seconds()
    return facts.grade in policy.grades and facts.is_fault is True and lasted > policy.longer_than
