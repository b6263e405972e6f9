"""Decides whether a calendar as it was written can be one, and says of every fault where it is and why."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .calendars import DAY, Calendar, Slot, Slots, doubt, stretches
from .policy import RestPolicy

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS_KNOWN = (1980, 2200)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?")
_ONE_DAY = timedelta(days=1)


class Fault(NamedTuple):
    """What is wrong at a place of the document, such as week.mon.1."""

    place: str
    english: str
    chinese: str


class CalendarFaultsError(ValueError):
    """A calendar cannot be used; `faults` has every reason with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.english}" for fault in faults))
        self.faults = tuple(faults)


class Known(NamedTuple):
    """A calendar that others may take their holidays from, and the names that it takes its own from."""

    calendar: Calendar
    holidays_of: str | None


class Limits(NamedTuple):
    """By what a calendar is judged: from the year of `today` on, by what policy says of its rest."""

    today: date
    rest: RestPolicy


def read_calendar(
    name: str, document: Mapping[str, Any], others: Mapping[str, Known], limits: Limits
) -> Calendar:
    """The calendar with the holidays of the one it refers to; its own win. Raises CalendarFaultsError.

    document: zone, week {mon … sun: ["09:00-12:00", …]}, holidays {date: name}, days {date: slots}, holidays_of,
    night_shifts, published_through. Times are looked at for some years.
    """
    faults: list[Fault] = []
    faults += _ring(name, document.get("holidays_of"), others)
    zone = _zone(document["zone"], faults)
    nights = bool(document.get("night_shifts"))
    week = document.get("week") or {}
    slots = tuple(_slots(f"week.{day}", week.get(day, ()), nights, faults) for day in WEEKDAYS)
    days = {
        _date(f"days.{key}", key, faults): _slots(f"days.{key}", given, nights, faults)
        for key, given in (document.get("days") or {}).items()
    }
    holidays = {
        _date(f"holidays.{key}", key, faults): str(given)
        for key, given in (document.get("holidays") or {}).items()
    }
    published = document.get("published_through")
    known_until = _date("published_through", str(published), faults) if published else None
    if faults or zone is None:
        raise CalendarFaultsError(faults)
    calendar = Calendar(zone.key, slots, holidays, days, known_until)
    if document.get("holidays_of"):
        calendar = _with_holidays_of(others[document["holidays_of"]].calendar, calendar)
    faults += _check(calendar, zone, limits)
    if faults:
        raise CalendarFaultsError(faults)
    return calendar


def _with_holidays_of(other: Calendar, own: Calendar) -> Calendar:
    """Its own days win; make-up days of the other work as a Monday does here, for its slots are another's."""
    borrowed = {day: own.week[0] if slots else () for day, slots in other.days.items()}
    published = min(filter(None, (own.published_through, other.published_through)), default=None)
    return own._replace(
        holidays={**other.holidays, **own.holidays},
        days={**borrowed, **{day: () for day in own.holidays if day in borrowed}, **own.days},
        published_through=published,
    )


def _ring(name: str, reference: str | None, others: Mapping[str, Known]) -> Iterator[Fault]:
    seen = [name]
    while reference is not None:
        if reference in seen:
            way = " → ".join([*seen, reference])
            yield Fault("holidays_of", f"refers to itself in a ring: {way}", f"循环引用：{way}")
            return
        if reference not in others:
            yield Fault(
                "holidays_of", f"there is no calendar {reference!r}", f"没有名为 {reference!r} 的日历"
            )
            return
        seen.append(reference)
        reference = others[reference].holidays_of


def _zone(name: str, faults: list[Fault]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(
            Fault("zone", "is no IANA time zone, such as Asia/Shanghai", "不是 IANA 时区，如 Asia/Shanghai")
        )
        return None


def _date(place: str, text: str, faults: list[Fault]) -> date:
    try:
        day = date.fromisoformat(text)
        if day.year in range(*YEARS_KNOWN):
            return day
    except ValueError:
        pass
    faults.append(Fault(place, "is no date of our time like 2026-02-17", "不是形如 2026-02-17 的当代日期"))
    return date.max


def _slots(place: str, texts: Iterable[str], nights: bool, faults: list[Fault]) -> Slots:
    read = []
    for number, text in enumerate(texts):
        slot = _slot(f"{place}.{number}", text, nights, faults)
        if slot is not None:
            read.append(slot)
    for number, (one, after) in enumerate(pairwise(read), start=1):
        if after.starts < one.ends:
            faults.append(
                Fault(
                    f"{place}.{number}", "begins before the slot before it ends", "与前一时段重叠或次序颠倒"
                )
            )
    return tuple(read)


def _slot(place: str, text: str, nights: bool, faults: list[Fault]) -> Slot | None:
    begin, _, end = text.partition("-")
    starts, ends = _seconds(begin), _seconds(end)
    if starts is None or ends is None or starts == DAY:
        faults.append(
            Fault(
                place,
                "must be like 09:00-12:00, at the latest until 24:00",
                "应形如 09:00-12:00，最晚至 24:00",
            )
        )
        return None
    if ends > starts:
        return Slot(starts, ends)
    if not nights:
        faults.append(
            Fault(
                place,
                "ends before it starts; where it ends on the next day say night_shifts = true",
                "结束早于开始；若次日结束，请写明 night_shifts = true",
            )
        )
    return Slot(starts, ends + DAY)


def _seconds(text: str) -> int | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if minutes < 60 and seconds < 60 and total <= DAY else None


def _check(calendar: Calendar, zone: ZoneInfo, limits: Limits) -> Iterator[Fault]:
    """What only shows on certain days: neighbours that overlap, times that are no moment, rest without end."""
    year, rest = limits.today.year, limits.rest
    first, last = date(year, 1, 1), date(year + rest.years_looked_at, 1, 1)
    yield from _overlapping_nights(calendar)
    yield from _doubtful_times(calendar, zone, first, last)
    opened = [*stretches(calendar, first, last)]
    ends = [(first, *(_day(closes) for _, closes in opened)), (*(_day(opens) for opens, _ in opened), last)]
    for since, until in zip(*ends, strict=True):
        if (until - since).days > rest.longest_days:
            yield Fault(
                "week",
                f"there is no working time from {since} to {until}, which is more than {rest.longest_days} days",
                f"{since} 至 {until} 没有工作时间，超过 {rest.longest_days} 天",
            )
            return


def _day(second: int) -> date:
    return date(1970, 1, 1) + timedelta(days=second // DAY)


def _overlapping_nights(calendar: Calendar) -> Iterator[Fault]:
    """A slot that ends on the next day must be over when that day's own slots begin, exceptions included."""
    a_week = [
        (f"week.{name}", today, tomorrow)
        for name, today, tomorrow in zip(
            WEEKDAYS, calendar.week, (*calendar.week[1:], calendar.week[0]), strict=True
        )
    ]
    dated = [
        (f"days.{day}", calendar.slots_of(day), calendar.slots_of(day + _ONE_DAY))
        for day in sorted({day - _ONE_DAY for day in calendar.days} | set(calendar.days))
    ]
    for place, today, tomorrow in a_week + dated:
        if today and tomorrow and today[-1].ends - DAY > tomorrow[0].starts:
            yield Fault(
                f"{place}.{len(today) - 1}",
                "runs into the first slot of the next day",
                "与次日第一个时段重叠",
            )


def _doubtful_times(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> Iterator[Fault]:
    """Boundaries on change days that are passed over or come twice."""
    told = set()
    for change in _change_days(zone, first, last):
        for day in (change - _ONE_DAY, change):
            for number, slot in enumerate(calendar.slots_of(day)):
                for seconds in slot:
                    on = day + timedelta(days=seconds // DAY)
                    why = doubt(zone, on, seconds % DAY)
                    place = f"days.{day}" if day in calendar.days else f"week.{WEEKDAYS[day.weekday()]}"
                    if why is None or (place, number, seconds) in told:
                        continue
                    told.add((place, number, seconds))
                    clock = f"{seconds % DAY // 3600:02d}:{seconds % 3600 // 60:02d}"
                    yield Fault(
                        f"{place}.{number}",
                        f"{clock} {why.english} on {on} in {zone.key}; give {day} slots of its own under days",
                        f"{clock} 在 {zone.key} 的 {on} {why.chinese}；请在 days 中为 {day} 单独规定时段",
                    )


def _change_days(zone: ZoneInfo, first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        begin = datetime(day.year, day.month, day.day, tzinfo=zone)
        if begin.utcoffset() != (begin + _ONE_DAY).utcoffset():
            yield day
        day += _ONE_DAY


def write_calendar(calendar: Calendar) -> dict[str, Any]:
    """The document of a calendar, with all holidays its own; read_calendar makes the same of it."""
    return {
        "zone": calendar.zone,
        "week": {name: _texts(slots) for name, slots in zip(WEEKDAYS, calendar.week, strict=True)},
        "holidays": {day.isoformat(): name for day, name in sorted(calendar.holidays.items())},
        "days": {day.isoformat(): _texts(slots) for day, slots in sorted(calendar.days.items())},
        "published_through": calendar.published_through and calendar.published_through.isoformat(),
        "night_shifts": True,
    }


def trusted(document: Mapping[str, Any]) -> Calendar:
    """The calendar of a document that write_calendar has written; nothing is looked at again."""
    faults: list[Fault] = []
    return Calendar(
        document["zone"],
        tuple(_slots("", document["week"].get(day, ()), True, faults) for day in WEEKDAYS),
        {date.fromisoformat(day): name for day, name in document["holidays"].items()},
        {date.fromisoformat(day): _slots("", given, True, faults) for day, given in document["days"].items()},
        date.fromisoformat(document["published_through"]) if document["published_through"] else None,
    )


def _texts(slots: Slots) -> list[str]:
    return [f"{_clock(starts)}-{_clock(ends if ends <= DAY else ends - DAY)}" for starts, ends in slots]


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")
