"""Decides which parts of long messages belong together, and what the whole says."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class PartOf(NamedTuple):
    """Which part of which long message: `number` from 1 to `total`; `reference` is chosen by the sender's phone."""

    reference: int
    total: int
    number: int


class Gathering(NamedTuple):
    """A long message of which some parts are here: their texts by number. complete: nothing is missing any more."""

    gathering_id: str
    parts: Mapping[int, str]


def read_header(header: bytes) -> PartOf | None:
    """The part named by a user data header (3GPP TS 23.040, 9.2.3.24.1 and .8); None if it names none."""
    place, end = 1, min(len(header), header[0] + 1) if header else 0
    while place + 2 <= end:
        kind, length = header[place], header[place + 1]
        data = header[place + 2 : place + 2 + length]
        if len(data) < length:
            return None
        if kind == 0x00 and length == 3:
            return sensible(PartOf(data[0], data[1], data[2]))
        if kind == 0x08 and length == 4:
            return sensible(PartOf(data[0] * 256 + data[1], data[2], data[3]))
        place += 2 + length
    return None


def sensible(part: PartOf) -> PartOf | None:
    """The part, unless its numbers make no sense or it is the only one; then the message stands for itself."""
    return part if 2 <= part.total <= 255 and 1 <= part.number <= part.total else None


def choose_gathering(number: int, open_ones: Sequence[Gathering]) -> str | None:
    """The gathering that a part belongs to, the oldest that lacks it; None if it begins a new one.

    All are of one sender with one reference and total: phones use a reference again after 256 messages, so two
    may be on their way at once.
    """
    return next((one.gathering_id for one in open_ones if number not in one.parts), None)


def is_complete(parts: Iterable[int], total: int) -> bool:
    """True if every number from 1 on is there."""
    return set(range(1, total + 1)) <= set(parts)


def joined(parts: Mapping[int, str], total: int) -> str:
    """The text of the whole; where a part is missing it says so."""
    return "".join(parts.get(number, f"[part {number} missing]") for number in range(1, total + 1))
