"""How departments and staff are written in files, in the API and in the database, and what may not stand there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from shared.events.vocabulary import Channel, Language
from shared.runtime.strict_json import CleanText, StrictBody, Whole
from shared.runtime.zones import ZoneName

from .at_work import Shift
from .directory import Department, Directory, Member

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Word = Annotated[CleanText, Field(min_length=1, max_length=200)]
Words = Annotated[tuple[Word, ...], Field(max_length=500)]


class NameEntry(StrictBody):
    """A department's name in both languages."""

    chinese: Word = Field(alias="zh-CN")
    english: Word = Field(alias="en")


class DepartmentEntry(StrictBody):
    """What a department is called and which complaints it serves."""

    id: Id
    name: NameEntry
    case_types: Words = ()
    categories: Words = ()

    def department(self) -> Department:
        """As rules see it."""
        return Department(
            self.id,
            self.name.chinese,
            self.name.english,
            frozenset(self.case_types),
            frozenset(self.categories),
        )


class ContactEntry(StrictBody):
    """Where messages reach somebody."""

    channel: Channel
    address: Word


class ShiftEntry(StrictBody):
    """Working time on these days of the week, 1 for Monday; it may end on the next day."""

    days: tuple[Annotated[Whole, Field(ge=1, le=7)], ...] = Field(min_length=1, max_length=7)
    starts: time
    ends: time


class AbsenceEntry(StrictBody):
    """Not at work from then until then."""

    starts: AwareDatetime
    ends: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> "AbsenceEntry":
        if self.ends <= self.starts:
            raise ValueError("an absence ends after it starts|缺勤结束时间须晚于开始时间")
        return self


class MemberEntry(StrictBody):
    """A member of staff. rank: 1 front line, 2 supervisor, 3 head of a department, 4 above."""

    id: Id
    name: Word
    department: Id
    languages: tuple[Language, ...] = Field(min_length=1, max_length=10)
    skills: Words = ()
    lead: bool = False
    may_own: bool = True
    coordinates: bool = False
    rank: Whole = Field(default=1, ge=1, le=4)
    max_open: Whole | None = Field(default=None, ge=1, le=10_000)
    shifts: tuple[ShiftEntry, ...] = Field(default=(), max_length=50)
    absences: tuple[AbsenceEntry, ...] = Field(default=(), max_length=100)
    contact: ContactEntry | None = None
    zone: ZoneName | None = Field(None, description="their own time zone, such as Asia/Urumqi (CAL-3)")
    left: bool = False

    def member(self) -> Member:
        """As rules see them."""
        return Member(
            id=self.id,
            name=self.name,
            department=self.department,
            languages=frozenset(self.languages),
            leads=self.lead,
            may_own=self.may_own,
            channel=self.contact.channel if self.contact else Channel.EMAIL,
            address=self.contact.address if self.contact else None,
            skills=frozenset(self.skills),
            rank=self.rank,
            coordinates=self.coordinates,
            max_open=self.max_open,
            shifts=tuple(Shift(frozenset(s.days), s.starts, s.ends) for s in self.shifts),
            absences=tuple((a.starts, a.ends) for a in self.absences),
            zone=self.zone,
        )


class Roster(StrictBody):
    """All departments and staff, and the department that owns what nobody else can."""

    duty_desk: Id | None = None
    department: tuple[DepartmentEntry, ...] = ()
    staff: tuple[MemberEntry, ...] = ()


def directory_of(
    version: str, departments: Mapping[str, DepartmentEntry], staff: Mapping[str, MemberEntry], duty_desk: str
) -> Directory:
    """The directory that rules decide by; who has left is not in it."""
    return Directory(
        version=version,
        departments=[entry.department() for entry in departments.values()],
        staff=[entry.member() for entry in staff.values() if not entry.left],
        duty_desk=duty_desk,
    )


def faults(
    departments: Iterable[DepartmentEntry], staff: Iterable[MemberEntry], duty_desk: str
) -> Iterator[tuple[str, str]]:
    """Why these cannot work together, in English and Chinese; nothing if they can."""
    departments, everybody = list(departments), list(staff)
    known = {department.id for department in departments}
    if twice := _twice(department.id for department in departments):
        yield f"the department {twice!r} is listed twice", f"部门 {twice!r} 重复"
    if twice := _twice(member.id for member in everybody):
        yield f"the member of staff {twice!r} is listed twice", f"员工 {twice!r} 重复"
    there = [member for member in everybody if not member.left]
    for member in there:
        if member.department not in known:
            yield (
                f"staff {member.id!r}: there is no department {member.department!r}",
                f"员工 {member.id!r}：没有部门 {member.department!r}",
            )
    if twice := _twice(member.department for member in there if member.lead):
        yield f"the department {twice!r} has more than one lead", f"部门 {twice!r} 的班组长多于一人"
    if duty_desk not in known:
        yield f"duty_desk: there is no department {duty_desk!r}", f"duty_desk：没有部门 {duty_desk!r}"
    if not any(member.may_own for member in there if member.department == duty_desk):
        yield (
            f"duty_desk: nobody in {duty_desk!r} may own, so that some complaints would have no owner",
            f"duty_desk：{duty_desk!r} 中无人可担任责任人，部分投诉将没有责任人",
        )


def _twice(ids: Iterable[str]) -> str | None:
    return next((id_ for id_, times in Counter(ids).items() if times > 1), None)
