"""One set of promises for every adapter of the event log."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from shared.bus.event_log import (
    MAX_RECORD_BYTES,
    PARTITIONS,
    Record,
    RecordTooLargeError,
)
from shared.bus.partitions import murmur2, partition_for
from tests.waiting import eventually

from .event_log_suite import (
    LogUnderTest,
    ends,
    every_partition,
    fresh_group,
    one_key,
    read,
    read_nothing,
    records,
    values,
)


# From the tests of Kafka's Java client.
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_own_client(data: bytes, expected: int) -> None:
    assert murmur2(data) == expected % 2**32


KEYS = {
    "": 9,
    "a": 4,
    "complaint-1": 0,
    "0197a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b": 4,
    "客户-42": 0,
    "customer/7 ": 1,
}


@pytest.mark.parametrize(("key", "partition"), KEYS.items())
def test_a_key_always_has_the_same_partition(key: str, partition: int) -> None:
    assert partition_for(key) == partition


async def test_a_key_has_the_same_partition_in_every_adapter(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    await log.publish(records(topic, KEYS))
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    assert {record.key: record.partition for record in await read(reader, len(KEYS))} == KEYS


async def test_records_of_one_key_keep_their_order(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    keys = [f"complaint-{number}" for number in range(40)] * 25
    random.Random(7).shuffle(keys)
    everything = records(topic, keys)
    for start in range(0, len(everything), 130):
        await log.publish(everything[start : start + 130])
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    got = await read(reader, len(everything))
    for key in set(keys):
        assert values(got, key) == [str(number).encode() for number in range(25)]
    assert len({(record.key, record.partition) for record in got}) == 40


async def test_large_records_of_one_key_keep_their_order(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    sizes = [200_000, 10, 90_000, 50_000, 10, MAX_RECORD_BYTES, 1]
    await log.publish([Record(topic, "complaint-1", (), bytes(size)) for size in sizes])
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    assert [len(record.value) for record in await read(reader, len(sizes))] == sizes


async def test_offsets_count_the_records_of_a_partition_from_zero(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    await log.publish(one_key(topic, 3))
    await log.publish(one_key(topic, 2))
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    assert [record.offset for record in await read(reader, 5)] == [0, 1, 2, 3, 4]


async def test_headers_key_and_value_come_back_byte_for_byte(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    headers = (("ce_id", b"1"), ("blob", bytes(range(256))), ("empty", b""), ("ce_id", b"2"), ("名", b"\xff"))
    sent = [
        Record(topic, "客户-42", headers, bytes(range(256))),
        Record(topic, "客户-42", (), b""),
    ]
    await log.publish(sent)
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    got = await read(reader, 2)
    assert [Record(record.topic, record.key, record.headers, record.value) for record in got] == sent


async def test_what_publish_returned_from_is_there_for_everybody(event_log_factory: LogUnderTest) -> None:
    writer, other = await event_log_factory.new_log(), await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(writer)
    reader = await event_log_factory.reader(other, fresh_group(), "one", [topic])
    for number in range(10):
        await writer.publish(one_key(topic, 1))
        assert sum((await reader.lag()).values()) == number + 1


async def test_publishing_nothing_is_no_mistake(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    await log.publish([])


async def test_a_record_over_the_limit_is_refused_and_nothing_of_its_batch_is_stored(
    event_log_factory: LogUnderTest,
) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    with pytest.raises(RecordTooLargeError):
        await log.publish([*one_key(topic, 3), Record(topic, "complaint-1", (), bytes(MAX_RECORD_BYTES + 1))])
    await log.publish([Record(topic, "complaint-1", (), b"after")])
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    assert values(await read(reader, 1)) == [b"after"]


async def test_a_poll_brings_no_more_than_asked_for(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    await log.publish(every_partition(topic))
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    await read(reader, 1)
    for _ in range(5):
        assert 1 <= len(await reader.poll(7, 10.0)) <= 7


async def test_a_reader_that_waits_hears_of_news_at_once(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    await read_nothing(reader)
    waiting = asyncio.create_task(reader.poll(10, 60.0))
    await log.publish(one_key(topic, 1))
    async with asyncio.timeout(10):
        assert values(await waiting) == [b"0"]


async def test_reading_can_start_from_a_time(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    await log.publish(every_partition(topic))
    early = await read(reader, 20 * PARTITIONS)
    last = max(record.stored_at for record in early)
    assert abs(last - datetime.now(UTC)) < timedelta(minutes=1)
    await eventually(lambda: datetime.now(UTC) > last + timedelta(milliseconds=10))
    await log.publish(every_partition(topic))
    late = await read(reader, 20 * PARTITIONS)

    await reader.seek_to_time(min(record.stored_at for record in late))
    assert sorted(await read(reader, len(late)), key=str) == sorted(late, key=str)
    await read_nothing(reader)
    await reader.seek_to_time(datetime.now(UTC) + timedelta(days=1))
    await read_nothing(reader)
    await reader.seek_to_time(last - timedelta(days=1))
    assert len(await read(reader, len(early) + len(late))) == len(early) + len(late)


async def test_topics_can_be_ensured_twice_and_at_once(event_log_factory: LogUnderTest) -> None:
    logs = [await event_log_factory.new_log() for _ in range(3)]
    topic = await event_log_factory.fresh_topic(logs[0])
    topics = [topic, f"{topic}.b", f"{topic}.c"]
    await asyncio.gather(*(log.ensure_topics(topics) for log in logs))
    await logs[0].publish([record for topic in topics for record in one_key(topic, 1)])
    reader = await event_log_factory.reader(logs[1], fresh_group(), "one", topics)
    assert {record.topic for record in await read(reader, 3)} == set(topics)
    assert len(reader.assignment()) == 3 * PARTITIONS


async def test_a_running_log_answers_a_ping(event_log_factory: LogUnderTest) -> None:
    await (await event_log_factory.new_log()).ping()


async def test_closing_leaves_no_task_behind(event_log_factory: LogUnderTest) -> None:
    before = asyncio.all_tasks()
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    await log.publish(one_key(topic, 3))
    await reader.commit(ends(await read(reader, 3)))
    await reader.close()
    await log.close()
    await reader.close()
    await log.close()
    assert asyncio.all_tasks() == before
