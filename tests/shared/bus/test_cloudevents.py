"""The codec: what leaves can be read by the CloudEvents SDK, and what comes in is checked."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.cloudevents import (
    UndecodableError,
    from_record,
    glance,
    to_outgoing,
    to_record,
    to_structured,
)
from shared.bus.headers import pack, unpack
from shared.events import Envelope
from tests.builders import complaint_received, resolved


def envelope(**changes: Any) -> Envelope[Any]:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "event": complaint_received(),
        "sequence": 3,
        "occurred_at": datetime(2026, 2, 28, 9, 30, tzinfo=UTC),
        "recorded_at": datetime(2026, 2, 28, 9, 31, 0, 123456, tzinfo=UTC),
        "after": {"routing": 2, "intake": 7},
        "causation_id": uuid4(),
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }
    return Envelope(**(facts | changes))


def test_an_envelope_comes_back_as_it_was() -> None:
    sent = envelope()
    record = to_record(sent)
    assert from_record(record.headers, record.value) == sent


def test_optional_attributes_may_be_missing() -> None:
    sent = envelope(after={}, causation_id=None, traceparent=None)
    record = to_record(sent)
    assert from_record(record.headers, record.value) == sent


def test_the_same_envelope_gives_the_same_bytes() -> None:
    sent = envelope()
    assert to_record(sent) == to_record(sent)


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dictionaries(st.sampled_from(["intake", "sla", "routing"]), st.integers(1)),
)
def test_whatever_others_put_into_it_the_headers_lie_in_the_outbox_as_they_are_packed(
    trace: str, after: dict[str, int]
) -> None:
    sent = envelope(traceparent=trace, after=after)
    outgoing, record = to_outgoing(sent), to_record(sent)
    assert outgoing.headers == pack(tuple(record.headers))
    assert (outgoing.subject, outgoing.value) == (record.key, record.value)
    assert from_record(record.headers, record.value) == sent


def test_the_cloudevents_sdk_reads_what_we_send() -> None:
    sent = envelope()
    record = to_record(sent)
    message = KafkaMessage(headers=dict(record.headers), key=record.key.encode(), value=record.value)
    read = from_binary(message, JSONFormat())
    assert read.get_id() == str(sent.id)
    assert read.get_type() == sent.event.type
    assert read.get_source() == "/redress/intake"
    assert read.get_subject() == sent.subject
    assert read.get_time() == sent.occurred_at
    assert read.get_extension("sequence") == "3"
    facts = read.get_data()
    assert isinstance(facts, dict)
    assert facts["receipt_number"] == sent.event.receipt_number


def test_the_structured_form_is_read_by_the_sdk_and_hides_what_is_sealed() -> None:
    record = to_record(envelope())
    structured = to_structured(record.headers, record.value)
    assert structured["specversion"] == "1.0"
    assert "reply_to" not in structured["data"]
    assert structured["data"]["address_hint"] == "+86138****8000"
    read = JSONFormat().read(None, __import__("json").dumps(structured))
    assert read.get_type() == "redress.intake.complaint_received.v1"


@pytest.mark.parametrize(
    "missing", ["ce_id", "ce_type", "ce_subject", "ce_sequence", "ce_time", "ce_recordedtime"]
)
def test_a_record_without_a_required_header_is_refused_by_its_name(missing: str) -> None:
    record = to_record(envelope())
    headers = tuple(header for header in record.headers if header[0] != missing)
    with pytest.raises(UndecodableError, match=missing):
        from_record(headers, record.value)


def test_broken_data_are_refused_without_repeating_them() -> None:
    record = to_record(envelope())
    with pytest.raises(UndecodableError) as refused:
        from_record(record.headers, b'{"complaint_id": "secret 13800138000"}')
    assert "13800138000" not in str(refused.value)


def test_a_subject_that_is_not_the_events_own_is_refused() -> None:
    one, other = to_record(envelope()), to_record(envelope(event=resolved(uuid4())))
    headers = tuple(h if h[0] != "ce_subject" else ("ce_subject", other.key.encode()) for h in one.headers)
    with pytest.raises(UndecodableError, match="ce_subject"):
        from_record(headers, one.value)


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=50)), max_size=8))
def test_headers_are_stored_byte_for_byte(headers: list[tuple[str, bytes]]) -> None:
    assert unpack(pack(tuple(headers))) == tuple(headers)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ce_type", "ce_subject", "ce_sequence", "x"]), st.binary(max_size=30))
    )
)
def test_any_headers_are_either_read_or_refused(headers: list[tuple[str, bytes]]) -> None:
    try:
        glance(headers)
    except UndecodableError:
        return
