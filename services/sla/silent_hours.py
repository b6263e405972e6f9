"""Decides until when a reminder for staff is held: what is not urgent disturbs nobody outside working hours."""

from datetime import datetime, timedelta

from shared.events.vocabulary import Grade, Severity

from .policy import SilentHoursPolicy
from .working_time import WorkingTime

A_MOMENT = timedelta(microseconds=1)


def held_until(
    severity: Severity, grade: Grade, now: datetime, policy: SilentHoursPolicy, working: WorkingTime | None
) -> datetime | None:
    """CAL-8: the next opening; None if it is told at once: what is urgent, and everything within working hours."""
    if working is None or severity in policy.not_for_severities or grade in policy.not_for_grades:
        return None
    opens = working.due(now, A_MOMENT.total_seconds()) - A_MOMENT
    return opens if opens > now else None
