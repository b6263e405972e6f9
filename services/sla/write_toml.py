"""Writes plain data as TOML that people can read and edit: tables under headings, small ones on one line."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = 100


def write_toml(document: Mapping[str, Any]) -> str:
    """The text of a document of tables, lists, texts, numbers and truth values; what is None is left out."""
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def _table(table: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    given = {name: value for name, value in table.items() if value is not None}
    below = {name: value for name, value in given.items() if _wants_heading(name, value)}
    plain = {name: value for name, value in given.items() if name not in below}
    if place and (plain or not below):
        yield ""
        yield f"[{'.'.join(_key(name) for name in place)}]"
    for name, value in plain.items():
        yield f"{_key(name)} = {_value(value)}"
    for name, value in below.items():
        yield from _table(value, (*place, name))


def _wants_heading(name: str, value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) > 0 and len(f"{_key(name)} = {_value(value)}") > _SHORT


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return _list([_value(one) for one in value if one is not None])
    return repr(value)


def _list(texts: Sequence[str]) -> str:
    short = f"[{', '.join(texts)}]"
    if len(short) <= _SHORT:
        return short
    return "[\n" + "".join(f"  {text},\n" for text in texts) + "]"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
