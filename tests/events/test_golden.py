"""Events written by every earlier version are read by today's code, and today's are written as they always were."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.bus.cloudevents import from_record, to_record
from shared.events import EVENT_TYPES, Event

from . import recorded as files
from .compatibility import breaking_changes
from .recorded import GOLDEN, as_json, from_json, golden_files, recorded, schema_file
from .write_golden import write_missing

EVENTS = sorted(EVENT_TYPES)
KEPT = sorted(path for path in GOLDEN.glob("*.json") if not path.name.endswith(".schema.json"))


def event_of(golden: Path) -> type[Event]:
    """The event of which a golden file is a record."""
    return EVENT_TYPES[read(golden)["headers"]["ce_type"]]


def read(path: Path) -> dict[str, Any]:
    """The document in a file."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def named(paths: list[Path]) -> Iterator[str]:
    """How test cases about files are called."""
    return (path.stem for path in paths)


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_has_a_golden_record_of_all_its_fields(kind: str) -> None:
    newest = golden_files(kind)[-1:]
    assert newest, "run python -m tests.events.write_golden"
    assert set(read(newest[0])["value"]) == set(EVENT_TYPES[kind].model_fields)


@pytest.mark.parametrize("golden", KEPT, ids=named(KEPT))
def test_every_golden_record_ever_written_is_read_as_the_event_it_was(golden: Path) -> None:
    kept = from_json(read(golden))
    told = from_record(kept.headers, kept.value)
    expected = recorded(event_of(golden))
    then = set(read(golden)["value"])
    assert type(told.event) is type(expected.event)
    assert told.event.model_dump(include=then) == expected.event.model_dump(include=then)
    assert told._replace(event=expected.event) == expected


@pytest.mark.parametrize("kind", EVENTS)
def test_the_same_envelope_is_written_in_the_same_bytes_as_ever(kind: str) -> None:
    assert to_record(recorded(EVENT_TYPES[kind])) == from_json(read(golden_files(kind)[-1]))


@pytest.mark.parametrize("golden", KEPT, ids=named(KEPT))
def test_fields_that_a_reader_does_not_know_are_ignored(golden: Path) -> None:
    kept = read(golden)
    told = from_json(kept)
    kept["value"] |= {"fresh": {"deep": [1, None, "新"]}, "another": 2.5}
    with_more = from_json(kept)
    assert from_record(with_more.headers, with_more.value) == from_record(told.headers, told.value)


@pytest.mark.parametrize("golden", KEPT, ids=named(KEPT))
def test_since_every_golden_record_the_schema_has_only_grown(golden: Path) -> None:
    assert breaking_changes(read(schema_file(golden)), event_of(golden).model_json_schema()) == []


def test_the_writer_writes_what_is_missing_and_never_over_a_golden_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "GOLDEN", tmp_path)
    monkeypatch.setattr("tests.events.write_golden.GOLDEN", tmp_path)
    assert [path.name for path in write_missing()] == [f"{kind}.json" for kind in EVENT_TYPES]
    assert write_missing() == []
    gained = tmp_path / "redress.intake.consent_changed.v1.json"
    kept = as_json(to_record(recorded(EVENT_TYPES["redress.intake.consent_changed.v1"])))
    del kept["value"]["source"]
    gained.write_text(json.dumps(kept), encoding="utf-8")
    assert [path.name for path in write_missing()] == ["redress.intake.consent_changed.v1.2.json"]
    assert read(gained) == kept
