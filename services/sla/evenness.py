"""Decides whether results differ between areas more than chance explains: the same standard is to hold everywhere."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

FAR = 3.0
"""So many standard deviations from the whole and it is no chance any more."""


class Result(NamedTuple):
    """An area with how many promises it kept in time, of how many that were decided."""

    name: str | None
    kept: int
    decided: int

    @property
    def share(self) -> float:
        """The share that was kept in time."""
        return self.kept / self.decided


class Distance(NamedTuple):
    """How far an area lies from the whole, in standard deviations of what chance would do; below zero it is worse."""

    result: Result
    deviations: float

    @property
    def stands_out(self) -> bool:
        """Whether that is no chance any more."""
        return abs(self.deviations) > FAR


class Evenness(NamedTuple):
    """share: of the whole; variance: between the areas, each by its weight; by_chance: what it would be if every area
    were as good as the whole; distances: the worst first."""

    share: float
    variance: float
    by_chance: float
    distances: Sequence[Distance]

    @property
    def is_even(self) -> bool:
        """Whether no area stands out."""
        return not any(one.stands_out for one in self.distances)


def evenness(results: Sequence[Result]) -> Evenness | None:
    """How evenly results are spread over areas; None where nothing was decided yet."""
    decided = [one for one in results if one.decided]
    total = sum(one.decided for one in decided)
    if not total:
        return None
    share = sum(one.kept for one in decided) / total
    spread = share * (1 - share)
    variance = sum(one.decided * (one.share - share) ** 2 for one in decided) / total
    by_chance = (len(decided) - 1) * spread / total
    distances = [Distance(one, _deviations(one, share, total - one.decided, decided)) for one in decided]
    return Evenness(share, variance, by_chance, sorted(distances, key=lambda one: one.deviations))


def _deviations(one: Result, share: float, others: int, decided: Sequence[Result]) -> float:
    """The area against all others together, for a large area is most of the whole."""
    if not others:
        return 0.0
    kept_elsewhere = sum(other.kept for other in decided) - one.kept
    spread = share * (1 - share) * (1 / one.decided + 1 / others)
    return (one.share - kept_elsewhere / others) / sqrt(spread) if spread else 0.0


def as_table(found: Evenness) -> list[Mapping[str, object]]:
    """One line per area."""
    return [
        {
            "name": one.result.name,
            "kept": one.result.kept,
            "decided": one.result.decided,
            "share": one.result.share,
            "deviations": one.deviations,
            "stands_out": one.stands_out,
        }
        for one in found.distances
    ]
