"""Decides what makes a target shorter or longer, and when the time of a first contact begins outside hours."""

from datetime import datetime, timedelta

from shared.events.vocabulary import Grade, PromiseKind, Severity

from .conditions import Facts
from .policy import OutsideHoursPolicy, RuralPolicy, SlaPolicy
from .working_time import WorkingTime

A_MOMENT = timedelta(microseconds=1)


def factor_of(
    kind: PromiseKind, facts: Facts, severity: Severity, *, reopened: bool, policy: SlaPolicy
) -> tuple[float, str | None]:
    """The factor of a target and the rule it is from; where several apply only the smallest counts.

    SLA-F, FU-7: a result that is repeated or reopened; SLA-R: one that needs work in the field far out;
    SLA-P: every target of a key account in a period of protection.
    """
    factors: list[tuple[float, str]] = []
    if kind is PromiseKind.SOLVE:
        if facts.repeat_index >= policy.repeated.from_index:
            factors.append((policy.repeated.solve_factor, "SLA-F"))
        if reopened:
            factors.append((policy.reopened.solve_factor, "FU-7"))
        if _is_far_out(facts, severity, policy.rural):
            factors.append((policy.rural.solve_factor, "SLA-R"))
    if facts.protection is not None and facts.grade in policy.protection.grades:
        factors.append((policy.protection.factor, "SLA-P"))
    return min(factors, default=(1.0, None))


def begins_at(
    facts: Facts, severity: Severity, start: datetime, policy: OutsideHoursPolicy, working: WorkingTime | None
) -> datetime:
    """SLA-O: outside hours the time of a first contact begins some time after the next opening.

    Only for mild complaints; not for key accounts, and not for faults of the customers who are answered day and night.
    """
    if working is None or severity not in policy.severities or facts.grade in policy.never:
        return start
    if facts.is_fault and facts.grade in policy.not_for_faults_of:
        return start
    opens = working.due(start, A_MOMENT.total_seconds()) - A_MOMENT
    return opens + timedelta(seconds=policy.grace) if opens > start else start


def _is_far_out(facts: Facts, severity: Severity, policy: RuralPolicy) -> bool:
    grade = Grade.S if facts.grade is Grade.U else facts.grade
    return (
        facts.area in policy.areas
        and severity in policy.severities
        and grade in policy.grades
        and (facts.is_fault is True or not policy.only_faults)
    )
