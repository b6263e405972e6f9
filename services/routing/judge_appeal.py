"""Decides whether an appeal is in time, who decides it, and until when."""

from collections.abc import Collection
from datetime import datetime, timedelta

from .directory import Directory, Member
from .open_hours import after_open_time
from .policy import AppealPolicy, HoursPolicy


def appeal_until(now: datetime, policy: AppealPolicy) -> datetime:
    """FC-22: until when the customer may appeal against what was decided now."""
    return now + timedelta(seconds=policy.appeal_within)


def decided_by(owner: Member | None, involved: Collection[str], directory: Directory) -> Member:
    """FC-22: the next senior person who had no part in it: the owner's lead, else who coordinates, else the duty desk."""
    above = [directory.lead_of(owner)] if owner else []
    candidates = [*above, *directory.coordinators(), directory.duty_member()]
    return next((member for member in candidates if member.id not in involved), candidates[-1])


def decide_appeal_by(now: datetime, policy: AppealPolicy, hours: HoursPolicy) -> datetime:
    """FC-22: until when an appeal is decided."""
    return after_open_time(now, policy.decide_within, hours)
