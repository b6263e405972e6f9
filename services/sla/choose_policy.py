"""Decides by which policy a complaint is promised anything: the first of the list that it meets, else the default."""

from shared.events.vocabulary import Grade, PromiseKind, Severity

from .conditions import Facts, applies
from .policy import DEFAULT, InCalendar, NamedPolicy, SlaPolicy


def choose_policy(facts: Facts, policy: SlaPolicy) -> NamedPolicy | None:
    """Section 2.4: first match wins; None is the default policy, which takes what no other one takes."""
    return next((one for one in policy.policies if one.enabled and applies(one.when.asked, facts)), None)


def name_of(named: NamedPolicy | None) -> str:
    """What the policy is called."""
    return DEFAULT if named is None else named.name


def target_of(
    named: NamedPolicy | None, severity: Severity, grade: Grade, kind: PromiseKind, policy: SlaPolicy
) -> float | InCalendar:
    """The target of a cell: what a named policy does not say is as in the default one."""
    if named is not None:
        said = named.matrix.get(severity, {}).get(grade, {}).get(kind) or named.targets.get(kind)
        if said is not None:
            return said
    return policy.matrix[severity][grade][kind]


def calendar_of(named: NamedPolicy | None, facts: Facts, policy: SlaPolicy) -> str:
    """CAL-4: where the target names no calendar, that of its policy counts, then the department's, then ours."""
    if named is not None and named.calendar is not None:
        return named.calendar
    return policy.department_calendars.get(facts.department or "", policy.calendar)
