"""Decides who of several gets the next complaint: by competence, then load, then fairness."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.events.vocabulary import Language

from .at_work import Report, at_work
from .directory import Member, Team, closest_first
from .policy import AssignmentPolicy

_NEVER = datetime.min.replace(tzinfo=UTC)


class Load(NamedTuple):
    """What is on a person's desk: open complaints they own, or handle for another owner, and more of today.

    last_given_at: when the last one was given; customers, contacts: given today, and times talked to today;
    report: their presence as reported; rests_until: the end of the rest after an abusive contact.
    """

    open: int = 0
    last_given_at: datetime | None = None
    customers: int = 0
    contacts: int = 0
    report: Report | None = None
    rests_until: datetime | None = None


_NOTHING = Load()


class Need(NamedTuple):
    """What a complaint asks of the person who gets it, and when.

    barred: who must not get it (FC-21); skills: what they should know, before the category.
    """

    language: Language
    category: str | None
    now: datetime
    barred: str | None = None
    skills: tuple[str, ...] = ()


def is_free(member: Member, load: Load, now: datetime, policy: AssignmentPolicy, zone: ZoneInfo) -> bool:
    """Whether somebody can be given one more: at work, not resting after an abusive contact, and below every cap."""
    return (
        (member.max_open is None or load.open < member.max_open)
        and load.customers < policy.max_customers_a_day
        and load.contacts < policy.max_contacts_a_day
        and (load.rests_until is None or load.rests_until <= now)
        and at_work(member.shifts, member.absences, load.report, now, zone)
    )


class Assignment(NamedTuple):
    """Who gets it; `free` is false where nobody was and it is the best of all."""

    member: Member
    free: bool


def assign_member(
    team: Team, loads: Mapping[str, Load], need: Need, policy: AssignmentPolicy
) -> Assignment | None:
    """FC-3: of those who are free the most competent, then the least loaded, then who has waited longest.

    Competent is who speaks the customer's language, and then who has the skill closest to the category. Where
    nobody is free it is chosen from all, for a complaint is never without a person. None if there is nobody.
    """
    zone = ZoneInfo(policy.zone)
    now = need.now.astimezone(zone)
    not_free: set[str] = set()
    first = None
    for equals in _most_competent_first(team, need, policy):
        for member in _least_loaded_first(equals, loads):
            if member.id == need.barred:
                continue
            first = first or member
            if member.id in not_free:
                continue
            if is_free(member, loads.get(member.id, _NOTHING), now, policy, zone):
                return Assignment(member, free=True)
            not_free.add(member.id)
    return Assignment(first, free=False) if first else None


def _most_competent_first(team: Team, need: Need, policy: AssignmentPolicy) -> Iterator[Sequence[Member]]:
    """Groups of equal competence; somebody in one may come again in a later one, which changes nothing."""
    skills = [*need.skills, *closest_first(need.category)] if policy.skilled_first else []
    if policy.same_language_first:
        yield from (team.knowing(skill, need.language) for skill in skills)
        yield team.speaking(need.language)
    yield from (team.knowing(skill) for skill in skills)
    yield team.members


def _least_loaded_first(members: Sequence[Member], loads: Mapping[str, Load]) -> Iterator[Member]:
    """By load, then who has waited longest, then the smallest id.

    Of thousands mostly one or two are asked for, so the least loaded are looked for before the rest is sorted.
    """
    desks = [loads.get(member.id, _NOTHING) for member in members]
    opens = [desk.open for desk in desks]
    if not opens:
        return

    def by_fairness(place: int) -> tuple[datetime, str]:
        return desks[place].last_given_at or _NEVER, members[place].id

    least = min(opens)
    for place in sorted((place for place, count in enumerate(opens) if count == least), key=by_fairness):
        yield members[place]
    more = (place for place, count in enumerate(opens) if count > least)
    for _, equals in groupby(sorted(more, key=opens.__getitem__), key=opens.__getitem__):
        for place in sorted(equals, key=by_fairness):
            yield members[place]
