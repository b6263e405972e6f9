"""Decides what a category of the tree says: its own facts, else those of the nearest category above it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .case_type import CaseType

SEPARATOR = "/"


class Category(NamedTuple):
    """What is said of complaints of a category; None where nothing is."""

    department: str | None = None
    case_type: CaseType | None = None
    is_fault: bool | None = None

    def within(self, above: "Category") -> "Category":
        """These facts, completed by those of the category above."""
        return Category._make(
            mine if mine is not None else theirs for mine, theirs in zip(self, above, strict=True)
        )


NOTHING_SAID = Category()


class CategoryTree:
    """A tree of categories, known by their paths as in `资费/多收费/流量费`."""

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self._complete: dict[str, Category] = {}
        for path in sorted(categories, key=lambda path: path.count(SEPARATOR)):
            self._complete[path] = categories[path].within(self._above(path))

    def find(self, path: str | None) -> Category:
        """What is said of a path; one that is not in the tree has what the nearest above it has."""
        if path is None:
            return NOTHING_SAID
        return self._complete.get(path) or self._above(path)

    def _above(self, path: str) -> Category:
        while SEPARATOR in path:
            path = path.rpartition(SEPARATOR)[0]
            if path in self._complete:
                return self._complete[path]
        return NOTHING_SAID


def every_path(names: Iterable[str]) -> list[str]:
    """The paths of a category and of all above it, the highest first."""
    paths: list[str] = []
    for name in names:
        paths.append(f"{paths[-1]}{SEPARATOR}{name}" if paths else name)
    return paths
