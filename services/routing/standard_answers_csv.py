"""Reads standard answers from CSV: one line each, the columns named in the first."""

import csv
import io
from typing import Any

from pydantic import ValidationError

from shared.runtime.errors import UnprocessableError

from .bodies import StandardAnswerEntry

COLUMNS = ("id", "category", "language", "title", "text")


def read_answers(content: bytes) -> list[dict[str, Any]]:
    """The answers listed. Raises UnprocessableError that names line and column."""
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnprocessableError("is no CSV in UTF-8", "不是 UTF-8 编码的 CSV", field="body") from error
    if not rows:
        raise UnprocessableError("lists no answer", "没有列出任何口径", field="body")
    entries = [_read(line, row) for line, row in enumerate(rows, start=2)]
    seen: set[str] = set()
    for line, entry in enumerate(entries, start=2):
        if entry["id"] in seen:
            raise UnprocessableError("is listed twice", "重复列出", field=f"{line}.id")
        seen.add(entry["id"])
    return entries


def _read(line: int, row: dict[Any, Any]) -> dict[str, Any]:
    if None in row or None in row.values():
        raise UnprocessableError(
            "has not as many cells as the first line", "列数与首行不一致", field=str(line)
        )
    try:
        given = {name: cell.strip() for name, cell in row.items() if cell.strip()}
        return StandardAnswerEntry.model_validate(given).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnprocessableError(
            first["msg"], f"此处填写有误（{first['type']}）", field=f"{line}.{place}"
        ) from error
