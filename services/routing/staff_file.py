"""Reads departments and staff from a TOML file, and refuses one that could leave a complaint unowned."""

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from shared.runtime.policy import PolicyError

from .directory import Directory
from .directory_entries import DepartmentEntry, MemberEntry, Roster, directory_of, faults


class StaffFileError(PolicyError):
    """The file cannot be used; the message is one line that names file, entry and reason."""


class Listed(NamedTuple):
    """What a file lists; `version` is the digest of its content."""

    version: str
    departments: dict[str, DepartmentEntry]
    staff: dict[str, MemberEntry]
    duty_desk: str

    def directory(self) -> Directory:
        """The directory of this file alone."""
        return directory_of(self.version, self.departments, self.staff, self.duty_desk)


def load_staff(path: Path | None) -> Listed:
    """What is in the file `path`, else in that of an empty installation. Raises StaffFileError.

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
    assert given.duty_desk is not None
    for fault, _ in faults(given.department, given.staff, given.duty_desk):
        raise StaffFileError(f"{path or built_in.name}: {fault}")
    return Listed(
        version=hashlib.sha256(content).hexdigest()[:12],
        departments={entry.id: entry for entry in given.department},
        staff={entry.id: entry for entry in given.staff},
        duty_desk=given.duty_desk,
    )


def _read(path: Path) -> tuple[bytes, Roster]:
    try:
        content = path.read_bytes()
        return content, Roster.model_validate(tomllib.loads(content.decode("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StaffFileError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise StaffFileError(f"{path}: {place}: {first['msg']}") from error
