"""Reads and writes a set-up as YAML: a text stays the text it is, whatever it looks like, and nothing is said twice."""

import json
import re
from collections.abc import Hashable
from typing import Any

import yaml

from shared.runtime.errors import UnprocessableError

_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 50
_BREAKS = {*"\r\x85\u2028\u2029\ufeff"}
_BOOL, _NULL, _INT, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("bool", "null", "int", "float"))


class _Reader(_SAFE):  # type: ignore[misc, valid-type]
    """Knows true, false, null and decimal numbers; 09:00:00, no and 2026-02-17 are texts, as in YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - theirs

    def construct_mapping(self, node: yaml.MappingNode, *, deep: bool = False) -> dict[Hashable, Any]:
        """The table, if it has every field once."""
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the field {name!r} is there twice", node.start_mark
                )
        found: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return found


_SHAPES = (
    (_BOOL, "true|false", "tf"),
    (_NULL, "null|~|", ["n", "~", ""]),
    (_INT, "-?(0|[1-9][0-9]*)", "-0123456789"),
    (_FLOAT, r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
)
_NO_TEXT = re.compile("|".join(shape for _, shape, _ in _SHAPES))
for _tag, _shape, _begins in _SHAPES:
    _Reader.add_implicit_resolver(_tag, re.compile(f"(?:{_shape})$"), list(_begins))


def yaml_as_json(body: bytes) -> bytes:
    """The same document as JSON. Raises UnprocessableError with the line of what cannot be read."""
    try:
        text = body.decode()
        _look_through(text)
        document = yaml.load(text, Loader=_Reader)  # noqa: S506 - derived from the safe one
        return json.dumps(document, allow_nan=False).encode()
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise UnprocessableError(
            f"is no valid YAML: {said}", f"不是合法的 YAML：{said}", field="body"
        ) from error


def _look_through(text: str) -> None:
    """Before anything is built of it: an alias may grow without end, and so may what is below."""
    deep = 0
    for event in yaml.parse(text, Loader=_SAFE):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("an alias (*name) is not read here; write it out")
        deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if deep > DEEPEST:
            raise yaml.YAMLError(f"is more than {DEEPEST} deep")


class _Writer(yaml.SafeDumper):
    """Writes texts in quotes that would be read as something else, and escapes unusual breaks of a line."""


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    quoted = _NO_TEXT.fullmatch(text) or _BREAKS & {*text}
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Writer.add_representer(str, _write_text)


def write_yaml(document: dict[str, Any]) -> str:
    """The text of a document; what is None is left out, as in TOML."""
    text: str = yaml.dump(
        _without_none(document), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=100
    )
    return text


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(one) for name, one in value.items() if one is not None}
    return [_without_none(one) for one in value] if isinstance(value, list | tuple) else value
