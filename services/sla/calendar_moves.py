"""Adds up what a change of calendars would move, before anybody makes it (CAL-6)."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

MOST_EXAMPLES = 20
SIZES = ((1800, "up to 30 min"), (4 * 3600, "up to 4 h"), (86_400, "up to 1 d"))


class Shift(NamedTuple):
    """An open promise with its due time now and after the change."""

    promise_id: Any
    complaint_id: Any
    kind: str
    was_due_at: datetime
    due_at: datetime
    was_provisional: bool
    provisional: bool

    @property
    def seconds(self) -> float:
        """By how much it moves; below zero it is due earlier."""
        return (self.due_at - self.was_due_at).total_seconds()


class Moves:
    """How many open promises there are, how many move by how much, and the ones that move most."""

    def __init__(self, notable_move: float, now: datetime) -> None:
        """`notable_move`: people are told of moves longer than so many seconds (CAL-6)."""
        self._notable, self._now = notable_move, now
        self._counts: Counter[str] = Counter()
        self._sizes: Counter[str] = Counter()
        self._earliest = self._latest = 0.0
        self._examples: list[Shift] = []

    def add(self, shift: Shift) -> None:
        """Count one open promise."""
        by = shift.seconds
        self._counts["open"] += 1
        self._counts["provisional_no_more"] += shift.was_provisional and not shift.provisional
        self._counts["newly_provisional"] += shift.provisional and not shift.was_provisional
        if by == 0:
            return
        self._counts["moved"] += 1
        self._counts["notices"] += abs(by) > self._notable
        self._counts["earlier" if by < 0 else "later"] += 1
        self._counts["late_at_once"] += shift.due_at <= self._now < shift.was_due_at
        self._sizes[_size(abs(by))] += 1
        self._earliest, self._latest = min(self._earliest, by), max(self._latest, by)
        self._examples.append(shift)
        if len(self._examples) > 2 * MOST_EXAMPLES:
            self._keep_the_most()

    def told(self) -> dict[str, Any]:
        """What people are shown. Times in seconds; `late_at_once`: they would be due in the past."""
        self._keep_the_most()
        names = ("open", "moved", "notices", "earlier", "later", "late_at_once")
        return {
            **{name: self._counts[name] for name in (*names, "newly_provisional", "provisional_no_more")},
            "by_size": {name: self._sizes[name] for name in (*(name for _, name in SIZES), "more")},
            "most_earlier": self._earliest,
            "most_later": self._latest,
            "examples": [
                {
                    "complaint_id": one.complaint_id,
                    "promise_id": one.promise_id,
                    "kind": one.kind,
                    "was_due_at": one.was_due_at,
                    "due_at": one.due_at,
                    "moves_by": one.seconds,
                }
                for one in self._examples
            ],
        }

    def _keep_the_most(self) -> None:
        self._examples.sort(key=lambda one: (-abs(one.seconds), one.was_due_at, str(one.promise_id)))
        del self._examples[MOST_EXAMPLES:]


def _size(seconds: float) -> str:
    return next((name for limit, name in SIZES if seconds <= limit), "more")
