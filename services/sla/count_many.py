"""Decides when many targets are due at once: those that only add working time share one search (CAL-6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from .count_time import Counting, Due, count
from .working_time import Paused, WorkingTime


class Asked(NamedTuple):
    """A target that started at `start`, with the pauses in which its time stood still."""

    start: datetime
    counting: Counting
    pauses: Sequence[Paused] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is working time that is added to the start as it is."""
        counting = self.counting
        return (not self.pauses and counting.seconds is not None and counting.working_days is None) and not (
            counting.rule and counting.rule.steps
        )


def count_many(asked: Sequence[Asked], calendars: Mapping[str, WorkingTime]) -> list[Due]:
    """`count` of each, in its calendar, in their order."""
    plain: dict[str, list[int]] = {}
    due: list[Due | None] = [None] * len(asked)
    for place, one in enumerate(asked):
        if one.is_plain:
            plain.setdefault(one.counting.calendar, []).append(place)
        else:
            due[place] = count(one.start, one.counting, calendars[one.counting.calendar], one.pauses)
    for calendar, places in plain.items():
        for place, found in zip(
            places, _count_plain([asked[place] for place in places], calendars[calendar]), strict=True
        ):
            due[place] = found
    return [one for one in due if one is not None]


def _count_plain(asked: Sequence[Asked], working: WorkingTime) -> list[Due]:
    seconds = [(one.counting.seconds or 0.0) * one.counting.factor + one.counting.extra for one in asked]
    dues = working.due_many([one.start for one in asked], seconds)
    is_published = working.calendar.is_published
    return [
        Due(at, target, one.counting, one.start, not is_published(at))
        for one, target, at in zip(asked, seconds, dues, strict=True)
    ]
