"""How fast the relay moves events from an outbox to Kafka and into the journal, and what publishing alone takes."""

from time import perf_counter
from typing import Any
from uuid import uuid4

from shared.bus.database import Database
from shared.bus.event_log import Record
from shared.bus.headers import unpack
from shared.bus.kafka import KafkaEventLog
from shared.bus.outbox import BATCH, Relay
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.base import topic_of
from shared.runtime.database import migrate
from tests.builders import complaint_received

from .stage import Stage

PUBLISHER = "intake"
_FIRST = Statement("SELECT subject, headers, value FROM outbox ORDER BY position LIMIT 10000")
_LEFT = Statement("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM journal)")
EVENTS = 50_000
AT_ONCE = 1_000


async def relay(stage: Stage, events: int = EVENTS) -> dict[str, Any]:
    """Fill an outbox with real events, then run the relay until it is empty."""
    server = await stage.postgres([PUBLISHER])
    broker = await stage.broker()
    database = Database(server.url(PUBLISHER), application="bench")
    log = KafkaEventLog(broker.bootstrap)
    try:
        await migrate(server.url(PUBLISHER), PUBLISHER)
        await log.start()
        await log.ensure_topics([topic_of(PUBLISHER), topic_of("routing")])
        work = UnitOfWork(database)
        runner = Relay(database, log, PUBLISHER)
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
        [(left, journal)] = await database.fetch(_LEFT, {})
    finally:
        await log.close()
        await database.close()
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
    rows = await work.fetch(_FIRST, {})
    records = [Record(topic_of("routing"), key, unpack(headers), value) for key, headers, value in rows]
    began = perf_counter()
    for first in range(0, len(records), BATCH):
        await log.publish(records[first : first + BATCH])
    return len(records) / (perf_counter() - began)
