"""Mapping files: what is taken, and the one line that names the wrong key."""

from pathlib import Path

import pytest

from services.command.replay.mapping import load_mapping
from services.command.replay.replay_error import ReplayError

from .replaying import WEB, mapping_of

DATES = '[occurred_at]\ncolumns = ["when"]\nformats = ["%Y-%m-%d"]\nzone = "UTC"\n'


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (WEB.replace('source = "letters"', ""), "source: is missing"),
        (WEB.replace('source = "letters"', 'source = "a b"'), "source:"),
        (WEB.replace('["text"]', "[]"), "text.columns:"),
        (WEB.replace('["text"]', '["text", true]'), "text.columns.1: is a column's name"),
        (WEB.replace('["text"]', "[0]"), "text.columns.0: is a column's name"),
        (WEB.replace('"web"', '"pigeon"'), "channel.default:"),
        (WEB.replace('default = "web"', ""), "channel: column or default is missing"),
        (WEB + "colour = 1\n", "channel.colour: is no key of a mapping"),
        (
            WEB + DATES.replace("UTC", "Atlantis/Capital"),
            "occurred_at.zone: 'Atlantis/Capital' is no time zone",
        ),
        (WEB + DATES.replace('zone = "UTC"', ""), "occurred_at: zone is missing"),
        (WEB + DATES.replace("%Y-%m-%d", "%d/%m"), "occurred_at.formats.0: '%d/%m' does not tell"),
        (WEB + DATES + 'ambiguous_dates = "guess"\n', "occurred_at.ambiguous_dates:"),
        ('encoding = "klingon"\n' + WEB, "encoding: 'klingon' is no text encoding"),
        ('encoding = "rot13"\n' + WEB, "encoding: 'rot13' is no text encoding"),
        ('delimiter = ";;"\n' + WEB, "delimiter:"),
        ('format = "xml"\n' + WEB, "format:"),
        ("header = false\n" + WEB, "text.columns: without a header"),
        ('format = "jsonl"\n' + WEB.replace('"text"', "1"), "text.columns: a JSON line has names"),
        ("source = ", "is no TOML"),
    ],
)
def test_a_wrong_mapping_is_told_in_one_line_that_names_the_key(
    tmp_path: Path, content: str, named: str
) -> None:
    with pytest.raises(ReplayError) as told:
        mapping_of(tmp_path, content)
    assert named in str(told.value)
    assert "\n" not in str(told.value)
    assert told.value.code == 2


def test_a_missing_mapping_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="cannot be read: No such file") as told:
        load_mapping(tmp_path / "none.toml")
    assert told.value.code == 2


def test_utf_8_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    assert mapping_of(tmp_path, 'encoding = "UTF8"\n' + WEB).encoding == "utf-8-sig"


def test_every_column_is_known_with_the_key_that_names_it(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, WEB + DATES + '[customer]\nphone = "tel"\n[sender]\ncolumn = "tel"\n')
    assert mapping.columns == {
        "text": "text.columns",
        "when": "occurred_at.columns",
        "id": "contact.id",
        "tel": "sender.column",
    }


def test_times_with_an_offset_need_no_zone(tmp_path: Path) -> None:
    formats = DATES.replace('zone = "UTC"', "").replace("%Y-%m-%d", "%Y-%m-%d %H:%M %z")
    assert mapping_of(tmp_path, WEB + formats).occurred_at is not None
