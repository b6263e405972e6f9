"""Reads members of staff from CSV: one line each, the columns named in the first."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.runtime.error_texts import field_text
from shared.runtime.errors import UnprocessableError

from .directory_entries import MemberEntry

COLUMNS = (
    *(
        "id",
        "name",
        "department",
        "languages",
        "skills",
        "lead",
        "may_own",
        "coordinates",
        "rank",
        "max_open",
    ),
    *("days", "starts", "ends", "channel", "address", "zone", "left"),
)
"""languages, skills, days: several divided by `;`. lead, may_own, coordinates, left: yes or no."""

_AS_GIVEN = ("id", "name", "department", "zone")
_SEVERAL = ("languages", "skills")
_YES_OR_NO = ("lead", "may_own", "coordinates", "left")
_WHOLE = ("rank", "max_open")
_WORDS = {
    "yes": True,
    "true": True,
    "1": True,
    "是": True,
    "no": False,
    "false": False,
    "0": False,
    "否": False,
}


def read_staff(content: bytes) -> list[MemberEntry]:
    """The members listed. Raises UnprocessableError that names line and column."""
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnprocessableError("is no CSV in UTF-8", "不是 UTF-8 编码的 CSV", field="body") from error
    for name in rows[0] if rows else {}:
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise UnprocessableError(
                f"there is no such column; there are {known}",
                f"没有此列；可用的列：{known}",
                field=f"1.{name}",
            )
    if not rows:
        raise UnprocessableError("lists nobody", "没有列出任何员工", field="body")
    return [_read(line, row) for line, row in enumerate(rows, start=2)]


def _read(line: int, row: Mapping[Any, Any]) -> MemberEntry:
    if None in row or None in row.values():
        raise UnprocessableError(
            "has not as many cells as the first line", "列数与首行不一致", field=str(line)
        )
    given = {name: cell.strip() for name, cell in row.items() if cell.strip()}
    entry: dict[str, Any] = {name: given[name] for name in _AS_GIVEN if name in given}
    entry |= {name: _several(given[name]) for name in _SEVERAL if name in given}
    entry |= {name: _WORDS.get(given[name].lower(), given[name]) for name in _YES_OR_NO if name in given}
    entry |= {name: _whole(given[name]) for name in _WHOLE if name in given}
    if "days" in given:
        days = [_whole(day) for day in _several(given["days"])]
        entry["shifts"] = [
            {"days": days} | {name: given[name] for name in ("starts", "ends") if name in given}
        ]
    if "channel" in given or "address" in given:
        entry["contact"] = {name: given[name] for name in ("channel", "address") if name in given}
    try:
        return MemberEntry.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        texts = field_text(first, "en"), field_text(first, "zh-CN")
        raise UnprocessableError(*texts, field=f"{line}.{place}") from error


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _whole(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else cell
