"""Decides how long a promise has: the matrix cell that is due first, and what shortens it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple, TypeAlias

from shared.events.vocabulary import Grade, PromiseKind, Severity

from .choose_policy import calendar_of, target_of
from .conditions import Facts
from .count_time import Counting, Due, count
from .policy import EVERYBODY, ROUND_THE_CLOCK, InCalendar, NamedPolicy, RepeatedPolicy, SlaPolicy
from .working_time import WorkingTime

DAY = 86_400

SEVERITIES = tuple(Severity)
BYPASS = "REP-9"
"""What stands in place of a cell where a complaint that went past us has its first contact sooner."""


class Target(NamedTuple):
    """How long a promise has. severity: the one that counts; cell: the one that is due first, such as "S2×K".

    seconds: after the factor; factor_rule: which rule shortened it, None if none did.
    """

    severity: Severity
    cell: str
    seconds: float
    due_at: datetime
    factor: float
    factor_rule: str | None
    counting: Counting | None = None
    begins_at: datetime | None = None
    provisional: bool = False


class Kept(NamedTuple):
    """A version of a calendar that targets can be counted in."""

    version: int
    working: WorkingTime


Calendars: TypeAlias = Mapping[str, Kept]
"""The calendars in force, by name."""

NO_CALENDARS: Calendars = {}


def due_at(start: datetime, seconds: float) -> datetime:
    """When a time of `seconds` from `start` is over, on a clock that runs day and night."""
    return start + timedelta(seconds=seconds)


def choose_target(
    kind: PromiseKind,
    facts: Facts,
    start: datetime,
    policy: SlaPolicy,
    *,
    named: NamedPolicy | None = None,
    reopened: bool = False,
    calendars: Calendars = NO_CALENDARS,
) -> Target:
    """The target of a promise that starts at `start`; `named`: the policy that was chosen, None for the default.

    Section 1.2: a grade may only speed up, so of the own cell, the standard cell and those of milder
    severities the one that is due first counts; the own one if several are due at once.
    """
    severity = counted_severity(facts, policy.repeated)
    if kind is PromiseKind.ACKNOWLEDGE:
        seconds = policy.acknowledge if named is None else named.acknowledge or policy.acknowledge
        return Target(severity, EVERYBODY, seconds, due_at(start, seconds), 1.0, None)
    factor, rule = _shortening(kind, facts.repeat_index, reopened, policy)
    calendar = calendar_of(named, facts, policy)
    given = {
        f"{row}×{grade}": target_of(named, row, grade, kind, policy)
        for row, grade in _cells(severity, facts.grade)
    }
    if kind is PromiseKind.CONTACT and facts.kind in policy.bypass.kinds:
        given[BYPASS] = policy.bypass.contact
    dues = {
        cell: _due(target, start, factor, calendar, policy=policy, calendars=calendars)
        for cell, target in given.items()
    }
    cell = min(dues, key=lambda candidate: dues[candidate].at)
    due = dues[cell]
    return Target(
        severity,
        cell,
        due.seconds,
        due.at,
        factor,
        rule,
        due.counting,
        due.begins_at,
        due.provisional,
    )


def _due(
    target: float | InCalendar,
    start: datetime,
    factor: float,
    calendar: str,
    *,
    policy: SlaPolicy,
    calendars: Calendars,
) -> Due:
    """CAL-4: the calendar of the target wins over `calendar`; without one time counts day and night."""
    given = target if isinstance(target, InCalendar) else InCalendar(seconds=target)
    name = given.calendar or calendar
    if name == ROUND_THE_CLOCK or name not in calendars:
        # A calendar that nobody has saved: day and night, so that it is due early rather than never.
        seconds = (given.seconds or (given.working_days or 0) * DAY) * factor
        return Due(due_at(start, seconds), seconds)
    rule = given.start
    counting = Counting(
        name,
        calendars[name].version,
        given.seconds,
        given.working_days,
        factor,
        policy.start_rules[rule].rule() if rule is not None else None,
        rule,
    )
    return count(start, counting, calendars[name].working)


def counted_severity(facts: Facts, policy: RepeatedPolicy) -> Severity:
    """SLA-F, REP-5: a repetition is one step more severe, once in all: not if intake raised it already."""
    if facts.repeat_index < policy.from_index or facts.severity_rule in policy.raised_before:
        return facts.severity
    return SEVERITIES[max(SEVERITIES.index(facts.severity) - policy.severity_steps, 0)]


def _shortening(
    kind: PromiseKind, repeat_index: int, reopened: bool, policy: SlaPolicy
) -> tuple[float, str | None]:
    """SLA-F and FU-7 shorten SOLVE; where both apply only the smaller factor counts."""
    factors: list[tuple[float, str]] = []
    if kind is PromiseKind.SOLVE and repeat_index >= policy.repeated.from_index:
        factors.append((policy.repeated.solve_factor, "SLA-F"))
    if kind is PromiseKind.SOLVE and reopened:
        factors.append((policy.reopened.solve_factor, "FU-7"))
    return min(factors, default=(1.0, None))


@cache
def _cells(severity: Severity, grade: Grade) -> tuple[tuple[Severity, Grade], ...]:
    """The cells that may decide, the own one first. GRD-U: an unknown customer is a standard one."""
    own = Grade.S if grade is Grade.U else grade
    from_own_on = SEVERITIES[SEVERITIES.index(severity) :]
    return tuple((row, column) for row in from_own_on for column in dict.fromkeys((own, Grade.S)))
