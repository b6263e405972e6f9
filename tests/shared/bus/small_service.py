"""The smallest service there can be: it writes down every event it hears, and can be told to fail."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus.cloudevents import to_record
from shared.bus.consumer import Consumer
from shared.bus.dead_letters import DeadLetters
from shared.bus.event_log import EventLog, StoredRecord
from shared.bus.outbox import Relay
from shared.bus.tables import add_bus_tables
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events import Envelope
from shared.events.intake import ComplaintReceived
from shared.events.routing import ComplaintResolved
from shared.runtime.database import create_engine
from tests.builders import now
from tests.service_under_test import NoLog


class SmallService:
    """A bus on its own database, hearing intake and routing."""

    def __init__(self, engine: AsyncEngine, event_log: EventLog, member_id: str = "0") -> None:
        self.engine = engine
        self.relay = Relay(engine, event_log, "intake")
        self.unit_of_work = UnitOfWork(engine, self.relay.wake)
        self.dead_letters = DeadLetters(self.unit_of_work)
        self.fails_on: set[UUID] = set()
        self.error: Exception = ValueError("as told")
        self.errors_left = 10**9
        self.consumer = Consumer(
            self.unit_of_work,
            event_log,
            group="small",
            member_id=member_id,
            hears=("intake", "routing"),
            reactions={ComplaintReceived: self.note, ComplaintResolved: self.note},
        )

    async def note(self, tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> None:
        for envelope in envelopes:
            if envelope.event.complaint_id in self.fails_on and self.errors_left > 0:
                self.errors_left -= 1
                raise self.error
        await tx.connection.execute(
            text("INSERT INTO noted (subject, publisher, sequence) VALUES (:subject, :publisher, :sequence)"),
            [{"subject": e.subject, "publisher": e.publisher, "sequence": e.sequence} for e in envelopes],
        )

    async def noted(self, subject: UUID | None = None) -> list[tuple[str, int]]:
        """What was noted, in order."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT publisher, sequence FROM noted WHERE :s = '' OR subject = :s ORDER BY position"),
                {"s": str(subject or "")},
            )
            return [(row[0], row[1]) for row in rows]

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.engine.connect() as connection:
            return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


@pytest.fixture
async def small_engine(fresh_database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with the bus's tables."""
    engine = create_engine(fresh_database_url, application="tests")
    metadata = MetaData()
    add_bus_tables(metadata)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(
            text(
                "CREATE TABLE noted (position bigint GENERATED ALWAYS AS IDENTITY, subject text, publisher text,"
                " sequence int, UNIQUE (subject, publisher, sequence))"
            )
        )
    yield engine
    await engine.dispose()


@pytest.fixture
def small(small_engine: AsyncEngine) -> SmallService:
    """A small service without a log."""
    return SmallService(small_engine, NoLog())  # type: ignore[arg-type]


def stored(*envelopes: Envelope[Any], start: int = 0) -> list[StoredRecord]:
    """Envelopes as a log would hand them out."""
    records = [to_record(envelope) for envelope in envelopes]
    return [
        StoredRecord(r.topic, r.key, r.headers, r.value, 0, start + n, now()) for n, r in enumerate(records)
    ]
