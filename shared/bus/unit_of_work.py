"""One transaction: state changes and the events that tell of them are written together or not at all.

Every transaction about a subject first locks that subject's row in `stream`, in subject order whoever it is
(endpoint, reaction or timer), so two of them never interleave and never wait for each other in a ring.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import asyncpg
from asyncpg.pgproto.pgproto import UUID
from uuid_utils import uuid7

from shared.events.base import Envelope, Event

from . import crash_points
from .cloudevents import Outgoing, to_outgoing
from .database import Connection, Database, Row, end, fetch
from .event_log import MAX_RECORD_BYTES, RecordTooLargeError
from .statement import Statement
from .transience import OutcomeUnknownError, is_transient

E = TypeVar("E", bound=Event)

WakeRelay: TypeAlias = Callable[[Collection[type[Event]]], None]
"""Says that a transaction has left events of these kinds."""

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The W3C trace context of the request being served; kept with every event it causes."""


@contextmanager
def traced(context: str | None) -> Iterator[None]:
    """Events published inside were caused by the request with this trace context: for work done on its behalf."""
    token = traceparent.set(context)
    try:
        yield
    finally:
        traceparent.reset(token)


_LOCK = Statement(
    """
    INSERT INTO stream (subject) SELECT unnest(CAST(:subjects AS text[]))
    ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
    RETURNING subject, published, applied, waiting, blocked, now()
    """
)
_LOCK_IF_FREE = Statement(
    """
    SELECT subject, published, applied, waiting, blocked, now() FROM stream
    WHERE subject = ANY (CAST(:subjects AS text[])) ORDER BY subject FOR UPDATE SKIP LOCKED
    """
)
_NOW = Statement("SELECT now()")
_STREAMS = """
    stream_rows AS (
        INSERT INTO stream (subject, published, applied, waiting, blocked)
        SELECT subject, published, applied, waiting, blocked
        FROM unnest(CAST(:subjects AS text[]), CAST(:published AS int[]), CAST(:applied AS jsonb[]),
                    CAST(:waiting AS smallint[]), CAST(:blocked AS boolean[]))
             AS row (subject, published, applied, waiting, blocked)
        ON CONFLICT (subject) DO UPDATE SET published = excluded.published, applied = excluded.applied,
            waiting = excluded.waiting, blocked = excluded.blocked)
    """
_EVENTS = """
    INSERT INTO outbox (id, subject, type, headers, value)
    SELECT id, subject, type, headers, value
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:types AS text[]),
                CAST(:headers AS text[]), CAST(:values AS bytea[])) AS row (id, subject, type, headers, value)
    """
_SAVE = Statement(f"WITH {_STREAMS} {_EVENTS}")
# Where streams that existed have only published: half the columns, and no look whether they exist.
_PUBLISHED = """
    stream_rows AS (
        UPDATE stream SET published = v.published
        FROM unnest(CAST(:subjects AS text[]), CAST(:published AS int[])) AS v (subject, published)
        WHERE stream.subject = v.subject)
    """
_SAVE_EVENTS = Statement(f"WITH {_PUBLISHED} {_EVENTS}")
_SAVE_STREAMS = Statement(f"WITH {_STREAMS} SELECT")
_SAVE_PUBLISHED = Statement(f"WITH {_PUBLISHED} SELECT")
_OUTGOING = ("ids", "keys", "types", "headers", "values")
_COLUMNS = ("id", "subject", "type", "headers", "value")
TURNS_TO_SEND = 2
"""Of the loop: in the first a statement is written, after it it is sent."""
MANY = 200
"""From so many events on they are copied into the outbox: a question more, and half the work for each."""


class LateWrites:
    """`writes`, CTEs of a service's own, that go in one statement with the streams and the events: a question less.

    Their parameters must have other names than those of `_SAVE`.
    """

    def __init__(self, writes: str) -> None:
        self.with_events = Statement(f"WITH {writes}, {_STREAMS} {_EVENTS}")
        self.alone = Statement(f"WITH {writes} SELECT")


@dataclass(slots=True)
class Stream:
    """What this service knows of the order of events about one subject; its row is locked while we hold it.

    published: our own events about it so far; applied: per publisher, the last sequence applied here;
    waiting: events in `held`; blocked: one of them is parked, so the later ones wait behind it;
    told: we publish about it now; touched: something else of it changes now, or it is new.
    """

    subject: str
    published: int = 0
    applied: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    blocked: bool = False
    touched: bool = False
    told: bool = False


class Transaction:
    """An open transaction with its locked subjects, the database's `now`, and the events to be written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.streams: dict[str, Stream] = {}
        self._now: datetime | None = None
        self._outgoing: list[Outgoing] = []
        self._told: set[type[Event]] = set()
        self._when_committed: list[Callable[[], None]] = []
        self._late: tuple[LateWrites, Mapping[str, Any]] | None = None

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a statement, which sees all that was written before. Errors are asyncpg's own."""
        if self._late is not None:
            await self.write_what_is_late()
        return await fetch(self._connection, statement, values)

    @property
    def now(self) -> datetime:
        """The database's time at the start of this transaction."""
        assert self._now is not None, "lock a subject or call read_clock first"
        return self._now

    async def read_clock(self) -> datetime:
        """Ask the database for `now`; needed only where no subject is locked."""
        if self._now is None:
            self._now = (await self.fetch(_NOW, {}))[0][0]
        return self._now

    def clock_is(self, now: datetime) -> None:
        """Take `now` from a statement of this transaction that returned it, instead of asking for it."""
        self._now = now

    async def lock(self, subjects: Iterable[str]) -> None:
        """Lock the rows of these subjects, made on the spot where missing. Call once, before reading state."""
        self._remember(await self.fetch(_LOCK, {"subjects": sorted(set(subjects))}))

    async def lock_if_free(self, subjects: Iterable[str]) -> set[str]:
        """Lock those subjects that nobody else is working on; returns them, with those that were locked before."""
        wanted = set(subjects)
        held = wanted & self.streams.keys()
        if held == wanted:
            return held
        return held | self._remember(await self.fetch(_LOCK_IF_FREE, {"subjects": sorted(wanted - held)}))

    def open_new(self, subject: str) -> None:
        """Start the stream of a subject that did not exist before this transaction."""
        self.streams[subject] = Stream(subject, touched=True)

    def publish(
        self, event: E, *, occurred_at: datetime | None = None, because_of: Envelope[Event] | None = None
    ) -> Envelope[E]:
        """Write an event with the state it tells of. Its subject must be locked. Raises RecordTooLargeError."""
        stream = self.streams[event.subject]
        stream.published += 1
        stream.told = True
        envelope = Envelope(
            id=UUID(uuid7().bytes),  # the driver's own kind is read and written by it fastest
            event=event,
            sequence=stream.published,
            occurred_at=occurred_at or self.now,
            recorded_at=self.now,
            after=dict(stream.applied),
            causation_id=because_of.id if because_of else None,
            traceparent=because_of.traceparent if because_of else traceparent.get(),
        )
        outgoing = to_outgoing(envelope)
        if len(outgoing.value) > MAX_RECORD_BYTES:
            raise RecordTooLargeError(
                f"{event.type} has {len(outgoing.value)} bytes, more than {MAX_RECORD_BYTES}"
            )
        self._outgoing.append(outgoing)
        self._told.add(type(event))
        return envelope

    @asynccontextmanager
    async def while_writing(self, writing: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Let the database write this while the work inside goes on, which asks it nothing; an error comes out after it."""
        task = asyncio.create_task(writing)
        try:
            for _ in range(TURNS_TO_SEND):
                await asyncio.sleep(0)
            yield
        except BaseException:
            task.cancel()
            await asyncio.wait([task])
            raise
        await task

    async def write_late(self, writes: LateWrites, values: Mapping[str, Any]) -> None:
        """Write these with the events at the end, or before the next statement of this transaction."""
        await self.write_what_is_late()
        self._late = (writes, values)

    async def write_what_is_late(self) -> None:
        """Write at once what was to be written late: an error belongs to whoever wrote it."""
        if self._late is not None:
            (writes, values), self._late = self._late, None
            await fetch(self._connection, writes.alone, values)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once everything written here is committed; never if it is not."""
        self._when_committed.append(call)

    def mark_applied(self, subject: str, publisher: str, sequence: int) -> None:
        """Note that a publisher's event about a subject has taken effect in this transaction."""
        stream = self.streams[subject]
        stream.applied[publisher] = sequence
        stream.touched = True

    async def save(self) -> set[type[Event]]:
        """Write the streams and the outgoing events in one statement; returns of what kinds these events are."""
        changed = [stream for stream in self.streams.values() if stream.told or stream.touched]
        many = len(self._outgoing) >= MANY
        if many:
            await self.write_what_is_late()
        if changed or self._late:
            statement, values = self._how_to_save(changed, many=many)
            streams = {
                "subjects": [s.subject for s in changed],
                "published": [s.published for s in changed],
                "applied": [s.applied for s in changed],
                "waiting": [s.waiting for s in changed],
                "blocked": [s.blocked for s in changed],
            }
            events = (
                zip(*self._outgoing, strict=True) if self._outgoing and not many else ((),) * len(_OUTGOING)
            )
            rows = {**streams, **dict(zip(_OUTGOING, events, strict=True)), **values}
            await fetch(self._connection, statement, rows)
        if many:
            await self._connection.copy_records_to_table("outbox", records=self._outgoing, columns=_COLUMNS)
        return self._told

    def _how_to_save(self, changed: Iterable[Stream], *, many: bool) -> tuple[Statement, Mapping[str, Any]]:
        if self._late is not None:
            writes, values = self._late
            return writes.with_events, values
        touched = any(stream.touched for stream in changed)
        if many:
            return _SAVE_STREAMS if touched else _SAVE_PUBLISHED, {}
        return _SAVE if touched else _SAVE_EVENTS, {}

    def committed(self) -> None:
        """Make the calls that waited for the commit."""
        for call in self._when_committed:
            call()

    def _remember(self, rows: Iterable[Any]) -> set[str]:
        found = set()
        for subject, published, applied, waiting, blocked, now in rows:
            self.streams[subject] = Stream(subject, published, applied, waiting, blocked)
            self._now = now
            found.add(subject)
        return found


class UnitOfWork:
    """Opens transactions on one service's database and wakes the relay when one has left events."""

    def __init__(self, database: Database, wake_relay: WakeRelay = lambda told: None) -> None:  # noqa: ARG005
        self.database = database
        self._wake_relay = wake_relay

    @asynccontextmanager
    async def begin(self, *subjects: str) -> AsyncIterator[Transaction]:
        """A transaction with these subjects locked; commits on leaving, rolls back on any exception.

        Raises OutcomeUnknownError if the commit was cut off.
        """
        async with self.database.connection() as connection:
            try:
                await connection.execute("BEGIN")
                tx = Transaction(connection)
                if subjects:
                    await tx.lock(subjects)
                yield tx
                told = await tx.save()
                await _commit(connection)
            except BaseException:
                await _abandon(connection)
                raise
            crash_points.reached("after_commit")
        if told:
            self._wake_relay(told)
        tx.committed()

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a statement that only reads."""
        return await self.database.fetch(statement, values)


async def _commit(connection: Connection) -> None:
    try:
        await connection.execute("COMMIT")
    except Exception as error:
        if is_transient(error):
            raise OutcomeUnknownError from error
        raise


async def _abandon(connection: Connection) -> None:
    """Leave the connection clean, or end it."""
    try:
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        end(connection)
