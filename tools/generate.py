"""Writes the documents that are made from code: docs/events.md in both languages, the JSON Schemas, docs/asyncapi.json.

python -m tools.generate [--check]: with --check, says which are out of date and ends with 1.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.command.registry import SERVICES, create_service
from shared.bus.event_log import EventLog
from shared.events import EVENT_TYPES, PUBLISHERS, Event, topic_of
from shared.runtime.settings import Settings

from .events_page import chinese_page, english_page

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def main() -> int:
    """Write or check every generated file."""
    check = "--check" in sys.argv[1:]
    stale = [path for path, text in sorted(_files().items()) if _differs(path, text, write=not check)]
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


def _files() -> dict[Path, str]:
    readers = _readers()
    files = {
        DOCS / "events.md": english_page(readers),
        DOCS / "events.zh-CN.md": chinese_page(readers),
        DOCS / "asyncapi.json": _as_json(_asyncapi(readers)),
    }
    for name, event in EVENT_TYPES.items():
        files[DOCS / "schemas" / f"{name}.json"] = _as_json(_schema(event))
    return files


def _readers() -> dict[str, list[str]]:
    """Which services react to which event type."""
    settings = Settings(
        database_url="postgresql+asyncpg://nobody@localhost/none", sealing_keys="k:" + "A" * 43 + "="
    )
    readers: dict[str, list[str]] = {name: [] for name in EVENT_TYPES}
    nothing: Any = None
    event_log: EventLog = nothing
    for service in SERVICES:
        consumer = create_service(service, settings, event_log).consumer
        for event_type in consumer.reacts_to if consumer else ():
            readers[event_type].append(service)
    return readers


def _schema(event: type[Event]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": event.type,
        **event.model_json_schema(),
    }


def _asyncapi(readers: Mapping[str, list[str]]) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for publisher in PUBLISHERS:
        events = [event for event in EVENT_TYPES.values() if event.publisher == publisher]
        channels[publisher] = {
            "address": topic_of(publisher),
            "messages": {event.__name__: _message(event) for event in events},
        }
        operations[f"{publisher}Publishes"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{publisher}"},
            "summary": ", ".join(event.__name__ for event in events),
        }
        for service in SERVICES:
            heard = [event for event in events if service in readers[event.type]]
            if heard:
                operations[f"{service}Hears{publisher.capitalize()}"] = {
                    "action": "receive",
                    "channel": {"$ref": f"#/channels/{publisher}"},
                    "messages": [
                        {"$ref": f"#/channels/{publisher}/messages/{event.__name__}"} for event in heard
                    ],
                }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Redress events", "version": "1", "description": "See events.md for the envelope."},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "summary": " ".join((event.__doc__ or "").split()),
        "payload": {"$ref": f"schemas/{event.type}.json"},
    }


def _as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _differs(path: Path, text: str, *, write: bool) -> bool:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
