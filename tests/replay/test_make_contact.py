"""What a row becomes at each door, and why some become nothing."""

from pathlib import Path
from typing import Any

import pytest

from services.command.replay.make_contact import Contact, ContactMaker, Dated
from services.command.replay.rejects import Reason, RejectError

from .replaying import WEB, mapping_of, rows_of

ALL = """
source = "all"
[text]
columns = ["title", "body"]
[contact]
id = "id"
[occurred_at]
columns = ["day", "time"]
formats = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]
zone = "America/New_York"
no_date = ["unknown"]
[channel]
column = "via"
values = { "Net" = "web", "Call" = "phone", "Text" = "sms", "Post" = "letter" }
default = "web"
[customer]
external_id = "who"
phone = "tel"
[sender]
column = "tel"
default = "anonymous"
[category]
columns = ["kind", "part"]
[language]
column = "tongue"
values = { "chinese" = "zh-CN" }
default = "en"
"""
HEADER = ("id", "title", "body", "day", "time", "via", "who", "tel", "kind", "part", "tongue")
ROW = {"id": "1", "title": "Late", "body": "three days", "day": "18/04/2015", "time": "09:55", "via": "Net"}


def make(folder: Path, mapping: str = ALL, **cells: str) -> Contact:
    """The contact in one row."""
    values = [(ROW | cells).get(name, "").replace('"', '""') for name in HEADER]
    content = ",".join(HEADER) + "\n" + ",".join(f'"{value}"' for value in values) + "\n"
    [row] = rows_of(folder, content, mapping)
    return ContactMaker(mapping_of(folder, mapping)).make(row)  # type: ignore[arg-type]


def test_a_web_contact_has_everything_the_mapping_names(tmp_path: Path) -> None:
    contact = make(tmp_path, who="C1", tel="13800138000", kind="bill", part="double", tongue="chinese")
    assert contact.channel == "web"
    assert contact.body == {
        "contact_key": "all:id:1",
        "text": "Late\nthree days",
        "occurred_at": "2015-04-18T09:55:00-04:00",
        "category": "bill/double",
        "language": "zh-CN",
        "customer": {"external_id": "C1", "phone": "13800138000"},
    }


@pytest.mark.parametrize(
    ("via", "tel", "expected"),
    [
        ("Call", "138", {"call_id": "all:id:1", "caller_number": "138"}),
        ("Call", "", {"call_id": "all:id:1", "caller_number": "anonymous"}),
        ("Text", "138", {"message_id": "all:id:1", "from": "138"}),
        ("", "138", {"contact_key": "all:id:1"}),
    ],
)
def test_each_door_calls_key_and_sender_otherwise(
    tmp_path: Path, via: str, tel: str, expected: dict[str, Any]
) -> None:
    contact = make(tmp_path, via=via, tel=tel)
    assert expected.items() <= contact.body.items()


def test_what_staff_enter_goes_through_their_door_and_says_how_it_came(tmp_path: Path) -> None:
    contact = make(tmp_path, via="Post", tel="13800138000")
    assert contact.channel == "phone"
    assert {name: contact.body.get(name) for name in ("call_id", "came_by", "caller_number")} == {
        "call_id": "all:id:1",
        "came_by": "LETTER",
        "caller_number": None,
    }


def test_empty_columns_are_left_out(tmp_path: Path) -> None:
    body = make(tmp_path, title="", body="\n\t three days \n").body
    assert body["text"] == "three days"
    assert {"customer", "category"}.isdisjoint(body)


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        ({"title": " ", "body": "\n\t"}, Reason.EMPTY_TEXT, "title"),
        ({"via": "Fax"}, Reason.UNKNOWN_CHANNEL, "via"),
        ({"day": "04/05/2015"}, Reason.AMBIGUOUS_DATE, "day"),
        ({"day": "06/11/2022", "time": "01:30"}, Reason.AMBIGUOUS_DATE, "day"),
        ({"day": "31/31/2015"}, Reason.BAD_DATE, "day"),
        ({"day": ""}, Reason.BAD_DATE, "day"),
        ({"body": "a\x00b"}, Reason.NUL_CHARACTER, "body"),
        ({"body": "a\ufffdb"}, None, ""),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_where(
    tmp_path: Path, cells: dict[str, str], reason: Reason | None, column: str
) -> None:
    if reason is None:
        make(tmp_path, **cells)
        return
    with pytest.raises(RejectError) as why:
        make(tmp_path, **cells)
    assert (why.value.reason, why.value.column) == (reason, column)


def test_bytes_of_another_encoding_are_told_by_column(tmp_path: Path) -> None:
    [row] = rows_of(tmp_path, b"id,text\n1,caf\xe9\n")
    with pytest.raises(RejectError) as why:
        ContactMaker(mapping_of(tmp_path, WEB)).make(row)  # type: ignore[arg-type]
    assert (why.value.reason, why.value.column) == (Reason.UNDECODABLE, "text")


def test_broken_bytes_in_a_column_nobody_needs_do_no_harm(tmp_path: Path) -> None:
    [row] = rows_of(tmp_path, b"id,text,note\n1,fine,caf\xe9\n")
    assert ContactMaker(mapping_of(tmp_path, WEB)).make(row).body["text"] == "fine"  # type: ignore[arg-type]


def test_half_a_character_in_json_is_undecodable(tmp_path: Path) -> None:
    mapping = 'format = "jsonl"\n' + WEB
    [row] = rows_of(tmp_path, '{"id": 1, "text": "\\ud83d"}\n', mapping)
    with pytest.raises(RejectError) as why:
        ContactMaker(mapping_of(tmp_path, mapping)).make(row)  # type: ignore[arg-type]
    assert why.value.reason is Reason.UNDECODABLE


@pytest.mark.parametrize(("day", "time"), [("", ""), ("unknown", ""), ("", "unknown")])
def test_a_row_without_a_date_is_taken_without_one(tmp_path: Path, day: str, time: str) -> None:
    contact = make(tmp_path, day=day, time=time)
    assert contact.dated is Dated.NONE
    assert "occurred_at" not in contact.body


def test_spaces_that_do_not_break_are_spaces_in_a_date(tmp_path: Path) -> None:
    assert make(tmp_path, day="\u00a018/04/2015\u00a0").dated is Dated.GIVEN


@pytest.mark.parametrize(
    ("option", "day", "dated"),
    [
        ("ambiguous_dates", "04/05/2015", Dated.AMBIGUOUS),
        ("unreadable_dates", "soon", Dated.UNREADABLE),
    ],
)
def test_the_mapping_may_ask_to_omit_a_date_in_doubt(
    tmp_path: Path, option: str, day: str, dated: Dated
) -> None:
    contact = make(tmp_path, ALL.replace("[channel]", f'{option} = "omit"\n[channel]'), day=day)
    assert contact.dated is dated
    assert "occurred_at" not in contact.body


def test_omitting_ambiguous_dates_does_not_let_unreadable_ones_pass(tmp_path: Path) -> None:
    mapping = ALL.replace("[channel]", 'ambiguous_dates = "omit"\n[channel]')
    with pytest.raises(RejectError):
        make(tmp_path, mapping, day="soon")


def test_rows_of_one_customer_are_known_as_such(tmp_path: Path) -> None:
    assert make(tmp_path, who="C1").customer == make(tmp_path, who="C1", id="2").customer == "C1"
    assert make(tmp_path, tel="138").customer == "138"
    assert make(tmp_path).customer == "all:id:1"
