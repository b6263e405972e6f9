"""Reads CSV strictly: a row that is not written as it should be is told, not repaired."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from .lines import Lines, LineTooLongError
from .mapping import Mapping as FileMapping
from .open_file import SURROGATE
from .rejects import Reason, Reject, RejectError
from .replay_error import ReplayError
from .row import Row, fingerprint_of

LONGEST_CELL = 1024 * 1024


def read_csv(lines: Lines, mapping: FileMapping, name: str) -> Iterator[Row | Reject]:
    """See read_rows."""
    records = _records(lines, mapping)
    first = next(records, None)
    if first is None:
        return iter(())
    if isinstance(first, Reject):
        raise ReplayError(
            f"the first line of {name} cannot be read: {first.detail('en')}"
            f"|无法读取 {name} 的第一行：{first.detail('zh-CN')}"
        )
    _, header = first
    if SURROGATE.search("".join(header)):
        raise ReplayError(
            f"{name} is not {mapping.encoding.removesuffix('-sig')}; the mapping sets the encoding"
            f"|{name} 不是 {mapping.encoding.removesuffix('-sig')} 编码；编码由映射文件指定"
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
        yield Row(line, {column: cells[place] for column, place in places.items()}, fingerprint_of(cells))


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
                raise ReplayError(
                    f"{key} names column {column}; {name} has {width}"
                    f"|{key} 指定第 {column} 列；{name} 只有 {width} 列",
                    2,
                )
            places[column] = column - 1
        elif (found := names.count(column)) != 1:
            has = "has several of them" if found else "has " + ", ".join(cell for cell in names if cell)[:300]
            has_zh = "出现多次" if found else "不存在；现有列：" + "、".join(c for c in names if c)[:300]
            raise ReplayError(
                f"{key} names the column {column!r}; {name} {has}"
                f"|{key} 指定的列 {column!r} 在 {name} 中{has_zh}",
                2,
            )
        else:
            places[column] = names.index(column)
    return places
