"""How fast the relay moves events from an outbox to Kafka and into the journal, and what publishing alone takes."""

from time import perf_counter
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from shared.bus.event_log import Record
from shared.bus.headers import unpack
from shared.bus.kafka import KafkaEventLog
from shared.bus.outbox import BATCH, Relay
from shared.bus.unit_of_work import UnitOfWork
from shared.events.base import topic_of
from shared.runtime.database import create_engine, migrate
from tests.builders import complaint_received

from .stage import Stage

PUBLISHER = "intake"
EVENTS = 50_000
AT_ONCE = 1_000


async def relay(stage: Stage, events: int = EVENTS) -> dict[str, Any]:
    """Fill an outbox with real events, then run the relay until it is empty."""
    server = await stage.postgres([PUBLISHER])
    broker = await stage.broker()
    engine = create_engine(server.url(PUBLISHER), application="bench")
    log = KafkaEventLog(broker.bootstrap)
    try:
        await migrate(engine, PUBLISHER)
        await log.start()
        await log.ensure_topics([topic_of(PUBLISHER), topic_of("routing")])
        work = UnitOfWork(engine)
        runner = Relay(engine, log, PUBLISHER)
        await _fill(work, BATCH * 4)
        while await runner.relay_once():
            pass
        await _fill(work, events)
        alone = await _publish_alone(work, log)
        began = perf_counter()
        moved = 0
        while count := await runner.relay_once():
            moved += count
        seconds = perf_counter() - began
        async with engine.connect() as connection:
            left = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
            journal = (await connection.execute(text("SELECT count(*) FROM journal"))).scalar_one()
    finally:
        await log.close()
        await engine.dispose()
    return {
        "events": moved,
        "seconds": round(seconds, 2),
        "per_s": moved / seconds,
        "publish_alone_per_s": alone,
        "left_in_outbox": left,
        "in_journal": journal - BATCH * 4,
    }


async def _fill(work: UnitOfWork, events: int) -> None:
    for begin in range(0, events, AT_ONCE):
        async with work.begin() as tx:
            await tx.read_clock()
            for _ in range(min(AT_ONCE, events - begin)):
                event = complaint_received(uuid4())
                tx.open_new(event.subject)
                tx.publish(event)


async def _publish_alone(work: UnitOfWork, log: KafkaEventLog) -> float:
    """Publish copies of the first records to another topic in batches of the same size: the ceiling."""
    async with work.read() as connection:
        rows = await connection.execute(
            text("SELECT subject, headers, value FROM outbox ORDER BY position LIMIT 10000")
        )
        records = [Record(topic_of("routing"), row[0], unpack(row[1]), row[2]) for row in rows]
    began = perf_counter()
    for first in range(0, len(records), BATCH):
        await log.publish(records[first : first + BATCH])
    return len(records) / (perf_counter() - began)
