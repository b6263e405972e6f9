"""Decides who a breach is credited to: the departments that held the time of a promise, each by how long (FC-17)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from .used_time import Used

NOBODY = None
"""Before anybody had it."""


class Held(NamedTuple):
    """A department had a complaint, or a part of it that it was asked for (`is_part`); `until` None: it still has."""

    department: str
    since: datetime
    until: datetime | None
    is_part: bool = False

    def has_it_at(self, moment: datetime) -> bool:
        """From its begin until before its end."""
        return self.since <= moment and (self.until is None or moment < self.until)


def breach_share(used: Sequence[Used], held: Sequence[Held]) -> Mapping[str | None, float]:
    """Seconds by department; they add up to the time that was used.

    FC-17: while departments are asked for their part, the time is theirs, in equal parts; else it is that of whoever
    works on it. FC-16: a refusal ends nothing. None: before anybody had it.
    """
    shares: dict[str | None, float] = {}
    for piece in _pieces(used, held):
        holders = _holders(piece.since, held)
        for department in holders:
            shares[department] = shares.get(department, 0.0) + piece.seconds / len(holders)
    return shares


def _holders(moment: datetime, held: Sequence[Held]) -> Sequence[str | None]:
    there = [one for one in held if one.has_it_at(moment)]
    asked = dict.fromkeys(one.department for one in there if one.is_part)
    working = [one.department for one in there if not one.is_part]
    return [*asked] or working[-1:] or [NOBODY]


def _pieces(used: Sequence[Used], held: Sequence[Held]) -> Iterator[Used]:
    """The time that was used, cut where it changed hands."""
    cuts = sorted({moment for one in held for moment in (one.since, one.until) if moment is not None})
    for stretch in used:
        at = stretch.since
        for cut in cuts:
            if at < cut < stretch.until:
                yield Used(at, cut)
                at = cut
        if at < stretch.until:
            yield Used(at, stretch.until)
