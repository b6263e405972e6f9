"""Reads the days off and the make-up working days of a holiday feed in iCalendar form (RFC 5545), or says what is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

WORKED = ("班", "make-up", "working day", "workday")
"""Words in the name of a day by which it is worked, unless it says that it is not."""

NOT_WORKED = ("不上班", "non-working", "no work")
MOST_DAYS, LONGEST_EVENT = 4000, 366
YEARS = range(1980, 2200)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ESCAPED = re.compile(r"\\([\\;,nN])")


class Feed(NamedTuple):
    """Days by name: those off, and those that are worked in exchange."""

    holidays: Mapping[date, str]
    workdays: Mapping[date, str]

    def span(self) -> tuple[date, date]:
        """The first and the last day that it tells of."""
        days = self.holidays.keys() | self.workdays.keys()
        return min(days), max(days)


class FeedFaultError(ValueError):
    """A feed cannot be read: in which line, and why in English and zh-CN."""

    def __init__(self, line: int, english: str, chinese: str) -> None:
        super().__init__(f"line {line}: {english}")
        self.english, self.chinese = f"line {line}: {english}", f"第 {line} 行：{chinese}"


class _Property(NamedTuple):
    line: int
    name: str
    parameters: str
    value: str


def read_feed(text: str, worked: Sequence[str] = WORKED) -> Feed:
    """The days of a feed (CAL-7: they count nowhere yet). Raises FeedFaultError; repeating events are refused."""
    holidays: dict[date, str] = {}
    workdays: dict[date, str] = {}
    for event in _events(text):
        if event.get("STATUS", _Property(0, "", "", "")).value.upper() == "CANCELLED":
            continue
        name = _text(event["SUMMARY"].value) if "SUMMARY" in event else ""
        days = workdays if _is_worked(name, worked) else holidays
        for day in _days(event):
            days.setdefault(day, name[:200] or "-")
        if len(holidays) + len(workdays) > MOST_DAYS:
            raise FeedFaultError(event["DTSTART"].line, f"more than {MOST_DAYS} days", f"超过 {MOST_DAYS} 天")
    if not holidays and not workdays:
        raise FeedFaultError(
            1, "there is no day in it (VEVENT with DTSTART)", "其中没有任何日期（VEVENT 与 DTSTART）"
        )
    return Feed({day: name for day, name in holidays.items() if day not in workdays}, workdays)


def _is_worked(name: str, worked: Sequence[str]) -> bool:
    lower = name.lower()
    return any(word.lower() in lower for word in worked) and not any(word in lower for word in NOT_WORKED)


def _events(text: str) -> Iterator[dict[str, _Property]]:
    found: dict[str, _Property] | None = None
    for one in _properties(text):
        marker = (one.name, one.value.upper())
        if marker == ("BEGIN", "VEVENT"):
            found = {}
        elif marker == ("END", "VEVENT") and found is not None:
            if "DTSTART" not in found:
                raise FeedFaultError(one.line, "an event without DTSTART", "事件缺少 DTSTART")
            yield found
            found = None
        elif found is not None:
            found.setdefault(one.name, one)
    if found is not None:
        raise FeedFaultError(text.count("\n") + 1, "the last event has no end", "最后一个事件没有结束")


def _properties(text: str) -> Iterator[_Property]:
    """Logical lines; one that begins with a blank goes on with the one before."""
    number, logical = 0, ""
    for place, line in enumerate(text.splitlines(), start=1):
        if line[:1] in {" ", "\t"}:
            logical += line[1:]
            continue
        yield from _property(number, logical)
        number, logical = place, line
    yield from _property(number, logical)


def _property(line: int, text: str) -> Iterator[_Property]:
    head, colon, value = text.partition(":")
    if colon:
        name, _, parameters = head.partition(";")
        yield _Property(line, name.strip().upper(), parameters, value.strip())


def _days(event: Mapping[str, _Property]) -> list[date]:
    """From DTSTART until before DTEND, as RFC 5545 has it; one day without DTEND."""
    if "RRULE" in event or "RDATE" in event:
        line = (event.get("RRULE") or event["RDATE"]).line
        raise FeedFaultError(
            line, "repeats; a holiday has its date in every year", "为重复事件；节假日须逐年给出日期"
        )
    first = _date(event["DTSTART"])
    until = _date(event["DTEND"]) if "DTEND" in event else first + timedelta(days=1)
    if not 0 < (until - first).days <= LONGEST_EVENT:
        line = event["DTEND"].line
        raise FeedFaultError(
            line,
            f"ends before it begins or lasts more than {LONGEST_EVENT} days",
            f"结束不晚于开始，或超过 {LONGEST_EVENT} 天",
        )
    return [first + timedelta(days=number) for number in range((until - first).days)]


def _date(given: _Property) -> date:
    found = _DATE.fullmatch(given.value)
    try:
        if found is not None and int(found[1]) in YEARS:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise FeedFaultError(
        given.line,
        f"{given.name} is no whole day of our time like 20260217",
        f"{given.name} 不是形如 20260217 的当代整日",
    )


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value).replace("\0", "").strip()
