"""Decides who hears of a later contact on a complaint: its owner, or the team while the owner is away."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .assign_member import Load, Need, assign_member
from .at_work import Presence, at_work
from .directory import Member, Team
from .policy import AssignmentPolicy, ContactPolicy


class Hearer(NamedTuple):
    """Who is told, and whether they stand in for the owner."""

    member: Member
    stands_in: bool


def was_there(member: Member, load: Load, now: datetime, grace: timedelta, zone: ZoneInfo) -> bool:
    """FC-20: whether somebody is at work, or was so recently that they are waited for."""
    if at_work(member.shifts, member.absences, load.report, now, zone):
        return True
    report = load.report
    if report is None:
        return at_work(member.shifts, member.absences, None, now - grace, zone)
    if any(starts <= now < ends for starts, ends in member.absences):
        return False
    gone_since = report.since if report.presence is Presence.AWAY else report.expires_at
    return gone_since is not None and now - gone_since <= grace


def who_hears(
    owner: Member,
    team: Team,
    loads: Mapping[str, Load],
    need: Need,
    policies: tuple[ContactPolicy, AssignmentPolicy],
) -> Hearer:
    """FC-20: the owner; while they are away for longer, who is free in their team. The owner stays the owner.

    Where nobody in the team is free the owner hears of it after all. FC-21: never the accused.
    """
    policy, assignment = policies
    grace = timedelta(seconds=policy.owner_away_for)
    if was_there(owner, loads.get(owner.id, Load()), need.now, grace, ZoneInfo(assignment.zone)):
        return Hearer(owner, stands_in=False)
    others = Team(member for member in team.members if member.id != owner.id)
    found = assign_member(others, loads, need, assignment)
    return Hearer(found.member, stands_in=True) if found and found.free else Hearer(owner, stands_in=False)
