"""Decides how long a promise has: the matrix cell that is due first, and what shortens it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from shared.events.vocabulary import Grade, PromiseKind, Severity

from .choose_policy import calendar_of, target_of
from .conditions import Facts
from .count_time import Counting, Due, count
from .modify_target import begins_at, factor_of
from .policy import EVERYBODY, ROUND_THE_CLOCK, InCalendar, NamedPolicy, RepeatedPolicy, SlaPolicy
from .working_time import WorkingTime

DAY = 86_400

SEVERITIES = tuple(Severity)
BYPASS = "REP-9"
"""What stands in place of a cell where a complaint that went past us has its first contact sooner."""


class Target(NamedTuple):
    """How long a promise has. severity: the one that counts; cell: the one that is due first, such as "S2×K".

    seconds: after the factor; factor_rule: which rule changed it, None if none did; starts_at: if later than asked.
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
    starts_at: datetime | None = None


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
    if (same_for_all := _same_for_all(kind, policy)) is not None:
        due = due_of(same_for_all, start, 1.0, policy.calendar, policy=policy, calendars=calendars)
        own = Target(severity, EVERYBODY, due.seconds, due.at, 1.0, None)
        return own._replace(counting=due.counting, begins_at=due.begins_at, provisional=due.provisional)
    factor, rule = factor_of(kind, facts, severity, reopened=reopened, policy=policy)
    if kind is PromiseKind.CONTACT:
        hours = calendars.get(policy.outside_hours.calendar)
        start = begins_at(facts, severity, start, policy.outside_hours, hours and hours.working)
    calendar = calendar_of(named, facts, policy)
    given = {
        f"{row}×{grade}": target_of(named, row, grade, kind, policy)
        for row, grade in _cells(severity, facts.grade)
    }
    if kind is PromiseKind.CONTACT and facts.kind in policy.bypass.kinds:
        given[BYPASS] = policy.bypass.contact
    dues = {
        cell: due_of(target, start, factor, calendar, policy=policy, calendars=calendars)
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
        start,
    )


def _same_for_all(kind: PromiseKind, policy: SlaPolicy) -> float | InCalendar | None:
    """The target of a kind that has no cells."""
    match kind:
        case PromiseKind.CLOSE:
            return policy.close.target
        case PromiseKind.REPORT:
            return policy.outage_report.target
        case PromiseKind.SUPERIOR:
            return policy.superior.target
    return None


def due_of(
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
    if given.same_day_before is not None and given.seconds is not None and given.zone is not None:
        seconds = same_day(start, given.same_day_before, given.zone, given.seconds) * factor
        return Due(due_at(start, seconds), seconds)
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


def same_day(start: datetime, before: time, zone: str, otherwise: float) -> float:
    """SLA-16: what is received before that time of day has until midnight there, the rest `otherwise` seconds."""
    local = start.astimezone(ZoneInfo(zone))
    if local.time() >= before:
        return otherwise
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return (midnight.astimezone(UTC) - start).total_seconds()


def counted_severity(facts: Facts, policy: RepeatedPolicy) -> Severity:
    """SLA-F, REP-5: a repetition is one step more severe, once in all: not if intake raised it already."""
    if facts.repeat_index < policy.from_index or facts.severity_rule in policy.raised_before:
        return facts.severity
    return SEVERITIES[max(SEVERITIES.index(facts.severity) - policy.severity_steps, 0)]


@cache
def _cells(severity: Severity, grade: Grade) -> tuple[tuple[Severity, Grade], ...]:
    """The cells that may decide, the own one first. GRD-U: an unknown customer is a standard one."""
    own = Grade.S if grade is Grade.U else grade
    from_own_on = SEVERITIES[SEVERITIES.index(severity) :]
    return tuple((row, column) for row in from_own_on for column in dict.fromkeys((own, Grade.S)))
