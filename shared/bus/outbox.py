"""The relay: moves events from the outbox to the log and into the journal, in the order they were committed.

One relay leads at a time, for as long as it finds something: its connection holds an advisory lock, which ends with
the connection (decision 0012). Per batch: read in order, publish, wait for every acknowledgement. What was acknowledged
is moved to the journal a few times a second, several batches together, for nobody waits for that (decision 0015). A
crash between acknowledgement and move publishes the same events again; readers drop them by sequence.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from zlib import crc32

import structlog

from shared.events.base import Event, topic_of

from . import crash_points
from .database import Connection, Database, end, fetch
from .event_log import EventLog, Record
from .headers import unpack
from .pacing import Pace, prompt_pace, rest_after
from .statement import Statement
from .transience import is_transient

log = structlog.get_logger()

BATCH = 500
MOVE_EVERY = 0.1
MOVE_WITHIN = 1.0
"""At an orderly stop."""
SHORTEST_IDLE, LONGEST_IDLE = 0.02, 0.5
LONGEST_BACKOFF = 5.0

# Statements of their own: what _NEXT sees is from after the lock, so no other relay has moved it meanwhile.
_LEAD = Statement("SELECT pg_try_advisory_lock(:lock)")
_RESIGN = Statement("SELECT pg_advisory_unlock(:lock)")
_NEXT = Statement(
    """
    SELECT position, subject, headers, value FROM outbox
    WHERE position <> ALL (CAST(:acknowledged AS bigint[])) ORDER BY position LIMIT :limit
    """
)
_MOVE = Statement(
    """
    WITH moved AS (DELETE FROM outbox WHERE position = ANY (CAST(:positions AS bigint[]))
                   RETURNING position, id, subject, type, headers, value)
    INSERT INTO journal (id, subject, type, headers, value)
    SELECT id, subject, type, headers, value FROM moved ORDER BY position
    """
)


class Relay:
    """Publishes one service's outbox to its topic."""

    def __init__(self, database: Database, event_log: EventLog, publisher: str) -> None:
        self._database = database
        self._log = event_log
        self._topic = topic_of(publisher)
        self._lock = {"lock": crc32(f"redress relay {publisher}".encode())}
        self._news, self._hurry = asyncio.Event(), asyncio.Event()
        self.urgent: frozenset[type[Event]] = frozenset()
        # Positions of what the log has and the journal has not.
        self._acknowledged: list[int] = []
        self._moved_at = 0.0
        self.published = 0
        self.failures = 0

    def wake(self, told: Collection[type[Event]]) -> None:
        """Say that a transaction has left events of these kinds; the urgent ones end a rest."""
        self._news.set()
        if not self.urgent.isdisjoint(told):
            self._hurry.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        idle, backoff = SHORTEST_IDLE, SHORTEST_IDLE
        while True:
            try:
                moved = await self._relay_while_there_are_events()
            except Exception as error:  # noqa: BLE001 - the outbox keeps everything; say it and try again
                self.failures += 1
                reason = type(error).__name__ if is_transient(error) else repr(error)
                log.warning("relay.failed", topic=self._topic, reason=reason, again_in_s=backoff)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)
                continue
            backoff = SHORTEST_IDLE
            idle = SHORTEST_IDLE if moved else min(idle * 2, LONGEST_IDLE)
            await self._wait_for_work(idle)

    async def relay_once(self) -> int:
        """Publish and move one batch; returns how many events it was, 0 if none or another relay leads."""
        async with self._leading() as connection:
            if not connection:
                return 0
            published = await self._publish_next(connection)
            await self._move(connection)
            return published

    async def _relay_while_there_are_events(self) -> bool:
        """Lead until nothing has come for a moment; whether anything was published."""
        async with self._leading() as connection:
            if not connection:
                return False
            try:
                return await self._relay_with(connection)
            except asyncio.CancelledError:
                with suppress(Exception):  # else it is published again, as after a crash
                    async with asyncio.timeout(MOVE_WITHIN):
                        await self._move(connection)
                raise

    async def _relay_with(self, connection: Connection) -> bool:
        clock = asyncio.get_running_loop().time
        published_any = False
        while True:
            began = clock()
            published = await self._publish_next(connection)
            if not published or self._should_move(began):
                await self._move(connection)
            if not published:
                return published_any
            published_any = True
            if published < BATCH:
                await self._rest(clock() - began, prompt_pace(published))
                await self._wait_for_work(SHORTEST_IDLE)

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[Connection | None]:
        """A connection that holds the lock, until the end; None if another relay leads."""
        async with self._database.connection() as connection:
            try:
                [[leads]] = await fetch(connection, _LEAD, self._lock)
                if leads:
                    self._acknowledged.clear()
                yield connection if leads else None
                if leads:
                    await fetch(connection, _RESIGN, self._lock)
            except BaseException:
                end(connection)  # the lock ends with it
                raise

    async def _publish_next(self, connection: Connection) -> int:
        self._news_is_seen()
        rows = await fetch(connection, _NEXT, {"limit": BATCH, "acknowledged": self._acknowledged})
        if rows:
            await self._publish(rows)
        self.published += len(rows)
        return len(rows)

    async def _publish(self, rows: Sequence[Any]) -> None:
        await self._log.publish(
            [Record(self._topic, subject, unpack(headers), value) for _, subject, headers, value in rows]
        )
        self._acknowledged += [row[0] for row in rows]
        crash_points.reached("after_publish_before_outbox_delete")

    def _should_move(self, now: float) -> bool:
        return len(self._acknowledged) >= BATCH or now - self._moved_at >= MOVE_EVERY

    async def _move(self, connection: Connection) -> None:
        """Move what the log has acknowledged to the journal."""
        if self._acknowledged:
            await fetch(connection, _MOVE, {"positions": self._acknowledged})
            self._acknowledged.clear()
            self._moved_at = asyncio.get_running_loop().time()

    async def _rest(self, work: float, prompt: Pace) -> None:
        """Rest calmly, until something urgent comes; and a little in any case."""
        least = rest_after(work, prompt)
        await asyncio.sleep(least)
        await _happens(self._hurry, rest_after(work, Pace.CALM) - least)

    async def _wait_for_work(self, at_most: float) -> None:
        await _happens(self._news, at_most)
        self._news_is_seen()

    def _news_is_seen(self) -> None:
        self._news.clear()
        self._hurry.clear()


async def _happens(event: asyncio.Event, within: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
