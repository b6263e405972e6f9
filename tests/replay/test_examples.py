"""The mapping files that come with Redress, on the files they were written for, where those are present."""

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from services.command.replay.make_contact import ContactMaker
from services.command.replay.mapping import Mapping, load_mapping
from services.command.replay.open_file import open_file
from services.command.replay.read_rows import read_rows
from services.command.replay.rejects import Reject, RejectError
from shared.events.vocabulary import Channel

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
DATA = ROOT.parent / "shared" / "data"

EXPECTED = {
    "city_requests_nyc": {"taken": 920, "given": 920, "UNKNOWN_CHANNEL": 4},
    "finance_complaints_us": {"taken": 2050, "given": 2050, "UNKNOWN_CHANNEL": 17},
    "public_messages_zh": {"taken": 2000, "given": 2000},
    "sms_en_latin1": {"taken": 5572, "none": 5572},
    "sms_zh": {"taken": 2999, "given": 1220, "none": 1779, "EMPTY_TEXT": 1},
    "telecom_calls_zh": {"taken": 5000, "none": 5000},
    "telecom_complaints_en": {"taken": 1132, "given": 1132},
}


def read_through(path: Path, mapping: Mapping) -> tuple[Counter[str], set[tuple[Channel, str]]]:
    """What became of the rows of a file, and the keys of those that became contacts."""
    counts: Counter[str] = Counter()
    keys = set()
    maker = ContactMaker(mapping)
    with open_file(path, mapping) as file:
        for row in read_rows(file.lines, mapping, path.name):
            try:
                if isinstance(row, Reject):
                    raise row.why
                contact = maker.make(row)
            except RejectError as why:
                counts[why.reason] += 1
            else:
                counts["taken"] += 1
                counts[contact.dated] += 1
                keys.add((contact.channel, contact.key))
    return counts, keys


def test_there_is_something_expected_of_every_example() -> None:
    assert {path.stem for path in EXAMPLES} == set(EXPECTED)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_mapping(path: Path) -> None:
    assert load_mapping(path).source == path.stem


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_reads_its_file_and_keys_every_row_once(path: Path) -> None:
    file_path = DATA / f"{path.stem}.csv"
    if not file_path.exists():
        pytest.skip(f"the sample data are not at {DATA}")
    counts, keys = read_through(file_path, load_mapping(path))
    assert counts == EXPECTED[path.stem]
    assert len(keys) == counts["taken"]


def test_a_date_column_without_an_order_is_ambiguous_exactly_where_it_could_be_either() -> None:
    file_path = DATA / "telecom_complaints_en.csv"
    if not file_path.exists():
        pytest.skip(f"the sample data are not at {DATA}")
    with file_path.open(encoding="utf-8-sig", newline="") as written:
        spelled_out = [
            datetime.strptime(row["Date_month_year"], "%d-%b-%y").date()  # noqa: DTZ007 - only a day
            for row in csv.DictReader(written)
        ]
    expected = sum(day.day <= 12 and day.day != day.month for day in spelled_out)
    mapping = load_mapping(ROOT / "examples" / "telecom_complaints_en.toml")
    assert mapping.occurred_at is not None
    in_doubt = mapping.occurred_at.model_copy(
        update={"columns": ("Date",), "formats": ("%d-%m-%y", "%m-%d-%y")}
    )
    counts = read_through(file_path, mapping.model_copy(update={"occurred_at": in_doubt}))[0]
    assert counts["AMBIGUOUS_DATE"] == expected > 0
    assert counts["taken"] == len(spelled_out) - expected
