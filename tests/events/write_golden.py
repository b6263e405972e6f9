"""Writes the golden file and schema of events that have none, or that have gained a field since; never over one.

python -m tests.events.write_golden
"""

import json
from pathlib import Path
from typing import Any

from shared.bus.cloudevents import to_record
from shared.events import EVENT_TYPES, Event

from .recorded import GOLDEN, as_json, golden_files, recorded, schema_file


def write_missing() -> list[Path]:
    """Write what is missing; returns the golden files written."""
    GOLDEN.mkdir(exist_ok=True)
    written = []
    for kind in EVENT_TYPES.values():
        kept = golden_files(kind.type)
        if kept and set(json.loads(kept[-1].read_text(encoding="utf-8"))["value"]) == set(kind.model_fields):
            continue
        written.append(_write(kind, edition=len(kept) + 1))
    return written


def _write(kind: type[Event], edition: int) -> Path:
    golden = GOLDEN / (f"{kind.type}.json" if edition == 1 else f"{kind.type}.{edition}.json")
    _create(golden, as_json(to_record(recorded(kind))))
    _create(schema_file(golden), kind.model_json_schema())
    return golden


def _create(path: Path, document: dict[str, Any]) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    for path in write_missing():
        print(path)
