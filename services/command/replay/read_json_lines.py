"""Reads JSON lines: one object a line, its values by name or by path."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from .lines import Lines, LineTooLongError
from .mapping import Mapping
from .rejects import Reason, Reject, RejectError
from .replay_error import ReplayError
from .row import Row, fingerprint_of

OBJECTS_LOOKED_AT = 100
"""Lines whose keys are looked at to find out whether the mapping fits the file at all."""


def read_json_lines(lines: Lines, mapping: Mapping, name: str) -> Iterator[Row | Reject]:
    """See read_rows."""
    records = _objects(lines)
    ahead = list(islice(records, OBJECTS_LOOKED_AT))
    objects = [record[1] for record in ahead if not isinstance(record, Reject)]
    columns = mapping.columns
    for column, key in columns.items():
        if objects and not any(_has(content, str(column)) for content in objects):
            raise ReplayError(
                f"{key} names {column!r}; none of the first {len(objects)} objects of {name} has it"
                f"|{key} 指定了 {column!r}；{name} 的前 {len(objects)} 个对象都没有它",
                2,
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
            yield Row(line, cells, fingerprint_of(content))


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
