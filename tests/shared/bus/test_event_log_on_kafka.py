"""What the Kafka adapter promises when its broker hangs, dies, comes back, or was used by strangers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.bus.event_log import LogError, LogUnavailableError, PartitionLostError, Record, StoredRecord
from shared.bus.kafka import KafkaEventLog
from shared.bus.kafka_clients import KafkaTimings
from shared.bus.kafka_member import KafkaMember
from tests.kafka.broker import Broker
from tests.kafka.fixtures import TIMINGS, KafkaUnderTest, StartBroker
from tests.waiting import eventually

from .event_log_suite import ends, every_partition, fresh_group, one_key, read, read_nothing, records, values

pytestmark = pytest.mark.kafka

IMPATIENT = replace(TIMINGS, request_timeout=2.5, rebalance_timeout=2.0, ping_timeout=1.0, close_timeout=1.0)


def none_is_connected(connections: dict[Any, Any]) -> bool:
    return not any(one.connected() for one in connections.values())


@asynccontextmanager
async def kafka(broker: Broker, timings: KafkaTimings = TIMINGS) -> AsyncIterator[KafkaUnderTest]:
    """The adapter on `broker`, closed at the end; nothing of it may stay in the event loop."""
    before = asyncio.all_tasks()
    under_test = KafkaUnderTest(broker, timings)
    try:
        yield under_test
    finally:
        await under_test.close()
    assert asyncio.all_tasks() == before


async def retried(call: Callable[[], Awaitable[None]]) -> None:
    """Do as the relay does: again and again, until the log has done it."""

    async def done() -> bool:
        with suppress(LogUnavailableError):
            await call()
            return True
        return False

    await eventually(done, within=60.0)


def without_repetitions(got: list[StoredRecord], key: str) -> list[bytes]:
    return list(dict.fromkeys(values(got, key)))


async def test_a_broker_that_closes_idle_connections_costs_nothing(start_kafka: StartBroker) -> None:
    async with kafka(start_kafka({"connections.max.idle.ms": "400"})) as under_test:
        log = await under_test.new_log()
        assert isinstance(log, KafkaEventLog)
        topic = await under_test.fresh_topic(log)
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        for _ in range(3):
            await log.publish(one_key(topic, 2))
            await reader.commit(ends(await read(reader, 2)))
            connections = log._producer.client._conns
            await eventually(partial(none_is_connected, connections))


async def test_nothing_acknowledged_is_lost_when_the_broker_is_killed(killable_kafka: Broker) -> None:
    async with kafka(killable_kafka, IMPATIENT) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        keys = [f"complaint-{number}" for number in range(30)]
        batches = [[Record(topic, key, (), str(turn).encode()) for key in keys] for turn in range(150)]
        acknowledged = 0

        async def relay() -> None:
            nonlocal acknowledged
            for batch in batches:
                await retried(partial(log.publish, batch))
                acknowledged += 1

        def has_reached(turn: int) -> bool:
            return acknowledged >= turn

        relaying = asyncio.create_task(relay())
        for turn in (30, 90):
            await eventually(partial(has_reached, turn))
            killable_kafka.kill()
            await asyncio.to_thread(killable_kafka.restart)
        await relaying
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        left = sum((await reader.lag()).values())
        assert left >= len(batches) * len(keys)
        got = await read(reader, left)
        for key in keys:
            assert without_repetitions(got, key) == [str(turn).encode() for turn in range(len(batches))]


async def test_a_new_producer_goes_on_after_a_send_that_failed(pausable_kafka: Broker) -> None:
    async with kafka(pausable_kafka, IMPATIENT) as under_test:
        log = await under_test.new_log()
        assert isinstance(log, KafkaEventLog)
        topic = await under_test.fresh_topic(log)
        await log.publish(every_partition(topic))
        failed_one = log._producer
        pausable_kafka.pause()
        sent = records(topic, ["complaint-1"] * 5 + ["complaint-2"] * 5)
        with pytest.raises(LogUnavailableError):
            await log.publish(sent)
        assert log._producer is None
        pausable_kafka.resume()
        await retried(lambda: log.publish(sent))
        assert log._producer is not failed_one
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        left = sum((await reader.lag()).values())
        got = await read(reader, left)
        assert without_repetitions(got, "complaint-2") == [b"0", b"1", b"2", b"3", b"4"]


async def test_publishers_that_share_a_producer_all_hear_of_its_failure(pausable_kafka: Broker) -> None:
    async with kafka(pausable_kafka, IMPATIENT) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        await log.publish(every_partition(topic))
        pausable_kafka.pause()
        outcomes = await asyncio.gather(
            *(log.publish(every_partition(topic)) for _ in range(4)), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {LogUnavailableError}


async def test_a_publisher_that_is_cancelled_leaves_the_next_one_a_working_log(
    pausable_kafka: Broker,
) -> None:
    async with kafka(pausable_kafka) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        await log.publish(one_key(topic, 1))
        pausable_kafka.pause()
        publishing = asyncio.create_task(log.publish(one_key(topic, 3)))
        await asyncio.wait([publishing], timeout=0.2)
        publishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await publishing
        pausable_kafka.resume()
        await log.publish([Record(topic, "complaint-1", (), b"last")])
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        assert values(await read(reader, sum((await reader.lag()).values())))[-1] == b"last"


async def test_a_reader_goes_on_when_its_broker_comes_back(killable_kafka: Broker) -> None:
    async with kafka(killable_kafka) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        await log.publish(one_key(topic, 3))
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        await reader.commit(ends(await read(reader, 3)))
        killable_kafka.kill()
        with suppress(LogUnavailableError):
            assert await reader.poll(10, 0.5) == []
        await asyncio.to_thread(killable_kafka.restart)
        await retried(lambda: log.publish([Record(topic, "complaint-1", (), b"new")]))
        got: list[StoredRecord] = []

        async def arrived() -> bool:
            with suppress(LogUnavailableError):
                got.extend(await reader.poll(10, 0.5))
            return bool(got)

        await eventually(arrived, within=60.0)
        assert set(values(got)) == {b"new"}
        await reader.commit(ends(got))


async def test_a_log_without_a_broker_says_so_and_works_once_there_is_one(killable_kafka: Broker) -> None:
    killable_kafka.kill()
    async with kafka(killable_kafka, IMPATIENT) as under_test:
        log = under_test.create_log()
        for attempt in (log.start, log.ping, lambda: log.publish(one_key("any", 1))):
            with pytest.raises(LogUnavailableError):
                await attempt()
        with pytest.raises(LogUnavailableError):
            await under_test.reader(log, fresh_group(), "one", ["any"])
        await asyncio.to_thread(killable_kafka.restart)
        await retried(log.ping)
        await log.close()


async def test_a_broker_that_hangs_fails_the_ping_and_holds_up_no_closing(pausable_kafka: Broker) -> None:
    async with kafka(pausable_kafka, IMPATIENT) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        await log.publish(one_key(topic, 1))
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        await read(reader, 1)
        pausable_kafka.pause()
        with pytest.raises(LogUnavailableError):
            await log.ping()
        async with asyncio.timeout(8):
            await reader.close()
            await log.close()


async def test_a_missing_broker_fills_no_log_file(
    killable_kafka: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async with kafka(killable_kafka, IMPATIENT) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        killable_kafka.kill()
        with caplog.at_level(logging.WARNING):
            for _ in range(2):
                with pytest.raises(LogUnavailableError):
                    await log.publish(one_key(topic, 1))
                with suppress(LogUnavailableError):
                    await reader.poll(1, 1.0)
        said = [record.getMessage() for record in caplog.records]
        assert len(said) < 30, said


async def test_a_rebalance_waits_for_the_batch_in_hand(kafka_broker: Broker) -> None:
    patient = replace(TIMINGS, rebalance_timeout=15.0, batch_grace=10.0)
    async with kafka(kafka_broker, patient) as under_test:
        log = await under_test.new_log()
        topic, group = await under_test.fresh_topic(log), fresh_group()
        await log.publish(every_partition(topic))
        first = await under_test.reader(log, group, "one", [topic])
        got = await read(first, len(every_partition(topic)))
        joining = asyncio.create_task(under_test.reader(log, group, "two", [topic]))
        await eventually(lambda: not first.assignment())
        await first.commit(ends(got))
        second = await joining
        await read_nothing(first)
        await read_nothing(second)


async def test_a_commit_is_never_sent_under_a_later_generation(kafka_broker: Broker) -> None:
    async with kafka(kafka_broker) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        await log.publish(one_key(topic, 3))
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        assert isinstance(reader, KafkaMember)
        got = await read(reader, 3)
        # So it is for a moment after a rebalance, before the member hears what it owns now.
        reader._consumer._coordinator.generation += 1
        with pytest.raises(PartitionLostError):
            await reader.commit(ends(got))
        reader._consumer._coordinator.generation -= 1
        assert sum((await reader.lag()).values()) == 3
        await reader.commit(ends(got))
        assert sum((await reader.lag()).values()) == 0


async def test_a_topic_with_another_number_of_partitions_is_refused(kafka_broker: Broker) -> None:
    async with kafka(kafka_broker) as under_test:
        log = await under_test.new_log()
        topic = f"{await under_test.fresh_topic(log)}.three"
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(topic, 3, 1)])
        await admin.close()

        async def refused() -> bool:
            try:
                await log.ensure_topics([topic])
            except LogError as error:
                return "3 partitions" in str(error)
            return False

        await eventually(refused)


async def test_publishing_to_an_unknown_topic_fails(kafka_broker: Broker) -> None:
    async with kafka(kafka_broker, IMPATIENT) as under_test:
        log = await under_test.new_log()
        with pytest.raises(LogUnavailableError):
            await log.publish(one_key(f"unknown.{fresh_group()}", 1))


async def test_records_of_strangers_are_handed_out_like_others(kafka_broker: Broker) -> None:
    async with kafka(kafka_broker) as under_test:
        log = await under_test.new_log()
        topic = await under_test.fresh_topic(log)
        stranger = AIOKafkaProducer(bootstrap_servers=kafka_broker.bootstrap)
        await stranger.start()
        await stranger.send_and_wait(topic, key=None, value=b"no key", partition=0)
        await stranger.send_and_wait(topic, key=b"\xff\xfe", value=b"no text", partition=0)
        await stranger.send_and_wait(topic, key=b"no value", value=None, partition=0)
        await stranger.stop()
        reader = await under_test.reader(log, fresh_group(), "one", [topic])
        got = [(record.key, record.value) for record in await read(reader, 3)]
        assert got == [("", b"no key"), ("\\xff\\xfe", b"no text"), ("no value", b"")]
