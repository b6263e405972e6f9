"""State and events are written together, and the relay moves events in order, once into the journal."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.bus import outbox as outbox_module
from shared.bus.cloudevents import from_record, glance
from shared.bus.database import Database
from shared.bus.event_log import MAX_RECORD_BYTES, LogUnavailableError, Record, RecordTooLargeError
from shared.bus.headers import unpack
from shared.bus.pacing import Pace
from shared.bus.statement import Statement
from shared.bus.unit_of_work import MANY, Transaction, UnitOfWork
from shared.events.intake import ComplaintReceived, ConsentChanged
from shared.events.vocabulary import Channel
from tests.builders import complaint_received, now
from tests.waiting import eventually

from .small_service import SmallService, small, small_database

__all__ = ["small", "small_database"]

A_WHILE = Statement("SELECT pg_sleep(0.01)")
END_THE_LEADER = Statement("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'")
JOURNAL = Statement("SELECT subject, headers, value FROM journal ORDER BY position")


class RecordingLog:
    """Takes records, or refuses them while told so."""

    def __init__(self) -> None:
        self.taken: list[Record] = []
        self.refuses = False

    async def publish(self, records: Sequence[Record]) -> None:
        if self.refuses:
            raise LogUnavailableError("as told")
        self.taken.extend(records)


@pytest.fixture
async def recording(small_database: Database) -> SmallService:
    return SmallService(small_database, RecordingLog())  # type: ignore[arg-type]


def taken(service: SmallService) -> list[Record]:
    log: RecordingLog = service.relay._log  # type: ignore[assignment]
    return log.taken


def consent(customer_id: UUID, marketing: bool = True) -> ConsentChanged:
    return ConsentChanged(customer_id=customer_id, marketing=marketing, source=Channel.WEB, changed_at=now())


async def test_a_transaction_that_fails_leaves_no_event(small: SmallService) -> None:
    customer = uuid4()

    async def fail_after_publishing() -> None:
        async with small.unit_of_work.begin(str(customer)) as tx:
            tx.publish(consent(customer))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_publishing()
    assert await small.count("outbox") == 0
    assert await small.count("stream") == 0


@pytest.mark.parametrize("number", [MANY - 1, MANY, 3 * MANY])
async def test_many_events_of_a_transaction_keep_their_order_and_their_count(
    recording: SmallService, number: int
) -> None:
    customers = [uuid4() for _ in range(7)]
    async with recording.unit_of_work.begin(*map(str, customers)) as tx:
        written = [tx.publish(consent(customers[n % 7])) for n in range(number)]
    rows = await recording.database.fetch(
        Statement("SELECT id, subject, headers, value FROM outbox ORDER BY position"), {}
    )
    found = [from_record(unpack(headers), value) for _, _, headers, value in rows]
    assert [(row[0], row[1]) for row in rows] == [(one.id, one.subject) for one in written]
    assert [one.sequence for one in found] == [n // 7 + 1 for n in range(number)]
    streams = await recording.database.fetch(Statement("SELECT sum(published) FROM stream"), {})
    assert streams[0][0] == number


async def test_many_events_of_a_transaction_that_fails_are_all_gone(small: SmallService) -> None:
    customer = uuid4()

    async def fail_at_the_end() -> None:
        async with small.unit_of_work.begin(str(customer)) as tx:
            for _ in range(2 * MANY):
                tx.publish(consent(customer))
            await tx.save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_at_the_end()
    assert await small.count("outbox") == 0
    assert await small.count("stream") == 0


async def test_what_fails_beside_a_write_leaves_nothing_and_the_connection_in_order(
    small: SmallService,
) -> None:
    customer = uuid4()

    async def fail_meanwhile(tx: Transaction) -> None:
        async with tx.while_writing(write(tx, "SELECT pg_sleep(5)")):
            tx.publish(consent(customer))
            raise ZeroDivisionError

    async def begin_and_fail() -> None:
        async with small.unit_of_work.begin(str(customer)) as tx:
            await fail_meanwhile(tx)

    with pytest.raises(ZeroDivisionError):
        await begin_and_fail()
    assert await small.count("outbox") == 0


async def test_a_write_that_fails_beside_other_work_fails_the_transaction(small: SmallService) -> None:
    customer = uuid4()

    async def write_what_cannot_be() -> None:
        async with small.unit_of_work.begin(str(customer)) as tx, tx.while_writing(write(tx, "SELECT 1 / 0")):
            tx.publish(consent(customer))

    with pytest.raises(asyncpg.DivisionByZeroError):
        await write_what_cannot_be()
    assert await small.count("outbox") == 0


async def write(tx: Transaction, sql: str) -> None:
    await tx.fetch(Statement(sql), {})


async def test_sequences_have_no_gaps_under_concurrent_writers(recording: SmallService) -> None:
    customers = [uuid4() for _ in range(3)]

    async def write(n: int) -> None:
        subjects = [customers[n % 3], customers[(n + 1) % 3]]
        async with recording.unit_of_work.begin(*map(str, subjects)) as tx:
            for customer in subjects:
                tx.publish(consent(customer))
            if n % 7 == 0:
                await tx.fetch(A_WHILE, {})

    await asyncio.gather(*(write(n) for n in range(60)))
    while await recording.relay.relay_once():
        pass
    for customer in customers:
        sequences = [glance(r.headers).sequence for r in taken(recording) if r.key == str(customer)]
        assert sequences == list(range(1, 41))


async def test_the_journal_is_what_was_published_byte_for_byte(recording: SmallService) -> None:
    for _ in range(5):
        complaint = uuid4()
        async with recording.unit_of_work.begin(str(complaint)) as tx:
            tx.publish(complaint_received(complaint))
    assert await recording.relay.relay_once() == 5
    rows = await recording.database.fetch(JOURNAL, {})
    assert [(r.key, r.headers, r.value) for r in taken(recording)] == [
        (subject, unpack(headers), value) for subject, headers, value in rows
    ]
    assert await recording.count("outbox") == 0


async def test_events_the_log_refused_stay_in_the_outbox(recording: SmallService) -> None:
    customer = uuid4()
    async with recording.unit_of_work.begin(str(customer)) as tx:
        tx.publish(consent(customer))
    recording.relay._log.refuses = True  # type: ignore[attr-defined]
    with pytest.raises(LogUnavailableError):
        await recording.relay.relay_once()
    assert (await recording.count("outbox"), await recording.count("journal")) == (1, 0)
    recording.relay._log.refuses = False  # type: ignore[attr-defined]
    assert await recording.relay.relay_once() == 1


async def test_two_relays_do_not_publish_at_the_same_time(recording: SmallService) -> None:
    customer = uuid4()
    async with recording.unit_of_work.begin(str(customer)) as tx:
        tx.publish(consent(customer))
    other = SmallService(recording.database, recording.relay._log)
    moved = await asyncio.gather(*(relay.relay_once() for relay in [recording.relay, other.relay] * 3))
    assert sum(moved) == 1
    assert len(taken(recording)) == 1


async def test_another_relay_leads_once_the_connection_of_the_first_has_ended(
    recording: SmallService,
) -> None:
    customer = uuid4()
    async with recording.unit_of_work.begin(str(customer)) as tx:
        tx.publish(consent(customer))
    log = RecordingLog()
    other = SmallService(recording.database, log)  # type: ignore[arg-type]

    class ConnectionEnds(RecordingLog):
        """While this log takes its time, the database ends the connection of the relay that leads."""

        async def publish(self, records: Sequence[Record]) -> None:
            assert await other.relay.relay_once() == 0, "two relays lead at a time"
            await recording.database.fetch(END_THE_LEADER, {})
            assert await other.relay.relay_once() == 1
            await super().publish(records)

    first = SmallService(recording.database, ConnectionEnds())  # type: ignore[arg-type]
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await first.relay.relay_once()
    assert (await recording.count("outbox"), await recording.count("journal")) == (0, 1)
    assert await first.relay.relay_once() == 0


async def test_a_relay_that_failed_lets_another_one_lead(recording: SmallService) -> None:
    customer = uuid4()
    async with recording.unit_of_work.begin(str(customer)) as tx:
        tx.publish(consent(customer))
    recording.relay._log.refuses = True  # type: ignore[attr-defined]
    running = asyncio.create_task(recording.relay.run())
    other = SmallService(recording.database, RecordingLog())  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(5):
            while not recording.relay.failures or await other.relay.relay_once() == 0:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def all_are_moved(service: SmallService) -> bool:
    return await service.count("outbox") == 0


async def leave(service: SmallService, *customers: UUID) -> None:
    """One event about each, in one transaction."""
    async with service.unit_of_work.begin(*map(str, customers)) as tx:
        for customer in customers:
            tx.publish(consent(customer))


async def test_what_the_log_acknowledged_is_published_once_however_late_it_is_moved(
    recording: SmallService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MOVE_EVERY", 3600.0)
    recording.relay._moved_at = asyncio.get_running_loop().time()
    customers = [uuid4() for _ in range(4)]
    running = asyncio.create_task(recording.relay.run())
    try:
        for number, customer in enumerate(customers):
            await leave(recording, customer)
            await eventually(lambda so_far=number + 1: len(taken(recording)) == so_far)  # type: ignore[misc]
        await eventually(partial(all_are_moved, recording))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    journal = [row[0] for row in await recording.database.fetch(JOURNAL, {})]
    assert journal == [record.key for record in taken(recording)] == [str(customer) for customer in customers]


async def test_a_relay_that_is_stopped_in_order_moves_what_it_has_published(
    recording: SmallService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MOVE_EVERY", 3600.0)
    monkeypatch.setattr(outbox_module, "rest_after", lambda *_: 3600.0)
    recording.relay._moved_at = asyncio.get_running_loop().time()
    await leave(recording, uuid4(), uuid4())
    running = asyncio.create_task(recording.relay.run())
    await eventually(lambda: len(taken(recording)) == 2)
    assert await recording.count("journal") == 0, "it rests, and has moved nothing yet"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await recording.count("outbox"), await recording.count("journal")) == (0, 2)


async def test_what_a_relay_published_and_did_not_move_is_published_again_by_the_next_one(
    recording: SmallService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MOVE_EVERY", 3600.0)
    monkeypatch.setattr(outbox_module, "rest_after", lambda *_: 0.0)
    monkeypatch.setattr(outbox_module, "SHORTEST_IDLE", 3600.0)
    recording.relay._moved_at = asyncio.get_running_loop().time()
    customer = uuid4()
    await leave(recording, customer)
    running = asyncio.create_task(recording.relay.run())
    try:
        await eventually(lambda: len(taken(recording)) == 1)
        await recording.database.fetch(END_THE_LEADER, {})
        other = SmallService(recording.database, RecordingLog())  # type: ignore[arg-type]
        assert await other.relay.relay_once() == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [record.headers for record in taken(other)] == [record.headers for record in taken(recording)]
    assert await recording.count("journal") == 1


async def test_an_event_that_no_broker_would_take_is_refused_when_it_is_written(small: SmallService) -> None:
    complaint = uuid4()
    with pytest.raises(RecordTooLargeError):
        async with small.unit_of_work.begin(str(complaint)) as tx:
            tx.publish(complaint_received(complaint, category="x" * MAX_RECORD_BYTES))
    assert await small.count("outbox") == 0


async def test_the_relay_is_woken_by_a_transaction_that_left_events(recording: SmallService) -> None:
    running = asyncio.create_task(recording.relay.run())
    try:
        customer = uuid4()
        work = UnitOfWork(recording.database, recording.relay.wake)
        async with work.begin(str(customer)) as tx:
            tx.publish(consent(customer))
        async with asyncio.timeout(5):
            while await recording.count("journal") == 0:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_urgent_event_ends_the_rest_of_the_relay_and_any_other_does_not(
    recording: SmallService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "rest_after", lambda _, pace: 0.0 if pace is Pace.PROMPT else 3600.0)
    recording.relay.urgent = frozenset({ComplaintReceived})
    running = asyncio.create_task(recording.relay.run())
    try:
        customer, complaint = uuid4(), uuid4()
        async with recording.unit_of_work.begin(str(customer)) as tx:
            tx.publish(consent(customer))
        await eventually(lambda: recording.count("journal"))  # and from now on it rests for an hour
        async with recording.unit_of_work.begin(str(customer)) as tx:
            tx.publish(consent(customer, marketing=False))
        assert await recording.count("outbox") == 1
        async with recording.unit_of_work.begin(str(complaint)) as tx:
            tx.publish(complaint_received(complaint))
        await eventually(lambda: len(taken(recording)) == 3)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
