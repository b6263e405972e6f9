"""Who works here: departments with what they serve, staff with who leads them; replaced, never changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.events.vocabulary import Channel, Language


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
            name in self.categories for name in _closest_first(category)
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. `address` is where messages of `channel` reach them, if anywhere."""

    id: str
    name: str
    department: str
    languages: frozenset[Language]
    leads: bool = False
    may_own: bool = True
    channel: Channel = Channel.EMAIL
    address: str | None = None


class Directory:
    """Departments and staff of one version; `duty_desk` is the department that owns what nobody else can."""

    def __init__(
        self, version: str, departments: Iterable[Department], staff: Iterable[Member], duty_desk: str
    ) -> None:
        self.version = version
        self.departments = {department.id: department for department in departments}
        self.staff = {member.id: member for member in sorted(staff, key=lambda member: member.id)}
        self.duty_desk = duty_desk
        self._of: dict[str, list[Member]] = defaultdict(list)
        self._owners_of: dict[str, list[Member]] = defaultdict(list)
        self._lead_of: dict[str, Member] = {}
        for member in self.staff.values():
            self._of[member.department].append(member)
            if member.may_own:
                self._owners_of[member.department].append(member)
            if member.leads:
                self._lead_of.setdefault(member.department, member)
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

    def members_of(self, department: str) -> list[Member]:
        """Everybody in a department, by id."""
        return self._of[department]

    def owners_in(self, department: str) -> list[Member]:
        """Those of a department who may answer for a complaint, by id."""
        return self._owners_of[department]

    def serving(self, case_type: str, category: str | None) -> Department | None:
        """The department that serves such a case most closely, of several the first; None if none does."""
        for name in _closest_first(category):
            if department := self._serving_category.get(name):
                return department
        return self._serving_case_type.get(case_type)

    def lead_of(self, member: Member) -> Member:
        """Who leads this member's department; the duty desk's first where nobody does."""
        return self._lead_of.get(member.department) or self.duty_member()

    def duty_member(self) -> Member:
        """Who leads the duty desk, or else the first there who may own."""
        owners = self.owners_in(self.duty_desk)
        return next((member for member in owners if member.leads), owners[0])


def _closest_first(category: str | None) -> Iterator[str]:
    """A category and those it lies under: `a/b`, then `a`."""
    path = [part.strip() for part in category.split("/")] if category else []
    for depth in range(len(path), 0, -1):
        yield "/".join(path[:depth])
