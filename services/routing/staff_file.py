"""Reads departments and staff from a TOML file, and refuses one that could leave a complaint unowned."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.events.vocabulary import Channel, Language
from shared.runtime.policy import PolicyError

from .directory import Department, Directory, Member

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class StaffFileError(PolicyError):
    """The file cannot be used; the message is one line that names file, entry and reason."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class _NameEntry(_Entry):
    chinese: Word = Field(alias="zh-CN")
    english: Word = Field(alias="en")


class _DepartmentEntry(_Entry):
    id: Id
    name: _NameEntry
    case_types: frozenset[Word] = frozenset()
    categories: frozenset[Word] = frozenset()


class _ContactEntry(_Entry):
    channel: Channel
    address: Word


class _MemberEntry(_Entry):
    id: Id
    name: Word
    department: Id
    languages: frozenset[Language] = Field(min_length=1)
    lead: bool = False
    may_own: bool = True
    contact: _ContactEntry | None = None


class _StaffFile(_Entry):
    duty_desk: Id | None = None
    department: tuple[_DepartmentEntry, ...] = ()
    staff: tuple[_MemberEntry, ...] = ()


def load_directory(path: Path | None) -> Directory:
    """The directory in the file `path`, else that of an empty installation. Raises StaffFileError.

    A file that names no duty desk gets the built-in one beside its own people.
    """
    built_in = Path(str(files("services.routing") / "default_staff.toml"))
    content, given = _read(path or built_in)
    if given.duty_desk is None:
        more, desk = _read(built_in)
        content += more
        given = desk.model_copy(
            update={"department": given.department + desk.department, "staff": given.staff + desk.staff}
        )
    for fault in _faults(given):
        raise StaffFileError(f"{path or built_in.name}: {fault}")
    assert given.duty_desk is not None
    return Directory(
        version=hashlib.sha256(content).hexdigest()[:12],
        departments=map(_department, given.department),
        staff=map(_member, given.staff),
        duty_desk=given.duty_desk,
    )


def _read(path: Path) -> tuple[bytes, _StaffFile]:
    try:
        content = path.read_bytes()
        return content, _StaffFile.model_validate(tomllib.loads(content.decode("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StaffFileError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise StaffFileError(f"{path}: {place}: {first['msg']}") from error


def _faults(given: _StaffFile) -> Iterator[str]:
    departments = {department.id for department in given.department}
    if twice := _twice(department.id for department in given.department):
        yield f"the department {twice!r} is listed twice"
    if twice := _twice(member.id for member in given.staff):
        yield f"the member of staff {twice!r} is listed twice"
    for member in given.staff:
        if member.department not in departments:
            yield f"staff {member.id!r}: there is no department {member.department!r}"
    if twice := _twice(member.department for member in given.staff if member.lead):
        yield f"the department {twice!r} has more than one lead"
    if given.duty_desk not in departments:
        yield f"duty_desk: there is no department {given.duty_desk!r}"
    if not any(member.may_own for member in given.staff if member.department == given.duty_desk):
        yield f"duty_desk: nobody in {given.duty_desk!r} may own, so that some complaints would have no owner"


def _twice(ids: Iterable[str]) -> str | None:
    return next((id_ for id_, times in Counter(ids).items() if times > 1), None)


def _department(entry: _DepartmentEntry) -> Department:
    return Department(entry.id, entry.name.chinese, entry.name.english, entry.case_types, entry.categories)


def _member(entry: _MemberEntry) -> Member:
    return Member(
        id=entry.id,
        name=entry.name,
        department=entry.department,
        languages=entry.languages,
        leads=entry.lead,
        may_own=entry.may_own,
        channel=entry.contact.channel if entry.contact else Channel.EMAIL,
        address=entry.contact.address if entry.contact else None,
    )
