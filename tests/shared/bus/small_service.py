"""The smallest service there can be: it writes down every event it hears, and can be told to fail."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData, text

from shared.bus.cloudevents import to_record
from shared.bus.consumer import Consumer
from shared.bus.database import Database
from shared.bus.dead_letters import DeadLetters
from shared.bus.event_log import EventLog, StoredRecord
from shared.bus.outbox import Relay
from shared.bus.statement import Statement
from shared.bus.tables import add_bus_tables
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events import Envelope
from shared.events.intake import ComplaintReceived
from shared.events.routing import ComplaintResolved
from shared.runtime.database import create_engine
from tests.builders import now
from tests.service_under_test import NoLog

_NOTE = Statement("INSERT INTO noted (subject, publisher, sequence) VALUES (:subject, :publisher, :sequence)")
_NOTED = Statement(
    """
    SELECT publisher, sequence FROM noted
    WHERE CAST(:subject AS text) IN ('', subject) ORDER BY position
    """
)


class SmallService:
    """A bus on its own database, hearing intake and routing."""

    def __init__(self, database: Database, event_log: EventLog, member_id: str = "0") -> None:
        self.database = database
        self.relay = Relay(database, event_log, "intake")
        self.unit_of_work = UnitOfWork(database, self.relay.wake)
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
        for e in envelopes:
            place = {"subject": e.subject, "publisher": e.publisher, "sequence": e.sequence}
            await tx.fetch(_NOTE, place)

    async def noted(self, subject: UUID | None = None) -> list[tuple[str, int]]:
        """What was noted, in order."""
        rows = await self.database.fetch(_NOTED, {"subject": str(subject or "")})
        return [(publisher, sequence) for publisher, sequence in rows]

    async def count(self, table: str) -> int:
        """Rows of a table."""
        [(rows,)] = await self.database.fetch(Statement(f"SELECT count(*) FROM {table}"), {})
        return int(rows)


@pytest.fixture
async def small_database(fresh_database_url: str) -> AsyncIterator[Database]:
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
    await engine.dispose()
    database = Database(fresh_database_url, application="tests")
    yield database
    await database.close()


@pytest.fixture
def small(small_database: Database) -> SmallService:
    """A small service without a log."""
    return SmallService(small_database, NoLog())


def stored(*envelopes: Envelope[Any], start: int = 0) -> list[StoredRecord]:
    """Envelopes as a log would hand them out."""
    records = [to_record(envelope) for envelope in envelopes]
    return [
        StoredRecord(r.topic, r.key, r.headers, r.value, 0, start + n, now()) for n, r in enumerate(records)
    ]
