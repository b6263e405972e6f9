"""Shows on a terminal how far a replay is; says nothing where nobody watches."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from services.command.reader import CHINESE

from .conservation import Ledger, Place
from .open_file import OpenFile
from .report_texts import TEXTS
from .tally import Tally

BETWEEN_UPDATES = 0.1
SHORTEST_BAR, LONGEST_BAR, WORDS = 5, 40, 75
"""Columns of the terminal; WORDS is what everything beside the bar may take."""


class Display:
    """A bar of the bytes read, then of the complaints that arrived; both are no-ops without a terminal."""

    def __init__(self, bar: Progress | None, language: str) -> None:
        self._bar = bar
        self._place = 1 if language == CHINESE else 0
        self._next = 0.0
        if bar is not None:
            self._task = bar.add_task(self._text("posting"), total=None, said="")

    def posted(self, file: OpenFile, tally: Tally) -> None:
        """A row was read."""
        if self._bar is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BETWEEN_UPDATES
        said = self._text("posted", taken=tally.outcomes.total(), rejected=tally.rejected.total())
        self._bar.update(self._task, completed=file.position, total=file.size, said=said)

    def waiting(self, ledger: Ledger, complaints: int) -> None:
        """The services were looked at."""
        if self._bar is None:
            return
        left = {place.value: len(ledger.waits_for(place)) for place in Place}
        total = complaints * len(Place)
        self._bar.update(
            self._task,
            description=self._text("waiting"),
            completed=total - sum(left.values()),
            total=total,
            said=self._text("left", **left),
        )

    def _text(self, name: str, **facts: object) -> str:
        return TEXTS[name][self._place].format_map(facts)


@contextmanager
def display(language: str) -> Iterator[Display]:
    """A display on standard error, if that is a terminal; NO_COLOR is respected."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Display(None, language)
        return
    with Progress(*columns(console.width), console=console, refresh_per_second=5, transient=True) as bar:
        yield Display(bar, language)


def columns(width: int) -> tuple[ProgressColumn, ...]:
    """What stands side by side on a terminal of this width; the bar gives way to the words."""
    return (
        TextColumn("{task.description}"),
        BarColumn(max(SHORTEST_BAR, min(LONGEST_BAR, width - WORDS))),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
    )
