"""Rows of nasty files: none disappears without a word, and none changes its neighbours."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.command.replay import lines as counted
from services.command.replay import read_csv as module
from services.command.replay.mapping import Mapping
from services.command.replay.read_rows import read_rows
from services.command.replay.rejects import Reason, Reject
from services.command.replay.replay_error import ReplayError
from services.command.replay.row import Row

from .replaying import WEB, rows_of

JSON = 'format = "jsonl"\n' + WEB
BY_NUMBER = Mapping(
    source="s",
    header=False,
    text={"columns": [1]},
    channel={"default": "web"},
)


def told(rows: list[Row | Reject]) -> list[tuple[int, str]]:
    """Line and text, or line and reason, of each row."""
    return [(row.line, row.why.reason if isinstance(row, Reject) else row.cells["text"]) for row in rows]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert told(rows_of(tmp_path, b"\xef\xbb\xbfid,text\n1,late\n")) == [(2, "late")]


def test_a_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    content = 'id,text\r\n1,"two\r\nlines"\r\n\r\n2,one\r\n'
    assert told(rows_of(tmp_path, content)) == [(2, "two\r\nlines"), (5, "one")]


def test_a_wrong_number_of_columns_is_told_and_the_next_row_is_read(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "id,text\n1\n2,b,c\n3,fine\n")
    assert told(rows) == [(2, Reason.WRONG_COLUMN_COUNT), (3, Reason.WRONG_COLUMN_COUNT), (4, "fine")]
    assert isinstance(rows[1], Reject)
    assert rows[1].detail("en") == "has 3 columns, not 2"


def test_a_quote_that_is_never_closed_is_told_with_all_its_lines(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'id,text\n1,fine\n2,"open\n3,swallowed\n')
    assert told(rows) == [(2, "fine"), (3, Reason.BAD_QUOTES)]
    assert isinstance(rows[1], Reject)
    assert "lines 3 to 4" in rows[1].detail("en")


def test_a_quote_in_the_middle_of_a_quoted_text_is_told_not_repaired(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'id,text\n1,"he said "no" to me"\n2,fine\n')
    assert told(rows) == [(2, Reason.BAD_QUOTES), (3, "fine")]


def test_broken_bytes_and_nul_stay_where_they_are(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b"id,text\n1,caf\xe9\n2,a\x00b\n3,fine\n")
    assert [line for line, _ in told(rows)] == [2, 3, 4]
    assert told(rows)[1:] == [(3, "a\x00b"), (4, "fine")]


def test_a_cell_or_line_beyond_all_reason_is_told_and_the_next_row_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_CELL", 50)
    monkeypatch.setattr(counted, "LONGEST_LINE", 80)
    rows = rows_of(tmp_path, f"id,text\n1,{'x' * 60}\n2,{'y' * 200}\n3,fine\n")
    assert told(rows) == [(2, Reason.TOO_LONG), (3, Reason.TOO_LONG), (4, "fine")]


def test_columns_without_a_name_are_found_by_number(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "id,text,,\n1,a,b,c\n", WEB.replace('["text"]', '["text", 3, 4]'))
    assert isinstance(rows[0], Row)
    assert dict(rows[0].cells) == {"id": "1", "text": "a", 3: "b", 4: "c"}


def test_a_file_without_a_header_is_read_from_its_first_line(tmp_path: Path) -> None:
    mapping = "header = false\n" + WEB.replace('["text"]', "[2]").replace('"id"', "1")
    assert len(rows_of(tmp_path, "1,a\n2,b\n", mapping)) == 2


@pytest.mark.parametrize(
    ("content", "mapping", "line", "code"),
    [
        ("id,words\n1,a\n", WEB, "text.columns names the column 'text'; letters.csv has id, words", 2),
        ("id,text,text\n1,a,b\n", WEB, "text.columns names the column 'text'; letters.csv has several", 2),
        ("id,text\n", WEB.replace('["text"]', "[7]"), "text.columns names column 7; letters.csv has 2", 2),
        ('{"id": 1}\n', JSON, "text.columns names 'text'; none of the first 1 objects", 2),
        ("编号,text\n".encode("gbk"), WEB, "letters.csv is not utf-8", 1),
        ("id,text\n1,a\n".encode("utf-16"), WEB, "letters.csv is not utf-8", 1),
        ('"id,text\n', WEB, "the first line of letters.csv cannot be read", 1),
        ("", WEB, "is empty", 1),
    ],
)
def test_a_file_that_does_not_fit_is_told_in_one_line_before_anything_is_posted(
    tmp_path: Path, content: str | bytes, mapping: str, line: str, code: int
) -> None:
    with pytest.raises(ReplayError) as why:
        rows_of(tmp_path, content, mapping)
    assert line in str(why.value)
    assert why.value.code == code


def test_other_encodings_are_read(tmp_path: Path) -> None:
    for encoding in ("gb18030", "utf-16", "utf-8"):
        rows = rows_of(tmp_path, "id,text\n1,宽带\n".encode(encoding), f'encoding = "{encoding}"\n' + WEB)
        assert told(rows) == [(2, "宽带")]


def test_json_lines_are_read_with_paths_and_every_kind_of_value(tmp_path: Path) -> None:
    mapping = JSON.replace('id = "id"', 'id = "call.id"')
    content = '{"call": {"id": 7}, "text": "late"}\n\n{"text": true, "call": {"id": null}}\r\n{"text": "x"}\n'
    rows = rows_of(tmp_path, content, mapping)
    assert [dict(row.cells) for row in rows if isinstance(row, Row)] == [
        {"text": "late", "call.id": "7"},
        {"text": "true", "call.id": ""},
        {"text": "x", "call.id": ""},
    ]


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "[" * 100_000, '{"id": 1' + "0" * 5000 + "}", "\x00"])
def test_a_line_that_is_no_object_is_told_and_the_next_one_is_read(tmp_path: Path, line: str) -> None:
    rows = rows_of(tmp_path, f'{line}\n{{"id": "1", "text": "fine"}}\n', JSON)
    assert told(rows) == [(1, Reason.BAD_JSON), (2, "fine")]


def test_a_list_is_no_text(tmp_path: Path) -> None:
    assert told(rows_of(tmp_path, '{"id": "1", "text": ["a"]}\n', JSON)) == [(1, Reason.WRONG_TYPE)]


def test_the_order_of_keys_does_not_make_another_row(tmp_path: Path) -> None:
    first, second = rows_of(tmp_path, '{"id": 1, "text": "a"}\n{"text": "a", "id": 1}\n', JSON)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert first.fingerprint == second.fingerprint


@given(some.lists(some.lists(some.text(max_size=8), min_size=2, max_size=2), min_size=1, max_size=6))
def test_whatever_is_written_as_csv_is_read_again(table: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(table)
    rows = list(read_rows(io.StringIO(written.getvalue(), newline=""), BY_NUMBER, "f"))
    assert [row.cells[1] for row in rows if isinstance(row, Row)] == [first for first, _ in table]


@given(some.text(max_size=200))
def test_every_line_of_any_text_is_in_a_row_or_a_reject(content: str) -> None:
    try:
        rows = list(read_rows(io.StringIO(content, newline=""), BY_NUMBER, "f"))
    except ReplayError:
        return
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
    assert bool(rows) == bool(content.strip("\r\n"))


@given(some.dictionaries(some.text(max_size=5), some.integers() | some.text(max_size=5), max_size=4))
def test_rows_that_differ_have_other_fingerprints(content: dict[str, object]) -> None:
    mapping = BY_NUMBER.model_copy(update={"format": "jsonl"})
    other = content | {"and more": 1}
    text = f"{json.dumps(content)}\n{json.dumps(other)}\n{json.dumps(content)}\n"
    mapping = mapping.model_copy(update={"text": mapping.text.model_copy(update={"columns": ("and more",)})})
    first, second, third = (row for row in read_rows(io.StringIO(text), mapping, "f") if isinstance(row, Row))
    assert first.fingerprint == third.fingerprint != second.fingerprint
