"""Decides in which order complaints wait: by what they are, and by how much of the promised time is used."""

from datetime import datetime

from shared.events.vocabulary import Grade, PriorityClass, Severity

from .policy import QueuePolicy


def base_priority(told: float | None, severity: Severity, grade: Grade, policy: QueuePolicy) -> float:
    """What a complaint weighs before any time has passed: as intake told it, else by severity and grade."""
    if told is not None:
        return told
    return policy.severity[severity] + policy.grade[grade]


def priority_now(
    base: float, starts_at: datetime | None, due_at: datetime | None, now: datetime, policy: QueuePolicy
) -> float:
    """The score of this moment: what is used of the promised time adds up to `time_weight` points (section 1.3)."""
    if starts_at is None or due_at is None or due_at <= starts_at:
        return base
    used = (now - starts_at) / (due_at - starts_at)
    return base + policy.time_weight * min(max(used, 0.0), 1.0)


def priority_class(score: float, severity: Severity, policy: QueuePolicy) -> PriorityClass:
    """P1 to P4 by the score; S1 is always P1."""
    if severity is Severity.S1 or score >= policy.p1_from:
        return PriorityClass.P1
    if score >= policy.p2_from:
        return PriorityClass.P2
    return PriorityClass.P3 if score >= policy.p3_from else PriorityClass.P4
