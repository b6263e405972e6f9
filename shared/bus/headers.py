"""Record headers as one text column, byte for byte: names may repeat and values need not be UTF-8."""

from pydantic_core import from_json, to_json

Headers = tuple[tuple[str, bytes], ...]


def pack(headers: Headers) -> str:
    """Headers as JSON text; every byte becomes the Latin-1 character with its number."""
    return to_json([(name, value.decode("latin-1")) for name, value in headers]).decode()


def unpack(text: str) -> Headers:
    """The headers that `pack` was given."""
    return tuple([(name, value.encode("latin-1")) for name, value in from_json(text)])
