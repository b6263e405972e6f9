"""Reads the rows of a file one after another; a row that cannot be read takes no other with it unsaid."""

from collections.abc import Iterator
from io import TextIOBase

from .lines import Lines
from .mapping import Mapping
from .read_csv import read_csv
from .read_json_lines import read_json_lines
from .rejects import Reject
from .row import Row


def read_rows(stream: TextIOBase, mapping: Mapping, name: str) -> Iterator[Row | Reject]:
    """Every row of the file called `name`, in order; empty lines are none.

    Raises ReplayError, at once, if the file has not the columns of the mapping.
    """
    read = read_json_lines if mapping.format == "jsonl" else read_csv
    return read(Lines(stream), mapping, name)
