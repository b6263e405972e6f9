"""Computes on working time: when so much of it is over, and how much of it lies between two moments.

UTC intervals with sums of what lies before them, so that both take a search in a sorted list. Intervals are
half-open: the second at which work ends is no working time. Exact to the microsecond.

CAL-5: where a calendar has no working time for longer than it is searched for, it counts day and night from then on,
until it works again; so every search ends, and what is promised is due early rather than never.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from .calendars import DAY, Calendar, stretches

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
SECOND = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 1970, 2300


class Paused(NamedTuple):
    """A time in which nothing counts, from `since` until before `until`."""

    since: datetime
    until: datetime


class WorkingTime:
    """The working time of one version of a calendar, laid out for some years and for more when they are needed."""

    def __init__(self, calendar: Calendar, search_days: int, around: date = date(2026, 1, 1)) -> None:
        self.calendar = calendar
        self.search_days = search_days
        self._years = (around.year, around.year)
        self._lay_out(around.year - 1, around.year + 2)

    def due(self, start: datetime, seconds: float, pauses: Iterable[Paused] = ()) -> datetime:
        """The first moment at which `seconds` of working time from `start` are over, pauses not counted.

        Pauses are in order and do not overlap.
        """
        if seconds <= 0:
            return start
        began = micros(start)
        needed = self._before(began) + max(round(seconds * SECOND), 1)
        due = self._at(needed)
        for since, until in pauses:
            if micros(since) >= due:
                break
            needed += max(self._before(micros(until)) - self._before(max(micros(since), began)), 0)
            due = self._at(needed)
        return EPOCH + timedelta(microseconds=due)

    def due_many(self, starts: Sequence[datetime], seconds: Sequence[float]) -> list[datetime]:
        """`due` of many starts with their times, without pauses; for speed."""
        began = [(start - EPOCH) // MICRO for start in starts]
        if not began:
            return []
        self._reach(min(began))
        self._reach(max(began))
        opens, closes, sums = self._opens, self._closes, self._sums
        search, last, epoch, second = bisect_right, len(self._opens), EPOCH, SECOND
        dues = []
        for given, start, time in zip(starts, began, seconds, strict=True):
            place = search(opens, start) - 1
            end = closes[place] if place >= 0 else start
            rest = round(time * second)
            if start < end and start + rest <= end:
                dues.append(given + timedelta(0, 0, rest))
                continue
            if rest <= 0:
                dues.append(given)
                continue
            needed = sums[place + 1] - (end - start if start < end else 0) + rest
            found = bisect_left(sums, needed) - 1
            if found >= last:
                dues.append(self.due(given, time))
                opens, closes, sums, last = self._opens, self._closes, self._sums, len(self._opens)
                continue
            dues.append(epoch + timedelta(0, 0, opens[found] + needed - sums[found]))
        return dues

    def worked(self, start: datetime, end: datetime, pauses: Iterable[Paused] = ()) -> float:
        """Seconds of working time from `start` until before `end`, pauses not counted."""
        began, ended = micros(start), micros(end)
        self._reach(began)
        self._reach(ended)
        total = self._between(began, ended)
        for since, until in pauses:
            total -= self._between(max(micros(since), began), min(micros(until), ended))
        return total / SECOND

    def slots_used(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches of working time between two moments, in order."""
        began, ended = micros(start), micros(end)
        self._reach(ended)
        self._reach(began)
        used = []
        for place in range(max(bisect_right(self._opens, began) - 1, 0), bisect_left(self._opens, ended)):
            opens, closes = max(self._opens[place], began), min(self._closes[place], ended)
            if opens < closes:
                used.append((_moment(opens), _moment(closes)))
        return used

    def _between(self, began: int, ended: int) -> int:
        return self._before(ended) - self._before(began) if began < ended else 0

    def _before(self, moment: int) -> int:
        """Working time from the beginning of what is laid out until `moment`."""
        self._reach(moment)
        place = bisect_right(self._opens, moment) - 1
        if place < 0:
            return 0
        return self._sums[place] + min(moment, self._closes[place]) - self._opens[place]

    def _at(self, needed: int) -> int:
        """The first moment until which there is so much working time; laid out further where it is not reached."""
        while needed > self._sums[-1]:
            first, last = self._years
            if last == _LAST_YEAR:
                return self._closes[-1] + needed - self._sums[-1]
            self._lay_out(first, last + max(5, last - first))
        place = bisect_left(self._sums, needed) - 1
        return self._opens[place] + needed - self._sums[place]

    def _reach(self, moment: int) -> None:
        if not self._from <= moment < self._until:
            year = _moment(moment).year
            self._lay_out(min(year - 1, self._years[0]), max(year + 2, self._years[1]))

    def _lay_out(self, first: int, last: int) -> None:
        """What is known at the beginning stays the same below it, so that sums taken before stay right."""
        first, last = max(first, _FIRST_YEAR), min(last, _LAST_YEAR)
        laid = list(self._without_end(first, last))
        self._opens = [opens * SECOND for opens, _ in laid]
        self._closes = [closes * SECOND for _, closes in laid]
        self._sums = [0]
        for opens, closes in zip(self._opens, self._closes, strict=True):
            self._sums.append(self._sums[-1] + closes - opens)
        self._years = (first, last)
        self._from = micros(datetime(first, 1, 3, tzinfo=UTC))
        self._until = micros(datetime(last, 12, 29, tzinfo=UTC))

    def _without_end(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The stretches of these years, and what counts day and night because the search was given up (CAL-5)."""
        longest = self.search_days * DAY
        earlier = first - self.search_days // 365 - 1
        begin, end, rests_since = (_second(year) for year in (first, last + 1, earlier))
        for opens, closes in stretches(self.calendar, date(earlier, 1, 1), date(last, 12, 31)):
            given_up = max(rests_since + longest, begin)
            if given_up < opens:
                yield given_up, opens
            if closes > begin:
                yield opens, closes
            rests_since = closes
        if max(rests_since + longest, begin) < end:
            yield max(rests_since + longest, begin), end


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICRO


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _second(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
