"""Says how alike two texts are, from 0 to 1; the only place that knows the library."""

from rapidfuzz import fuzz, utils

LONGEST = 1_000
"""Characters that are compared: the beginning tells what it is about, and the time grows with the square."""


def similarity(one: str, other: str) -> float:
    """The share of what both have in common, in their order or with the words sorted, whichever is more."""
    first, second = _comparable(one), _comparable(other)
    if not first or not second:
        return 0.0
    return max(fuzz.ratio(first, second), fuzz.token_sort_ratio(first, second)) / 100


def _comparable(text: str) -> str:
    return utils.default_process(text[:LONGEST])
