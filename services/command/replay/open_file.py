"""Opens a file of complaints; bytes that are not of its encoding are marked where they stand, not dropped."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .mapping import Mapping
from .replay_error import ReplayError

MARK = "\udcff"
SURROGATE = re.compile("[\ud800-\udfff]")
"""What no encoding yields: the mark, or half a character that JSON wrote with an escape."""


class OpenFile(NamedTuple):
    """A file that is read. size: bytes."""

    lines: io.TextIOWrapper
    raw: io.BufferedReader
    size: int

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self.raw.tell()


@contextmanager
def open_file(path: Path, mapping: Mapping) -> Iterator[OpenFile]:
    """Open a file for reading. Raises ReplayError where there is none, or nothing in it."""
    codecs.register_error("redress.mark", _mark)
    try:
        file = path.open("rb")
    except OSError as error:
        raise ReplayError(
            f"{path} cannot be read: {error.strerror}|无法读取 {path}：{error.strerror}"
        ) from error
    with file:
        size = path.stat().st_size
        if not file.peek(1):
            raise ReplayError(f"{path} is empty|{path} 是空文件")
        newline = "" if mapping.format == "csv" else "\n"
        lines = io.TextIOWrapper(file, encoding=mapping.encoding, errors="redress.mark", newline=newline)
        yield OpenFile(lines, file, size)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return MARK, error.end
    raise error
