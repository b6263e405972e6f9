"""Decides whether an appeal is in time, who decides it and until when, and who does if they let the time pass."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from shared.events.vocabulary import ClosingGround

from .directory import Directory, Member
from .next_state import ENDED, State
from .open_hours import after_open_time
from .policy import AppealPolicy, HoursPolicy


def appeal_until(now: datetime, policy: AppealPolicy) -> datetime:
    """FC-22: until when the customer may appeal against what was decided now."""
    return now + timedelta(seconds=policy.appeal_within)


def after_close(ground: ClosingGround, now: datetime, policy: AppealPolicy) -> datetime | None:
    """FC-22: until when a customer may appeal against a close on this ground; None: not at all, as after an appeal."""
    appealable = ground in policy.after_close_on and ground is not ClosingGround.APPEAL_DENIED
    return appeal_until(now, policy) if appealable else None


def in_time(state: State, until: datetime | None, now: datetime) -> bool:
    """FC-22: whether an appeal comes in time: against a resolution until it is closed, against an end until then."""
    return state not in ENDED if until is None else now <= until


def decided_by(owner: Member | None, involved: Collection[str], directory: Directory) -> Member:
    """FC-22: the next senior person who had no part in it: the owner's lead, else who coordinates, else the duty desk."""
    above = [directory.lead_of(owner)] if owner else []
    candidates = [*above, *directory.coordinators(), directory.duty_member()]
    return next((member for member in candidates if member.id not in involved), candidates[-1])


def next_decider(
    late: str, before: Sequence[str], involved: Collection[str], directory: Directory, policy: AppealPolicy
) -> Member | None:
    """FC-22: who decides instead of somebody who let the time pass: the next senior person who had no part in it.

    late: who has it now; before: who had it before them. None where it stays with them: so many had it already that
    it goes no further, or nobody else is left.
    """
    if len(before) + 1 >= policy.most_deciders:
        return None
    had_it = {late, *before, *involved}
    member = directory.member(late)
    rank = member.rank if member else 0
    above = sorted((m for m in directory.staff.values() if m.rank > rank), key=lambda m: (m.rank, m.id))
    candidates = [directory.superior_of(member), *above, *directory.coordinators(), directory.duty_member()]
    return next((one for one in candidates if one.id not in had_it), None)


def decide_appeal_by(now: datetime, policy: AppealPolicy, hours: HoursPolicy) -> datetime:
    """FC-22: until when an appeal is decided."""
    return after_open_time(now, policy.decide_within, hours)
