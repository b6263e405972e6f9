"""Reads a history of opened, promised and closed matters from CSV; rows that cannot be read are counted."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.command.failure import fail

from .mapping import CheckMapping, TextTime


class Matter(NamedTuple):
    """One row; times are instants, None where the cell is empty. told: the time that a text names as the end."""

    line: int
    opened: datetime
    target: datetime | None
    closed: datetime | None
    label: str | None
    kind: str | None
    told: datetime | None


class Unreadable(NamedTuple):
    """A row that cannot be read."""

    line: int
    reason: str


def read_history(file: Path, mapping: CheckMapping) -> Iterator[Matter | Unreadable]:
    """Every row of the file in order; ends the command where the file has not the columns of the mapping."""
    try:
        with file.open(encoding=mapping.encoding, newline="") as lines:
            reader = csv.DictReader(lines, delimiter=mapping.delimiter)
            wanted = [name for name in mapping.columns.model_dump().values() if name is not None]
            missing = sorted(
                {*wanted, *(text.column for text in mapping.text_times)} - set(reader.fieldnames or ())
            )
            if missing:
                fail(f"{file} has no column {', '.join(missing)}|{file} 缺少列 {'、'.join(missing)}", 2)
            zone = ZoneInfo(mapping.zone)
            for row in reader:
                yield _matter(reader.line_num, row, mapping, zone)
    except (OSError, UnicodeDecodeError, LookupError, csv.Error) as error:
        fail(f"{file}: {error}", 2)


def _matter(
    line: int, row: dict[str, str | None], mapping: CheckMapping, zone: ZoneInfo
) -> Matter | Unreadable:
    columns = mapping.columns
    try:
        opened = _time(row[columns.opened], mapping, zone)
        target = _time(row[columns.target], mapping, zone) if columns.target else None
        closed = _time(row[columns.closed], mapping, zone) if columns.closed else None
    except ValueError as error:
        return Unreadable(line, str(error))
    if opened is None:
        return Unreadable(line, "no opening time")
    label = row[columns.label] if columns.label else None
    kind = row[columns.kind] if columns.kind else None
    return Matter(line, opened, target, closed, label, kind, _told(row, mapping.text_times))


def _time(text: str | None, mapping: CheckMapping, zone: ZoneInfo) -> datetime | None:
    """Local times without a zone are read in the mapping's; of one that exists twice the first is meant."""
    if text is None or not text.strip():
        return None
    for form in mapping.formats:
        try:
            read = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    raise ValueError(f"{text!r} has none of the formats|{text!r} 不符合任何一种格式")


def _told(row: dict[str, str | None], text_times: tuple[TextTime, ...]) -> datetime | None:
    """The time in a text, as if it were UTC: what it is can be seen by comparing."""
    for text in text_times:
        found = re.search(text.pattern, row[text.column] or "")
        if found is not None:
            try:
                return datetime.strptime(" ".join(found.groups()), text.format).replace(tzinfo=UTC)
            except ValueError:
                continue
    return None
