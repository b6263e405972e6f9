"""Turns a row into what a door of intake takes, or says why it cannot be."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from shared.events.vocabulary import Channel

from .contact_keys import ContactKeys
from .mapping import ENTERED_BY_STAFF, Door, JoinedPart, Mapping, OccurredAtPart
from .open_file import SURROGATE
from .read_dates import (
    AmbiguousDateError,
    AmbiguousTimeError,
    DateReader,
    NoSuchTimeError,
    UnreadableDateError,
)
from .rejects import Reason, RejectError
from .row import Row


class Dated(StrEnum):
    """What became of a row's date."""

    GIVEN = "given"
    NONE = "none"
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Contact:
    """One row as a door takes it. customer: rows that share it are posted in the order of the file."""

    line: int
    channel: Channel
    key: str
    body: dict[str, Any]
    customer: str
    dated: Dated


class ContactMaker:
    """Makes contacts of the rows of one file, which must come in their order."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._keys = ContactKeys(mapping.source)
        when = mapping.occurred_at
        self._dates = DateReader(when.formats, when.zone) if when else None

    def make(self, row: Row) -> Contact:
        """The contact in a row. Raises RejectError."""
        mapping, cell = self._mapping, self._cells(row)
        row_id = cell(mapping.contact.id)
        key = self._keys.key_of(row_id, row.fingerprint)
        text = _joined(mapping.text, cell)
        if not text:
            raise RejectError(Reason.EMPTY_TEXT, mapping.text.columns[0])
        door = self._door(cell)
        came_by = ENTERED_BY_STAFF.get(door)
        channel = Channel.PHONE if came_by else Channel(door)
        occurred_at, dated = self._occurred_at(cell)
        customer = {name: value for name, column in mapping.customer if (value := cell(column))}
        told = {
            "text": text,
            "occurred_at": occurred_at.isoformat() if occurred_at else None,
            "category": _joined(mapping.category, cell) if mapping.category else None,
            "language": self._language(cell),
            "customer": customer,
        }
        if came_by:
            body: dict[str, Any] = {"call_id": key, "came_by": came_by}
        else:
            body = _addressed(channel, key, cell(mapping.sender.column) or mapping.sender.default)
        body |= {name: value for name, value in told.items() if value}
        self._keys.check_id(row_id, blake2b(json.dumps([channel, body]).encode(), digest_size=8).digest())
        known_by = next(
            (customer[name] for name in ("external_id", "phone", "email") if name in customer), key
        )
        return Contact(row.line, channel, key, body, known_by, dated)

    def _cells(self, row: Row) -> Callable[[str | int | None], str]:
        for column, value in row.cells.items():
            if SURROGATE.search(value):
                encoding = self._mapping.encoding.removesuffix("-sig")
                raise RejectError(Reason.UNDECODABLE, column, encoding=encoding)
            if "\x00" in value:
                raise RejectError(Reason.NUL_CHARACTER, column)
        return lambda column: "" if column is None else row.cells[column].strip()

    def _door(self, cell: Callable[[str | int | None], str]) -> Door:
        part = self._mapping.channel
        value = cell(part.column)
        door = part.values.get(value) if value else part.default
        if door is None:
            raise RejectError(Reason.UNKNOWN_CHANNEL, part.column or "")
        return door

    def _language(self, cell: Callable[[str | int | None], str]) -> str | None:
        part = self._mapping.language
        return part.values.get(cell(part.column), part.default)

    def _occurred_at(self, cell: Callable[[str | int | None], str]) -> tuple[datetime | None, Dated]:
        part = self._mapping.occurred_at
        if part is None or self._dates is None:
            return None, Dated.NONE
        # Any kind of space counts as one: some systems write dates with spaces that do not break.
        text = " ".join(_joined(part, cell).split())
        if not text or text in part.no_date:
            return None, Dated.NONE
        try:
            return self._dates.read(text), Dated.GIVEN
        except (AmbiguousDateError, AmbiguousTimeError) as error:
            if part.ambiguous_dates == "omit":
                return None, Dated.AMBIGUOUS
            raise _undatable(error, part) from error
        except (UnreadableDateError, NoSuchTimeError) as error:
            if part.unreadable_dates == "omit":
                return None, Dated.UNREADABLE
            raise _undatable(error, part) from error


_REASONS: dict[type[Exception], Reason] = {
    UnreadableDateError: Reason.BAD_DATE,
    NoSuchTimeError: Reason.NO_SUCH_TIME,
    AmbiguousDateError: Reason.AMBIGUOUS_DATE,
    AmbiguousTimeError: Reason.AMBIGUOUS_TIME,
}


def _undatable(error: Exception, part: OccurredAtPart) -> RejectError:
    return RejectError(_REASONS[type(error)], part.columns[0], zone=part.zone)


def _joined(part: JoinedPart, cell: Callable[[str | int | None], str]) -> str:
    return part.join.join(value for column in part.columns if (value := cell(column)))


def _addressed(channel: Channel, key: str, sender: str) -> dict[str, Any]:
    if channel is Channel.SMS:
        return {"message_id": key, "from": sender}
    if channel is Channel.PHONE:
        return {"call_id": key} | ({"caller_number": sender} if sender else {})
    return {"contact_key": key}
