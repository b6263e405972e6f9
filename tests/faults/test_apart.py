"""Faults with each service in its own process and database, on a real broker: nothing lost, nothing doubled."""

import asyncio
from random import Random

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy import text

from services.command.registry import SERVICES
from shared.bus.headers import unpack
from shared.events import topic_of
from shared.runtime.database import create_engine
from tests.kafka.broker import Broker
from tests.waiting import eventually

from .apart_fixtures import apart, broker
from .installation import Apart, free_port
from .journeys import whole_journeys_under_kills

__all__ = ["apart", "broker"]

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]


CRASHES = [
    ("intake", "after_commit:5"),
    ("intake", "after_publish_before_outbox_delete:3"),
    ("routing", "after_apply_before_position_commit:2"),
    ("routing", "after_publish_before_outbox_delete:2"),
    ("sla", "mid_batch:2"),
    ("sla", "after_commit:2"),
    ("notify", "during_handover:2"),
    ("marketing", "mid_batch:2"),
]


@pytest.mark.parametrize(("service", "point"), CRASHES)
async def test_a_service_that_dies_at_a_crash_point_loses_and_doubles_nothing(
    apart: Apart, service: str, point: str
) -> None:
    process = apart.process_of(service)
    process.stop()
    process.start(crash_at=point)
    await apart.load_until(lambda: not process.running)
    process.start()
    await apart.ready(service)
    await apart.send_again()
    await apart.comes_to_rest_whole()


async def test_random_kills_of_every_process_under_load_lose_and_double_nothing(apart: Apart) -> None:
    random = Random(2026)
    load = asyncio.create_task(apart.load(400, rate=40))
    while not load.done():
        service = random.choice(SERVICES)
        apart.process_of(service).kill()
        await asyncio.sleep(random.uniform(0.1, 0.5))
        apart.process_of(service).start()
        await asyncio.sleep(random.uniform(0.3, 1.0))
    await load
    for service in SERVICES:
        await apart.ready(service)
    await apart.send_again()
    await apart.comes_to_rest_whole()


async def test_journeys_go_on_to_their_end_while_processes_are_killed(apart: Apart) -> None:
    await whole_journeys_under_kills(apart, Random(7), SERVICES, count=30)


async def test_intake_keeps_answering_while_the_broker_is_down_and_the_backlog_drains_in_order(
    apart: Apart, broker: Broker
) -> None:
    unanswered_before = len(apart.history.unknown)
    broker.kill()
    await apart.load(15 * 40, rate=40)
    assert len(apart.history.unknown) == unanswered_before
    await asyncio.to_thread(broker.restart)
    await apart.comes_to_rest_whole()


async def test_a_database_server_stopped_in_the_middle_loses_nothing_it_acknowledged(apart: Apart) -> None:
    load = asyncio.create_task(apart.load(200, rate=40))
    await asyncio.sleep(1.5)
    await asyncio.to_thread(apart.postgres.restart, "immediate")
    await load
    await apart.send_again()
    await apart.comes_to_rest_whole()


async def test_two_replicas_of_every_service_share_the_work_and_double_nothing(apart: Apart) -> None:
    seconds = [apart.replica(name, "1", free_port()) for name in SERVICES]
    for process in seconds:
        process.start()
    try:
        await apart.load(200, rate=40)
        await apart.comes_to_rest_whole()
    finally:
        for process in seconds:
            process.kill()


async def test_bytes_that_are_no_event_are_parked_and_block_nothing(apart: Apart, broker: Broker) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    await producer.send_and_wait(topic_of("intake"), b"\x00\xffno event", key=b"nobody")
    await producer.stop()
    await apart.load(50, rate=50)
    await apart.comes_to_rest_whole()
    engine = create_engine(apart.urls["routing"], application="tests", pool_size=1)

    async def parked() -> bool:
        async with engine.connect() as connection:
            return bool(
                (await connection.execute(text("SELECT count(*) FROM undecodable"))).scalar_one() == 1
            )

    await eventually(parked)
    await engine.dispose()


async def test_what_a_plain_consumer_reads_is_what_the_journals_hold_byte_for_byte(
    apart: Apart, broker: Broker
) -> None:
    await apart.load(20, rate=50)
    await apart.comes_to_rest_whole()
    topics = [topic_of(name) for name in SERVICES]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    on_topics: dict[str, set[object]] = {topic: set() for topic in topics}
    ends = await consumer.end_offsets(consumer.assignment())
    while any([await consumer.position(lane) < end for lane, end in ends.items()]):
        for lane, records in (await consumer.getmany(timeout_ms=500)).items():
            on_topics[lane.topic] |= {
                (record.key.decode(), tuple(record.headers), record.value)
                for record in records
                if record.headers and record.key
            }
    await consumer.stop()
    for name in SERVICES:
        engine = create_engine(apart.urls[name], application="tests", pool_size=1)
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT subject, headers, value FROM journal"))
            journal = {(subject, unpack(headers), value) for subject, headers, value in rows}
        await engine.dispose()
        assert journal == on_topics[topic_of(name)]
        assert journal or name in {"feedback", "marketing"}, (
            "every complaint was at least received, owned and promised"
        )
