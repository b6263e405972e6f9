"""The consumer on a real database: once, in order, past poison, through passing faults."""

from dataclasses import replace
from random import Random
from uuid import UUID, uuid4

import pytest
from asyncpg import InterfaceError

from shared.bus import consumer as consumer_module
from shared.bus.dead_letters import NoDeadLetterError
from shared.events import Envelope, Event
from tests.builders import complaint_received, now, resolved

from .small_service import SmallService, small, small_database, stored

__all__ = ["small", "small_database"]


def received(complaint_id: UUID) -> Envelope[Event]:
    return Envelope(uuid4(), complaint_received(complaint_id), 1, now(), now(), {})


def was_resolved(complaint_id: UUID, sequence: int = 1) -> Envelope[Event]:
    return Envelope(uuid4(), resolved(complaint_id), sequence, now(), now(), {"intake": 1})


async def test_an_event_delivered_twice_takes_effect_once(small: SmallService) -> None:
    records = stored(received(uuid4()))
    await small.consumer.apply(records)
    await small.consumer.apply(records)
    assert await small.noted() == [("intake", 1)]
    assert small.consumer.duplicates == 1


async def test_events_in_reverse_order_take_effect_in_order(small: SmallService) -> None:
    complaint = uuid4()
    journey = [
        received(complaint),
        was_resolved(complaint, 1),
        was_resolved(complaint, 2),
        was_resolved(complaint, 3),
    ]
    for record in reversed(stored(*journey)):
        await small.consumer.apply([record])
    assert await small.noted() == [("intake", 1), ("routing", 1), ("routing", 2), ("routing", 3)]
    assert await small.count("held") == 0


async def test_any_delivery_of_many_journeys_ends_the_same(small: SmallService) -> None:
    random = Random(7)
    complaints = [uuid4() for _ in range(20)]
    records = stored(
        *(received(c) for c in complaints), *(was_resolved(c, n) for c in complaints for n in (1, 2, 3))
    )
    arriving = records + random.sample(records, 40)
    random.shuffle(arriving)
    while arriving:
        size = random.randint(1, 25)
        await small.consumer.apply(arriving[:size])
        arriving = arriving[size:]
    for complaint in complaints:
        assert await small.noted(complaint) == [("intake", 1), ("routing", 1), ("routing", 2), ("routing", 3)]
    assert await small.count("held") == 0


async def test_a_poison_event_among_a_thousand_is_parked_and_the_others_are_applied(
    small: SmallService,
) -> None:
    complaints = [uuid4() for _ in range(1000)]
    poison = complaints[500]
    small.fails_on = {poison}
    records = stored(*map(received, complaints), was_resolved(poison))
    for start in range(0, len(records), 250):
        await small.consumer.apply(records[start : start + 250])
    assert await small.count("noted") == 999
    [letter] = await small.dead_letters.list()
    assert (letter.subject, letter.type) == (str(poison), "redress.intake.complaint_received.v1")
    assert "ValueError" in letter.reason
    small.fails_on = set()
    await small.dead_letters.retry(str(poison))
    await small.consumer.sweep()
    assert await small.noted(poison) == [("intake", 1), ("routing", 1)]
    assert await small.dead_letters.list() == []


async def test_dropping_a_dead_letter_lets_the_later_events_go_on(small: SmallService) -> None:
    complaint = uuid4()
    small.fails_on = {complaint}
    await small.consumer.apply(stored(received(complaint)))
    small.fails_on = set()
    await small.consumer.apply(stored(was_resolved(complaint), start=1))
    assert await small.noted() == []
    await small.dead_letters.drop(str(complaint))
    await small.consumer.sweep()
    assert await small.noted() == [("routing", 1)]


async def test_retrying_where_nothing_is_parked_is_an_error(small: SmallService) -> None:
    with pytest.raises(NoDeadLetterError):
        await small.dead_letters.retry(str(uuid4()))


async def test_an_event_that_fails_only_sometimes_is_not_parked(small: SmallService) -> None:
    complaint = uuid4()
    small.fails_on, small.errors_left = {complaint}, consumer_module.ATTEMPTS - 1
    await small.consumer.apply(stored(received(complaint)))
    assert await small.noted(complaint) == [("intake", 1)]
    assert await small.dead_letters.list() == []


async def test_a_passing_fault_parks_nothing_however_often_it_comes(
    small: SmallService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "LONGEST_BACKOFF", 0.01)
    complaint = uuid4()
    small.fails_on, small.errors_left = {complaint}, 12
    small.error = InterfaceError("connection lost")
    await small.consumer.apply(stored(received(complaint)))
    assert await small.noted(complaint) == [("intake", 1)]
    assert await small.dead_letters.list() == []


async def test_bytes_that_are_no_event_are_kept_and_block_nothing(small: SmallService) -> None:
    junk, good = stored(received(uuid4()), received(uuid4()))
    junk = replace(junk, headers=(("ce_type", b"\xff\xfe"),), value=b"\x00\xff")
    await small.consumer.apply([junk, good])
    await small.consumer.apply([junk])
    assert await small.noted() == [("intake", 1)]
    assert await small.count("undecodable") == 1


async def test_an_event_whose_data_cannot_be_read_is_parked_for_its_subject_only(small: SmallService) -> None:
    bad, good = stored(received(uuid4()), received(uuid4()))
    await small.consumer.apply([replace(bad, value=b"not json"), good])
    assert await small.noted() == [("intake", 1)]
    [letter] = await small.dead_letters.list()
    assert letter.subject == bad.key


async def test_ten_parked_subjects_in_a_minute_stop_the_consumer(small: SmallService) -> None:
    complaints = [uuid4() for _ in range(consumer_module.TOO_MANY_PARKED)]
    small.fails_on = set(complaints)
    await small.consumer.apply(stored(*map(received, complaints)))
    assert small.consumer.stopped_because is not None


async def test_an_event_type_nobody_reacts_to_still_advances_the_order(small: SmallService) -> None:
    complaint = uuid4()
    unheard, heard = was_resolved(complaint, 1), was_resolved(complaint, 2)
    record = stored(unheard)[0]
    headers = tuple(
        h if h[0] != "ce_type" else ("ce_type", b"redress.routing.something_new.v1") for h in record.headers
    )
    await small.consumer.apply(
        [*stored(received(complaint)), replace(record, headers=headers), *stored(heard)]
    )
    assert await small.noted(complaint) == [("intake", 1), ("routing", 2)]
