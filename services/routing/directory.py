"""Who works here: departments with what they serve, staff with who leads them; replaced, never changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.events.vocabulary import Channel, Language

from .at_work import Shift


@dataclass(frozen=True, slots=True)
class Department:
    """It serves the case types it lists, and the categories with all that lies under them (`a/b`: `a`)."""

    id: str
    name_zh: str
    name_en: str
    case_types: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def serves(self, case_type: str, category: str | None) -> bool:
        """Whether it serves such a case, by case type or category."""
        return case_type in self.case_types or any(
            name in self.categories for name in closest_first(category)
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. `address` is where messages of `channel` reach them, if anywhere.

    skills: categories they know best; rank: 1 front line to 4; coordinates: settles disputed hand-overs;
    max_open: how many open complaints they can have on the desk; zone: their own, if not that of the installation.
    """

    id: str
    name: str
    department: str
    languages: frozenset[Language]
    leads: bool = False
    may_own: bool = True
    channel: Channel = Channel.EMAIL
    address: str | None = None
    skills: frozenset[str] = frozenset()
    rank: int = 1
    coordinates: bool = False
    max_open: int | None = None
    shifts: tuple[Shift, ...] = ()
    absences: tuple[tuple[datetime, datetime], ...] = ()
    zone: str | None = None


class Team:
    """Some members of staff, found by what they know and speak; by id."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self.members = sorted(members, key=lambda member: member.id)
        self._speaking: dict[Language, list[Member]] = defaultdict(list)
        self._knowing: dict[tuple[str, Language | None], list[Member]] = defaultdict(list)
        for member in self.members:
            for language in member.languages:
                self._speaking[language].append(member)
            for skill in member.skills:
                for spoken in (None, *member.languages):
                    self._knowing[skill, spoken].append(member)

    def speaking(self, language: Language) -> Sequence[Member]:
        """Those who speak it."""
        return self._speaking.get(language, ())

    def knowing(self, skill: str, language: Language | None = None) -> Sequence[Member]:
        """Those who have the skill, and speak the language if one is named."""
        return self._knowing.get((skill, language), ())


_NOBODY = Team()


class Directory:
    """Departments and staff of one version; `duty_desk` is the department that owns what nobody else can."""

    def __init__(
        self, version: str, departments: Iterable[Department], staff: Iterable[Member], duty_desk: str
    ) -> None:
        self.version = version
        self.departments = {department.id: department for department in departments}
        self.staff = {member.id: member for member in sorted(staff, key=lambda member: member.id)}
        self.duty_desk = duty_desk
        self._lead_of: dict[str, Member] = {}
        of: dict[str, list[Member]] = defaultdict(list)
        for member in self.staff.values():
            of[member.department].append(member)
            if member.leads:
                self._lead_of.setdefault(member.department, member)
        self._of = {department: Team(members) for department, members in of.items()}
        self._owners_of = {
            department: Team(member for member in members if member.may_own)
            for department, members in of.items()
        }
        self._coordinators = [member for member in self.staff.values() if member.coordinates]
        self._serving_category: dict[str, Department] = {}
        self._serving_case_type: dict[str, Department] = {}
        for department in self.departments.values():
            for category in department.categories:
                self._serving_category.setdefault(category, department)
            for case_type in department.case_types:
                self._serving_case_type.setdefault(case_type, department)

    def member(self, account: str | None) -> Member | None:
        """The member of staff with this account; None if it is not listed."""
        return self.staff.get(account) if account is not None else None

    def members_of(self, department: str) -> Team:
        """Everybody in a department."""
        return self._of.get(department, _NOBODY)

    def owners_in(self, department: str) -> Team:
        """Those of a department who may answer for a complaint."""
        return self._owners_of.get(department, _NOBODY)

    def serving(self, case_type: str, category: str | None) -> Department | None:
        """The department that serves such a case most closely, of several the first; None if none does."""
        for name in closest_first(category):
            if department := self._serving_category.get(name):
                return department
        return self._serving_case_type.get(case_type)

    @property
    def says_who_serves(self) -> bool:
        """Whether any department says what it serves."""
        return bool(self._serving_category or self._serving_case_type)

    def lead_of(self, member: Member) -> Member:
        """Who leads this member's department; the duty desk's first where nobody does."""
        return self._lead_of.get(member.department) or self.duty_member()

    def superior_of(self, member: Member | None) -> Member:
        """Who leads this member's department; above who leads it, and for nobody known, the duty desk's first."""
        lead = self.lead_of(member) if member else self.duty_member()
        return self.duty_member() if member is not None and lead.id == member.id else lead

    def lead_of_department(self, department: str) -> Member:
        """Who leads a department; the duty desk's first where nobody does."""
        return self._lead_of.get(department) or self.duty_member()

    def coordinators(self) -> list[Member]:
        """Who settles disputed hand-overs, by id; the duty desk's first where nobody does."""
        return self._coordinators or [self.duty_member()]

    def duty_member(self) -> Member:
        """Who leads the duty desk, or else the first there who may own."""
        owners = self.owners_in(self.duty_desk).members
        return next((member for member in owners if member.leads), owners[0])


def closest_first(category: str | None) -> Iterator[str]:
    """A category and those it lies under: `a/b`, then `a`."""
    path = [part.strip() for part in category.split("/")] if category else []
    for depth in range(len(path), 0, -1):
        yield "/".join(path[:depth])
