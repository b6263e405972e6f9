"""The judge of schemas finds what would leave old events unread, and lets additions pass."""

from copy import deepcopy
from typing import Any

import pytest

from .compatibility import breaking_changes

BEFORE: dict[str, Any] = {
    "$defs": {"Channel": {"enum": ["phone", "web"], "type": "string", "title": "Channel"}},
    "properties": {
        "score": {"type": "integer", "title": "Score"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "channel": {"$ref": "#/$defs/Channel"},
        "told": {"type": "array", "items": {"$ref": "#/$defs/Channel"}},
    },
    "required": ["score", "channel", "told"],
}


def changed(*, required: list[str] | None = None, enum: list[str] | None = None, **fields: Any) -> Any:
    """The schema after a change; a field that is None is gone."""
    now = deepcopy(BEFORE)
    now["required"] += required or []
    now["$defs"]["Channel"]["enum"] = enum or ["phone", "web"]
    now["properties"] |= fields
    now["properties"] = {name: field for name, field in now["properties"].items() if field is not None}
    return now


def test_nothing_changed_breaks_nothing() -> None:
    assert breaking_changes(BEFORE, changed()) == []


@pytest.mark.parametrize(
    "now",
    [
        changed(fresh={"type": "string", "default": ""}),
        changed(enum=["phone", "web", "sms"]),
        changed(score={"type": "integer", "title": "Points", "description": "from 1 to 5"}),
    ],
    ids=["an optional field", "one more word", "another description"],
)
def test_an_addition_breaks_nothing(now: Any) -> None:
    assert breaking_changes(BEFORE, now) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (changed(note=None), "note was removed"),
        (changed(required=["note"]), "note became required"),
        (changed(required=["fresh"], fresh={"type": "string"}), "fresh is new and required"),
        (changed(score={"type": "string"}), "score was {'type': 'integer'} and is {'type': 'string'}"),
        (changed(note={"type": "string"}), "note was"),
        (changed(enum=["phone"]), "channel was"),
        (changed(told={"type": "array", "items": {"type": "string"}}), "told was"),
    ],
    ids=["removed", "became required", "new and required", "type", "no longer empty", "word gone", "items"],
)
def test_what_old_events_would_not_survive_is_named(now: Any, said: str) -> None:
    assert breaking_changes(BEFORE, now)[0].startswith(said)
