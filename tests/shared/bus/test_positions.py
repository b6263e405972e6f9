"""The consumer stores how far it has come: not after every batch, but soon, and also when nothing more comes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

from shared.bus.cloudevents import to_record
from shared.bus.database import Database
from shared.bus.event_log import EventLog, Partition
from shared.bus.postgres import PostgresEventLog
from shared.events import Envelope
from tests.builders import complaint_received, now
from tests.waiting import eventually

from .small_service import SmallService, small_database

__all__ = ["small_database"]

TOPICS = ("redress.intake.v1", "redress.routing.v1")


@asynccontextmanager
async def a_log(url: str) -> AsyncIterator[PostgresEventLog]:
    log = PostgresEventLog(Database(url, application="tests"))
    await log.start()
    await log.ensure_topics(TOPICS)
    try:
        yield log
    finally:
        await log.close()


@asynccontextmanager
async def consuming(service: SmallService) -> AsyncIterator[None]:
    task = asyncio.create_task(service.consumer.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def tell(log: EventLog, complaint_id: UUID) -> None:
    await log.publish([to_record(Envelope(uuid4(), complaint_received(complaint_id), 1, now(), now(), {}))])


async def behind(service: SmallService) -> Mapping[Partition, int]:
    member = service.consumer.member
    return await member.lag() if member else {}


async def test_the_position_is_stored_though_nothing_more_comes(
    small_database: Database, fresh_database_url: str
) -> None:
    async with a_log(fresh_database_url) as log:
        service = SmallService(small_database, log)
        async with consuming(service):
            for _ in range(20):
                await tell(log, uuid4())
            await eventually(lambda: service.consumer.applied == 20)

            async def nothing_is_left() -> bool:
                lag = await behind(service)
                return bool(lag) and not any(lag.values())

            await eventually(nothing_is_left)


async def test_what_was_applied_and_not_stored_is_read_again_and_dropped(
    small_database: Database, fresh_database_url: str
) -> None:
    async with a_log(fresh_database_url) as log:
        killed, complaint = SmallService(small_database, log), uuid4()
        await tell(log, complaint)
        reader = log.member("another", "0", TOPICS)
        await reader.start()
        await killed.consumer.apply(await eventually(lambda: reader.poll(10, 1.0)))
        after_a_crash = SmallService(small_database, log)
        async with consuming(after_a_crash):
            await eventually(lambda: after_a_crash.consumer.duplicates == 1)
        assert after_a_crash.consumer.applied == 0
        assert await after_a_crash.noted(complaint) == [("intake", 1)]


async def test_who_stops_in_order_stores_how_far_it_came(
    small_database: Database, fresh_database_url: str
) -> None:
    async with a_log(fresh_database_url) as log:
        stopped, next_one = SmallService(small_database, log), SmallService(small_database, log)
        async with consuming(stopped):
            await tell(log, uuid4())
            await eventually(lambda: stopped.consumer.applied == 1)
        async with consuming(next_one):
            await tell(log, uuid4())
            await eventually(lambda: next_one.consumer.applied == 1)
        assert next_one.consumer.duplicates == 0
