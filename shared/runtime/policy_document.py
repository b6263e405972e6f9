"""Policy documents as people hand them in: TOML or JSON, merged over another version, compared field by field."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from .errors import UnprocessableError

LARGEST = 10_000_000_000
"""No number of a policy is larger: in seconds it is three hundred years, and times must stay times."""
DEEPEST = 12

Document = dict[str, Any]
_ABSENT = object()


def read_document(body: bytes, media_type: str) -> Document:
    """What was handed in, as far as it is a document at all. Raises UnprocessableError naming the place."""
    toml = "toml" in media_type.lower()
    try:
        document = tomllib.loads(body.decode()) if toml else from_json(body, allow_inf_nan=False)
    except (ValueError, RecursionError) as error:
        raise UnprocessableError(
            f"is no valid {'TOML' if toml else 'JSON'}: {str(error)[:200]}",
            f"不是合法的 {'TOML' if toml else 'JSON'}：{str(error)[:200]}",
            field="body",
        ) from error
    if not isinstance(document, dict):
        raise UnprocessableError("must be a table of fields", "必须是由字段组成的对象", field="body")
    _check(document, ())
    return document


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> Document:
    """`base` with `change` above it: tables are merged, null takes a field away, everything else is replaced."""
    result = dict(base)
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            below = result.get(name)
            result[name] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[name] = value
    return result


def differences(before: Mapping[str, Any], after: Mapping[str, Any], place: str = "") -> list[Document]:
    """Every field that is not the same, in order: where, what it was, what it is. A missing side is not named."""
    found: list[Document] = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        if isinstance(old, dict) and isinstance(new, dict):
            found += differences(old, new, f"{place}{name}.")
        elif old != new:
            sides = {"from": old, "to": new}
            found.append({"field": place + name} | {k: v for k, v in sides.items() if v is not _ABSENT})
    return found


def _check(value: Any, place: tuple[str, ...]) -> None:
    """Refuse what no policy can hold, before anything is computed with it."""
    if len(place) > DEEPEST:
        raise _wrong(place[:DEEPEST], "is nested too deeply", "嵌套过深")
    if isinstance(value, str) and "\x00" in value:
        raise _wrong(place, "must not contain NUL characters", "不得包含 NUL 字符")
    if isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) <= LARGEST):
        raise _wrong(place, f"must be a number up to {LARGEST}", f"必须是不超过 {LARGEST} 的数字")
    for name, part in _parts(value):
        _check(name, (*place, name))
        _check(part, (*place, name))


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(index), part) for index, part in enumerate(value))


def _wrong(place: tuple[str, ...], english: str, chinese: str) -> UnprocessableError:
    return UnprocessableError(english, chinese, field=".".join(place).replace("\x00", "?"))
