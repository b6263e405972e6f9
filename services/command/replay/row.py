"""One row of a file, whatever kind of file it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One row. line: its first, from 1. cells: by the mapping's columns. fingerprint: of all that it says."""

    line: int
    cells: Mapping[str | int, str]
    fingerprint: bytes


def fingerprint_of(content: Any) -> bytes:
    """A short form of everything a row says."""
    return blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).digest()
