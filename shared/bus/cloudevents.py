"""How an envelope becomes bytes and back: CloudEvents 1.0, binary mode in the log, structured JSON in the feeds."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from shared.events.base import EVENT_TYPES, Envelope, Event, topic_of

from .event_log import Record, StoredRecord
from .headers import pack, unpack

JSON = b"application/json"

Headers = Sequence[tuple[str, bytes]]


class UndecodableError(Exception):
    """The bytes are no event of ours; the message says what is wrong with them."""


class Glance(NamedTuple):
    """What can be said of a record without reading its value: enough to keep order and to skip what nobody hears."""

    type: str
    subject: str
    sequence: int
    publisher: str
    attributes: Mapping[str, bytes]


class Outgoing(NamedTuple):
    """An event as it lies in the outbox: what its record will have, with the headers packed."""

    id: UUID
    subject: str
    type: str
    headers: str
    value: bytes


def to_outgoing(envelope: Envelope[Event]) -> Outgoing:
    """What is written of an envelope; the same envelope gives the same bytes every time."""
    event, subject = envelope.event, envelope.subject
    value = event.__pydantic_serializer__.to_json(event)
    return Outgoing(envelope.id, subject, event.type, _packed_headers(envelope, subject), value)


def to_record(envelope: Envelope[Event]) -> Record:
    """The record that carries an envelope."""
    _, subject, _, headers, value = to_outgoing(envelope)
    return Record(topic_of(envelope.event.publisher), subject, unpack(headers), value)


def glance(headers: Headers) -> Glance:
    """Read type, subject and sequence from the headers. Raises UndecodableError."""
    attributes = dict(headers)
    try:
        kind = attributes["ce_type"].decode()
        return Glance(
            type=kind,
            subject=attributes["ce_subject"].decode(),
            sequence=int(attributes["ce_sequence"]),
            publisher=kind.split(".")[1],
            attributes=attributes,
        )
    except KeyError as error:
        raise UndecodableError(f"header {error.args[0]} is missing") from error
    except (ValueError, IndexError) as error:
        raise UndecodableError(f"a ce_ header is malformed: {error}") from error


def from_record(headers: Headers, value: bytes) -> Envelope[Event]:
    """The envelope in a record. Raises UndecodableError for unknown types and malformed data."""
    return _decode(glance(headers), value)


def _decode(seen: Glance, value: bytes) -> Envelope[Event]:
    attributes = seen.attributes
    event_class = EVENT_TYPES.get(seen.type)
    if event_class is None:
        raise UndecodableError(f"no event is called {seen.type}")
    try:
        event = event_class.model_validate_json(value)
        envelope = Envelope(
            id=UUID(attributes["ce_id"].decode()),
            event=event,
            sequence=seen.sequence,
            occurred_at=datetime.fromisoformat(attributes["ce_time"].decode()),
            recorded_at=datetime.fromisoformat(attributes["ce_recordedtime"].decode()),
            after=_after_from(attributes.get("ce_after", b"")),
            causation_id=UUID(attributes["ce_causationid"].decode())
            if "ce_causationid" in attributes
            else None,
            traceparent=attributes["traceparent"].decode() if "traceparent" in attributes else None,
        )
    except KeyError as error:
        raise UndecodableError(f"header {error.args[0]} is missing") from error
    except (ValidationError, ValueError) as error:
        raise UndecodableError(f"{seen.type}: {_without_values(error)}") from error
    if envelope.subject != seen.subject:
        raise UndecodableError(f"{seen.type}: ce_subject is not the event's {event_class.subject_field}")
    return envelope


def glance_at(stored: StoredRecord) -> Glance:
    """What a record read from a log says of itself. Raises UndecodableError."""
    if stored.seen is None:
        stored.seen = glance(stored.headers)
    seen: Glance = stored.seen
    return seen


def envelope_of(stored: StoredRecord) -> Envelope[Event]:
    """The envelope in a record read from a log; decoded once per process. Raises UndecodableError."""
    if stored.envelope is None:
        stored.envelope = _decode(glance_at(stored), stored.value)
    envelope: Envelope[Event] = stored.envelope
    return envelope


def to_structured(headers: Headers, value: bytes) -> dict[str, Any]:
    """The same event as one JSON object for readers outside, without the fields sealed for one reader."""
    attributes = {name: raw.decode() for name, raw in headers}
    structured: dict[str, Any] = {
        name.removeprefix("ce_"): text for name, text in attributes.items() if name.startswith("ce_")
    }
    structured["datacontenttype"] = attributes["content-type"]
    if "traceparent" in attributes:
        structured["traceparent"] = attributes["traceparent"]
    data = from_json(value)
    sealed = EVENT_TYPES[attributes["ce_type"]].sealed_fields
    structured["data"] = {name: field for name, field in data.items() if name not in sealed}
    return structured


def _packed_headers(envelope: Envelope[Event], subject: str) -> str:
    """The headers as `pack` would write them, written at once; only what others chose can need escapes."""
    recorded = _text(envelope.recorded_at)
    occurred = recorded if envelope.occurred_at == envelope.recorded_at else _text(envelope.occurred_at)
    packed = (
        f'{_fixed_headers(type(envelope.event))}["ce_id","{envelope.id}"],["ce_subject",{_quoted(subject)}],'
        f'["ce_time","{occurred}"],["ce_recordedtime","{recorded}"],["ce_sequence","{envelope.sequence}"]'
    )
    if envelope.after:
        packed += f',["ce_after","{_after_text(envelope.after)}"]'
    if envelope.causation_id is not None:
        packed += f',["ce_causationid","{envelope.causation_id}"]'
    if envelope.traceparent is not None:
        packed += f',["traceparent",{_quoted(envelope.traceparent)}]'
    return packed + "]"


@cache
def _fixed_headers(event: type[Event]) -> str:
    fixed = (
        ("ce_specversion", b"1.0"),
        ("ce_type", event.type.encode()),
        ("ce_source", f"/redress/{event.publisher}".encode()),
        ("content-type", JSON),
    )
    return pack(fixed).removesuffix("]") + ","


def _quoted(text: str) -> str:
    return to_json(text.encode().decode("latin-1")).decode()


@lru_cache(maxsize=1024)  # one transaction writes many events of one moment
def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _after_text(after: Mapping[str, int]) -> str:
    if len(after) == 1:
        [(publisher, sequence)] = after.items()
        return f"{publisher}:{sequence}"
    return ",".join(f"{publisher}:{after[publisher]}" for publisher in sorted(after))


def _after_from(text: bytes) -> dict[str, int]:
    if not text:
        return {}
    pairs = (part.split(":") for part in text.decode().split(","))
    return {publisher: int(sequence) for publisher, sequence in pairs}


def _without_values(error: Exception) -> str:
    """The reason without the offending values, which may be somebody's data."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)
        )
    return type(error).__name__
