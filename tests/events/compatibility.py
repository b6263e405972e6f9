"""Judges whether an event's schema changed so that what was written before is still read: by additions only."""

from typing import Any

Schema = dict[str, Any]

_DECORATION = {"title", "description", "default"}


def breaking_changes(before: Schema, now: Schema) -> list[str]:
    """What the newer JSON Schema of an event may not do; empty if all changes are additions."""
    old, new = before["properties"], now["properties"]
    required = set(now.get("required", ()))
    was_required = set(before.get("required", ()))
    found = [f"{name} was removed" for name in old.keys() - new.keys()]
    found += [f"{name} is new and required" for name in required - old.keys()]
    found += [f"{name} became required" for name in (required & old.keys()) - was_required]
    for name in old.keys() & new.keys():
        type_before, type_now = _type_of(old[name], before), _type_of(new[name], now)
        if not _still_allowed(type_before, type_now):
            found.append(f"{name} was {type_before} and is {type_now}")
    return sorted(found)


def _type_of(field: Any, schema: Schema) -> Any:
    """A field's type with references followed and without what only people read."""
    if isinstance(field, list):
        return [_type_of(part, schema) for part in field]
    if not isinstance(field, dict):
        return field
    if "$ref" in field:
        return _type_of(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    return {key: _type_of(part, schema) for key, part in field.items() if key not in _DECORATION}


def _still_allowed(before: Any, now: Any) -> bool:
    """The same type; a closed list of words may have gained some."""
    if isinstance(before, dict) and isinstance(now, dict):
        if before.keys() != now.keys():
            return False
        return all(
            set(before[key]) <= set(now[key]) if key == "enum" else _still_allowed(before[key], now[key])
            for key in before
        )
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return all(_still_allowed(*pair) for pair in zip(before, now, strict=True))
    return bool(before == now)
