"""Decides how long a promise has: the matrix cell that is due first, and what shortens it."""

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from shared.events.vocabulary import Grade, PromiseKind, Severity

from .policy import EVERYBODY, RepeatedPolicy, SlaPolicy

SEVERITIES = tuple(Severity)


class Facts(NamedTuple):
    """What a target depends on.

    severity_rule: by which rule intake found the severity; repeat_index: how many times it was said.
    """

    severity: Severity
    severity_rule: str
    grade: Grade
    repeat_index: int


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


def due_at(start: datetime, seconds: float) -> datetime:
    """When a time of `seconds` from `start` is over, on a clock that runs day and night.

    Every due time is computed here; calendars and pauses will be further arguments.
    """
    return start + timedelta(seconds=seconds)


def choose_target(
    kind: PromiseKind, facts: Facts, start: datetime, policy: SlaPolicy, *, reopened: bool = False
) -> Target:
    """The target of a promise that starts at `start`.

    Section 1.2: a grade may only speed up, so of the own cell, the standard cell and those of milder
    severities the one that is due first counts; the own one if several are due at once.
    """
    severity = counted_severity(facts, policy.repeated)
    if kind is PromiseKind.ACKNOWLEDGE:
        return Target(severity, EVERYBODY, policy.acknowledge, due_at(start, policy.acknowledge), 1.0, None)
    factor, rule = _shortening(kind, facts.repeat_index, reopened, policy)
    times = {cell: policy.matrix[cell[0]][cell[1]][kind] * factor for cell in _cells(severity, facts.grade)}
    cell = min(times, key=lambda candidate: due_at(start, times[candidate]))
    return Target(severity, f"{cell[0]}×{cell[1]}", times[cell], due_at(start, times[cell]), factor, rule)


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
