"""Reads the rows of a file one after another; a row that cannot be read takes no other with it unsaid."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from io import TextIOBase
from itertools import chain, islice
from typing import Any

from .mapping import Mapping as FileMapping
from .open_file import SURROGATE
from .rejects import Reason, Reject, RejectError
from .replay_error import ReplayError

LONGEST_LINE = 16 * 1024 * 1024
LONGEST_CELL = 1024 * 1024
OBJECTS_LOOKED_AT = 100
"""JSON lines whose keys are looked at to find out whether the mapping fits the file at all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. line: its first, from 1. cells: by the mapping's columns. fingerprint: of all that it says."""

    line: int
    cells: Mapping[str | int, str]
    fingerprint: bytes


class LineTooLongError(Exception):
    """Nobody writes such lines."""


class Lines:
    """The lines of a file, counted. Raises LineTooLongError for one that is, and goes on after it."""

    def __init__(self, stream: TextIOBase) -> None:
        self._stream = stream
        self.count = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            while (rest := self._read()) and rest[-1] not in "\r\n":
                pass
            raise LineTooLongError
        return line

    def _read(self) -> str:
        try:
            return self._stream.readline(LONGEST_LINE)
        except (OSError, UnicodeError) as error:
            raise ReplayError(f"the file cannot be read beyond line {self.count}: {error}") from error


def read_rows(stream: TextIOBase, mapping: FileMapping, name: str) -> Iterator[Row | Reject]:
    """Every row of the file called `name`, in order; empty lines are none.

    Raises ReplayError, at once, if the file has not the columns of the mapping.
    """
    lines = Lines(stream)
    if mapping.format == "jsonl":
        return _read_json_lines(lines, mapping, name)
    return _read_csv(lines, mapping, name)


def _read_csv(lines: Lines, mapping: FileMapping, name: str) -> Iterator[Row | Reject]:
    records = _records(lines, mapping)
    first = next(records, None)
    if first is None:
        return iter(())
    if isinstance(first, Reject):
        raise ReplayError(f"the first line of {name} cannot be read: {first.detail('en')}")
    _, header = first
    if SURROGATE.search("".join(header)):
        raise ReplayError(
            f"{name} is not {mapping.encoding.removesuffix('-sig')}; the mapping sets the encoding"
        )
    places = _places(header if mapping.header else None, len(header), mapping, name)
    return _csv_rows(records if mapping.header else chain([first], records), len(header), places)


def _csv_rows(
    records: Iterable[tuple[int, list[str]] | Reject], width: int, places: Mapping[str | int, int]
) -> Iterator[Row | Reject]:
    for record in records:
        if isinstance(record, Reject):
            yield record
            continue
        line, cells = record
        if len(cells) != width:
            yield Reject(line, RejectError(Reason.WRONG_COLUMN_COUNT, found=len(cells), wanted=width))
            continue
        yield Row(line, {column: cells[place] for column, place in places.items()}, _fingerprint(cells))


def _records(lines: Lines, mapping: FileMapping) -> Iterator[tuple[int, list[str]] | Reject]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=mapping.delimiter, quotechar=mapping.quote, strict=True)
    while True:
        first = lines.count + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except LineTooLongError:
            yield Reject(first, RejectError(Reason.TOO_LONG, first=first, last=lines.count))
        except csv.Error as error:
            reason = Reason.TOO_LONG if "limit" in str(error) else Reason.BAD_QUOTES
            yield Reject(first, RejectError(reason, first=first, last=lines.count))
        else:
            if cells:
                yield first, cells


def _places(
    header: Sequence[str] | None, width: int, mapping: FileMapping, name: str
) -> dict[str | int, int]:
    names = [cell.strip() for cell in header or ()]
    places: dict[str | int, int] = {}
    for column, key in mapping.columns.items():
        if isinstance(column, int):
            if column > width:
                raise ReplayError(f"{key} names column {column}; {name} has {width}", 2)
            places[column] = column - 1
        elif (found := names.count(column)) != 1:
            has = "has several of them" if found else "has " + ", ".join(cell for cell in names if cell)[:300]
            raise ReplayError(f"{key} names the column {column!r}; {name} {has}", 2)
        else:
            places[column] = names.index(column)
    return places


def _read_json_lines(lines: Lines, mapping: FileMapping, name: str) -> Iterator[Row | Reject]:
    records = _objects(lines)
    ahead = list(islice(records, OBJECTS_LOOKED_AT))
    objects = [record[1] for record in ahead if not isinstance(record, Reject)]
    columns = mapping.columns
    for column, key in columns.items():
        if objects and not any(_has(content, str(column)) for content in objects):
            raise ReplayError(
                f"{key} names {column!r}; none of the first {len(objects)} objects of {name} has it", 2
            )
    return _json_rows(chain(ahead, records), tuple(columns))


def _json_rows(
    records: Iterable[tuple[int, dict[str, Any]] | Reject], columns: Sequence[str | int]
) -> Iterator[Row | Reject]:
    for record in records:
        if isinstance(record, Reject):
            yield record
            continue
        line, content = record
        try:
            cells: dict[str | int, str] = {column: _cell(content, str(column)) for column in columns}
        except RejectError as why:
            yield Reject(line, why)
        else:
            yield Row(line, cells, _fingerprint(content))


def _objects(lines: Lines) -> Iterator[tuple[int, dict[str, Any]] | Reject]:
    while True:
        try:
            text = next(lines)
        except StopIteration:
            return
        except LineTooLongError:
            yield Reject(lines.count, RejectError(Reason.TOO_LONG, first=lines.count, last=lines.count))
            continue
        if not text.strip():
            continue
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict):
            yield lines.count, content
        else:
            yield Reject(lines.count, RejectError(Reason.BAD_JSON))


def _has(content: Any, path: str) -> bool:
    return _find(content, path) is not _ABSENT


_ABSENT = object()


def _find(content: Any, path: str) -> Any:
    if not isinstance(content, dict):
        return _ABSENT
    if path in content:
        return content[path]
    first, dot, rest = path.partition(".")
    return _find(content.get(first), rest) if dot else _ABSENT


def _cell(content: dict[str, Any], path: str) -> str:
    value = _find(content, path)
    if value is _ABSENT or value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise RejectError(Reason.WRONG_TYPE, path)
    return json.dumps(value)


def _fingerprint(content: Any) -> bytes:
    return blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).digest()
