"""Reads when something was said, and says so where a date has two meanings; it never guesses."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's dates have no zone
_PROBE = datetime(2019, 11, 28, 23, 58, 7, tzinfo=UTC)

_EXCEL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")  # 1927 to 2173; fewer digits are rather a year
_UNIX = re.compile(r"[0-9]{9,11}(\.[0-9]+)?")
_UNIX_MS = re.compile(r"[0-9]{12,14}")
_NAMED = frozenset({"iso8601", "excel", "unix", "unix-ms"})


class UnreadableDateError(ValueError):
    """No format fits."""


class AmbiguousDateError(ValueError):
    """Two formats fit and say different days, as 04/05/2015."""


class NoSuchTimeError(ValueError):
    """The clocks skipped this time when they went forward."""


class AmbiguousTimeError(ValueError):
    """The clocks showed this time twice when they went back."""


def check_format(format_: str) -> None:
    """Raises ValueError where a format cannot tell a day, or which half of a day."""
    if format_ in _NAMED:
        return
    if "%I" in format_ and "%p" not in format_:
        raise ValueError(
            f"{format_!r} has %I without %p, so that 3:00 would be twice a day"
            f"|{format_!r} 有 %I 而没有 %p，一天会有两个 3:00"
        )
    try:
        told = datetime.strptime(_PROBE.strftime(format_), format_)  # noqa: DTZ007 - only its day is looked at
    except ValueError as error:
        raise ValueError(
            f"{format_!r} is no date format: {error}|{format_!r} 不是日期格式：{error}"
        ) from error
    if told.date() != _PROBE.date():
        raise ValueError(f"{format_!r} does not tell day, month and year|{format_!r} 没有写出年、月、日")


def has_offset(format_: str) -> bool:
    """True if whatever the format reads is a moment, wherever it was written."""
    return "%z" in format_ or format_ in {"unix", "unix-ms"}


class DateReader:
    """Reads dates by several formats. `zone` is that of times without offset."""

    def __init__(self, formats: Sequence[str], zone: str | None) -> None:
        self._formats = formats
        self._zone = ZoneInfo(zone) if zone else UTC

    def read(self, text: str) -> datetime:
        """The moment. Raises UnreadableDateError, AmbiguousDateError, NoSuchTimeError, AmbiguousTimeError."""
        told = {read for format_ in self._formats if (read := _read(text, format_)) is not None}
        if not told:
            raise UnreadableDateError
        if len(told) > 1:
            raise AmbiguousDateError
        moment = told.pop()
        return moment if moment.tzinfo else self._placed(moment)

    def _placed(self, local: datetime) -> datetime:
        first, second = (local.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return first
        back = first.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None)
        raise AmbiguousTimeError if back == local else NoSuchTimeError


def _read(text: str, format_: str) -> datetime | None:
    try:
        if format_ in _NAMED:
            return _read_named(text, format_)
        return datetime.strptime(text, format_)  # noqa: DTZ007 - the zone is added by the caller
    except (ValueError, OverflowError):
        return None


def _read_named(text: str, name: str) -> datetime | None:
    if name == "iso8601":
        return datetime.fromisoformat(text)
    if name == "excel" and _EXCEL.fullmatch(text):
        return EXCEL_BEGINS + timedelta(seconds=round(float(text) * 86400))
    if name == "unix" and _UNIX.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    if name == "unix-ms" and _UNIX_MS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return None
