"""Decides what follows from the rule that applies to a complaint: who works on it, who answers, and how urgent it is."""

from typing import NamedTuple

from shared.events.vocabulary import Grade, Urgency

from .directory import Department, Directory
from .policy import KeyAccountPolicy


class Route(NamedTuple):
    """What a rule says; None, nothing or 0 where it says nothing.

    department: who works on it; owner_group: the department whose people answer for it, if not the same;
    skills: what is asked of whoever gets it, before the category; priority: points more or less; urgency: how urgent it
    is, with the news that its customer is told.
    """

    department: str | None = None
    owner_group: str | None = None
    skills: tuple[str, ...] = ()
    priority: int = 0
    urgency: Urgency | None = None


NO_ROUTE = Route()
_URGENCIES = list(Urgency)


def key_desk(route: Route, grade: Grade, directory: Directory, policy: KeyAccountPolicy) -> str | None:
    """The desk of key accounts, where there is one and no rule says otherwise: all complaints of these grades wait there."""
    if route.department is not None or grade not in policy.grades:
        return None
    return policy.department if _named(policy.department, directory) else None


def works(route: Route, directory: Directory, case_type: str, category: str | None) -> Department | None:
    """The department that works on it: the one that the rule names, else the one that serves such cases."""
    return _named(route.department, directory) or directory.serving(case_type, category)


def answers(route: Route, directory: Directory, case_type: str, category: str | None) -> Department | None:
    """The department of whose people one answers, where nobody has taken the call: the owner group, else who works."""
    return _named(route.owner_group, directory) or works(route, directory, case_type, category)


def weighed(base: float, route: Route) -> float:
    """The priority score, with the points of the rule; 0 to 100."""
    return min(max(base + route.priority, 0.0), 100.0) if route.priority else base


def urgency_of(route: Route) -> Urgency:
    """How urgent the rule makes it."""
    return route.urgency or Urgency.NORMAL


def made_urgent(urgency: Urgency, before: Route, after: Route) -> Urgency:
    """How urgent it is once rules say something else of it: never less than it is, and as staff have set it where the
    rules make it no more urgent than before."""
    if _URGENCIES.index(urgency_of(after)) <= _URGENCIES.index(urgency_of(before)):
        return urgency
    return max(urgency, urgency_of(after), key=_URGENCIES.index)


def _named(department: str | None, directory: Directory) -> Department | None:
    """None as well if the department is gone, or nobody is left there; then it goes as without the rule."""
    if department is None or not directory.members_of(department).members:
        return None
    return directory.departments.get(department)
