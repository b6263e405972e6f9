"""One fixed record of every event; each value follows from its field's name, so that new fields change no other."""

import json
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin
from uuid import NAMESPACE_URL, UUID, uuid5
from zlib import crc32

from pydantic import BaseModel

from shared.bus.event_log import Record
from shared.events import Envelope, Event

GOLDEN = Path(__file__).parent / "golden"
MORNING = datetime(2026, 11, 21, 8, 30, 15, 250_000, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def recorded(kind: type[Event]) -> Envelope[Event]:
    """The fixed envelope of an event: every field filled, the optional ones too."""
    values = {name: _value(name, field.annotation) for name, field in kind.model_fields.items()}
    return Envelope(
        id=uuid5(NAMESPACE_URL, kind.type),
        event=kind(**values),
        sequence=3,
        occurred_at=MORNING,
        recorded_at=MORNING + timedelta(seconds=2),
        after={"routing": 2, "intake": 1},
        causation_id=uuid5(NAMESPACE_URL, f"cause of {kind.type}"),
        traceparent=TRACE,
    )


def _value(name: str, annotation: Any) -> Any:
    number = crc32(name.encode())
    if annotation is bool:
        return True
    if annotation is int:
        return 1 + number % 5
    if annotation is float:
        return 0.5 + number % 1000
    if annotation is UUID:
        return uuid5(NAMESPACE_URL, name)
    if annotation is str:
        return f"{name} 例"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return next(iter(annotation))
    if get_origin(annotation) is tuple:
        part = get_args(annotation)[0]
        return tuple(part)[:2] if issubclass(part, Enum) else (_value(name, part),)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation(
            **{part: _value(part, field.annotation) for part, field in annotation.model_fields.items()}
        )
    if get_origin(annotation) is Annotated:
        return _value(name, get_args(annotation)[0])
    if NoneType in get_args(annotation):
        return _value(name, next(part for part in get_args(annotation) if part is not NoneType))
    return MORNING + timedelta(seconds=number % 86_400)


def as_json(record: Record) -> dict[str, Any]:
    """A record as it is kept in a golden file."""
    return {
        "topic": record.topic,
        "key": record.key,
        "headers": {name: value.decode() for name, value in record.headers},
        "value": json.loads(record.value),
    }


def from_json(kept: dict[str, Any]) -> Record:
    """The record in a golden file, byte for byte."""
    return Record(
        topic=kept["topic"],
        key=kept["key"],
        headers=tuple((name, value.encode()) for name, value in kept["headers"].items()),
        value=json.dumps(kept["value"], separators=(",", ":"), ensure_ascii=False).encode(),
    )


def golden_files(kind: str) -> list[Path]:
    """The golden files of an event type, oldest first: `<type>.json`, and `<type>.2.json` … for additions."""
    found = [path for path in GOLDEN.glob(f"{kind}.*") if not path.name.endswith(".schema.json")]
    return sorted(found, key=lambda path: _edition(path.stem, kind))


def schema_file(golden: Path) -> Path:
    """The JSON Schema beside a golden file."""
    return golden.with_suffix(".schema.json")


def _edition(stem: str, kind: str) -> int:
    return int(stem.removeprefix(kind).lstrip(".") or 1)
