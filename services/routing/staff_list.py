"""The departments and staff of this moment: those of the staff file, and above them what was changed over the API.

Every change is a new revision. A replica keeps the directory it knows and reads only what is newer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, TypeAlias

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.runtime.errors import ConflictError

from .directory import Directory
from .directory_entries import DepartmentEntry, MemberEntry, directory_of, faults
from .staff_file import Listed

_NEWER = Statement(
    "SELECT revision, kind, entry FROM directory_entry WHERE revision > :known ORDER BY revision, kind, id"
)
_WRITE = Statement(
    """
    INSERT INTO directory_entry (kind, id, revision, entry, changed_by, changed_at)
    SELECT kind, id, CAST(:revision AS bigint), entry, CAST(:by AS text), now()
    FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[]), CAST(:entries AS jsonb[])) AS row (kind, id, entry)
    """
)
FRESH_FOR = 1.0
CHANGES = "directory"
"""The subject that is locked while the directory is changed, so that revisions are committed in their order."""

Entry: TypeAlias = DepartmentEntry | MemberEntry
_KINDS: Mapping[type[Entry], str] = {DepartmentEntry: "department", MemberEntry: "staff"}


class StaffList:
    """What is known here of departments and staff."""

    def __init__(self, listed: Listed) -> None:
        self._file_version = listed.version
        self._duty_desk = listed.duty_desk
        self.departments = dict(listed.departments)
        self.staff = dict(listed.staff)
        self.revision = 0
        self._read_at = float("-inf")
        self.directory = listed.directory()

    async def refresh(self, source: Transaction | UnitOfWork) -> Directory:
        """The directory with everything that was changed until now."""
        rows = await source.fetch(_NEWER, {"known": self.revision})
        fresh = [row for row in rows if row["revision"] > self.revision]  # another task may have been here
        if fresh:
            departments, staff = dict(self.departments), dict(self.staff)
            for row in fresh:
                _put(departments, staff, _entry(row))
            self.departments, self.staff = departments, staff
            self.revision = fresh[-1]["revision"]
            version = f"{self._file_version}+{self.revision}"
            self.directory = directory_of(version, departments, staff, self._duty_desk)
        return self.directory

    async def keep_fresh(self, source: Transaction | UnitOfWork) -> None:
        """Refresh, unless that was done within the last second."""
        now = monotonic()
        if now - self._read_at >= FRESH_FOR:
            self._read_at = now
            await self.refresh(source)

    async def change(
        self, work: UnitOfWork, entries: Sequence[Entry], by: str, seen: str | None = None
    ) -> Directory:
        """Put these in the place of those with the same ids. Raises ConflictError if they do not fit together, or if the
        directory is another one by now than the version that was `seen`."""
        async with work.begin(CHANGES) as tx:
            await self.refresh(tx)
            if seen is not None and seen != self.directory.version:
                raise self._changed(entries)
            _must_differ(entries)
            departments, staff = dict(self.departments), dict(self.staff)
            for entry in entries:
                _put(departments, staff, entry)
            for english, chinese in faults(departments.values(), staff.values(), self._duty_desk):
                raise ConflictError(english, chinese)
            values: dict[str, Any] = {
                "kinds": [_KINDS[type(entry)] for entry in entries],
                "ids": [entry.id for entry in entries],
                "entries": [entry.model_dump(mode="json", by_alias=True) for entry in entries],
            }
            await tx.fetch(_WRITE, values | {"revision": self.revision + 1, "by": by})
        return await self.refresh(work)

    def _changed(self, entries: Sequence[Entry]) -> ConflictError:
        known = [
            self.departments.get(entry.id) if isinstance(entry, DepartmentEntry) else self.staff.get(entry.id)
            for entry in entries
        ]
        now = [entry.model_dump(mode="json", by_alias=True) for entry in known if entry]
        return ConflictError(
            "the directory has changed since you saw it",
            "员工名册在您查看之后已有变化",
            extensions={"current": {"version": self.directory.version, "entries": now}},
        )


def _entry(row: Any) -> Entry:
    kind = DepartmentEntry if row["kind"] == "department" else MemberEntry
    return kind.model_validate(row["entry"])


def _must_differ(entries: Sequence[Entry]) -> None:
    [(most, times)] = Counter(entry.id for entry in entries).most_common(1)
    if times > 1:
        raise ConflictError(f"{most!r} is listed twice", f"{most!r} 重复")


def _put(departments: dict[str, DepartmentEntry], staff: dict[str, MemberEntry], entry: Entry) -> None:
    if isinstance(entry, DepartmentEntry):
        departments[entry.id] = entry
    else:
        staff[entry.id] = entry
