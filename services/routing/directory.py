"""Who works here: departments with what they serve, staff with who leads them; replaced, never changed."""

from collections import defaultdict
from collections.abc import Iterable
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

    def fit(self, case_type: str, category: str | None) -> int:
        """How closely it serves such a case: 0 not at all, 1 by case type, more by the closest category."""
        path = [part.strip() for part in category.split("/")] if category else []
        for depth in range(len(path), 0, -1):
            if "/".join(path[:depth]) in self.categories:
                return depth + 1
        return int(case_type in self.case_types)


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
        for member in self.staff.values():
            self._of[member.department].append(member)
            if member.may_own:
                self._owners_of[member.department].append(member)

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
        best = max(self.departments.values(), key=lambda department: department.fit(case_type, category))
        return best if best.fit(case_type, category) else None

    def lead_of(self, member: Member) -> Member:
        """Who leads this member's department; the duty desk's first where nobody does."""
        leads = [other for other in self._of[member.department] if other.leads]
        return leads[0] if leads else self.duty_member()

    def duty_member(self) -> Member:
        """Who leads the duty desk, or else the first there who may own."""
        owners = self.owners_in(self.duty_desk)
        return next((member for member in owners if member.leads), owners[0])
