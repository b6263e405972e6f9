"""Decides which seconds of a day are working time: week, holidays, make-up days, in the calendar's own zone."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

DAY = 86_400
_ONE_DAY = timedelta(days=1)


class Slot(NamedTuple):
    """A stretch of a day in seconds from its 00:00 by the clock on the wall; `ends` above DAY is on the next day."""

    starts: int
    ends: int


Slots: TypeAlias = tuple[Slot, ...]


class Calendar(NamedTuple):
    """Working time as it is written down (CAL-1, CAL-2, CAL-3).

    week: slots of Monday to Sunday; holidays: days off with their names; days: days with slots of their own, such
    as make-up working days (调休); published_through: the last day whose holidays are known, None if that is no
    matter of publication.
    """

    zone: str
    week: tuple[Slots, ...]
    holidays: Mapping[date, str]
    days: Mapping[date, Slots]
    published_through: date | None = None

    def slots_of(self, day: date) -> Slots:
        """The slots that begin on `day`. CAL-2: a holiday wins over the weekday, an exception over both."""
        own = self.days.get(day)
        if own is not None:
            return own
        return () if day in self.holidays else self.week[day.weekday()]

    def is_published(self, moment: datetime) -> bool:
        """False for a moment on a day of which nobody has said yet whether it is a holiday."""
        if self.published_through is None:
            return True
        until = self.published_through
        if moment < datetime(until.year, until.month, until.day, tzinfo=UTC):
            return True  # no zone is a whole day ahead
        return moment.astimezone(ZoneInfo(self.zone)).date() <= self.published_through


class Stretch(NamedTuple):
    """Working time without a gap, from `opens` until before `closes`, in seconds since 1970 UTC."""

    opens: int
    closes: int


def stretches(calendar: Calendar, first: date, last: date) -> Iterator[Stretch]:
    """The working time of the days from `first` to `last` in order, what touches or overlaps joined into one."""
    zone = ZoneInfo(calendar.zone)
    opens = closes = None
    day = first
    while day <= last:
        for starts, ends in calendar.slots_of(day):
            begin, end = instant(zone, day, starts), instant(zone, day, ends)
            if closes is not None and opens is not None and begin <= closes:
                closes = max(closes, end)
            elif begin < end:
                if opens is not None and closes is not None:
                    yield Stretch(opens, closes)
                opens, closes = begin, end
        day += _ONE_DAY
    if opens is not None and closes is not None:
        yield Stretch(opens, closes)


def instant(zone: ZoneInfo, day: date, seconds: int) -> int:
    """When the clock on the wall shows this time, in seconds since 1970 UTC.

    Of a time that exists twice it is the first; a time that does not exist is when the clock is put forward.
    """
    day += timedelta(days=seconds // DAY)
    at = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=seconds % DAY)
    before, after = _offsets(at)
    when = int(at.timestamp())
    return when if after <= before else _put_forward(zone, when - int((after - before).total_seconds()), when)


class Doubt(NamedTuple):
    """Why a time on the wall is no moment: it is passed over, or comes twice."""

    english: str
    chinese: str


MISSING, TWICE = Doubt("does not exist", "不存在"), Doubt("exists twice", "出现两次")


def doubt(zone: ZoneInfo, day: date, seconds: int) -> Doubt | None:
    """What is wrong with this time on this day; None if it is one moment. A day's own begin and end always are."""
    if seconds % DAY == 0:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=seconds)
    before, after = _offsets(at)
    if after == before:
        return None
    if after < before:
        return TWICE
    return None if instant(zone, day, seconds) == int(at.timestamp()) else MISSING


def _put_forward(zone: ZoneInfo, low: int, high: int) -> int:
    """The second between `low` and `high` at which the clock is put forward."""
    offset = _offset(zone, low)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high


def _offset(zone: ZoneInfo, second: int) -> timedelta | None:
    return datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()


def _offsets(at: datetime) -> tuple[timedelta, timedelta]:
    """What this time on the wall lies ahead of UTC: before a change of the clock, and after it."""
    return at.utcoffset() or timedelta(), at.replace(fold=1).utcoffset() or timedelta()
