"""Looks at a service's database and loops now and then, and sets the gauges of the event path from what it sees."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from shared.bus.database import Database, Row
from shared.bus.headers import unpack
from shared.bus.statement import Statement

from . import metrics

if TYPE_CHECKING:
    from .service import Service

log = structlog.get_logger()

LOOK_EVERY = 5.0
NOT_OFTENER_THAN = 1.0
HELD_ALARM = 60.0
LONG_LOOK, LONG_LOOK_SHARE = 0.5, 0.02
"""A look at the service's own tables that takes so many seconds is long; long ones may take this share of the time."""

_LOOK = Statement(
    """
    SELECT
        (SELECT count(*) FROM outbox) AS outbox_rows,
        (SELECT count(*) FROM held WHERE parked_because IS NULL) AS held,
        (SELECT extract(epoch FROM clock_timestamp() - min(held_at)) FROM held h JOIN stream s USING (subject)
         WHERE parked_because IS NULL AND NOT s.blocked) AS held_oldest,
        (SELECT count(*) FROM held WHERE parked_because IS NOT NULL) + (SELECT count(*) FROM undecodable) AS parked,
        (SELECT CASE WHEN few < 100000 THEN few
                ELSE greatest(few, (SELECT CAST(reltuples AS bigint) FROM pg_class
                                     WHERE oid = CAST('timer_due' AS regclass))) END
         FROM (SELECT count(*) AS few FROM (SELECT 1 FROM timer WHERE armed LIMIT 100000) AS these) AS counted) AS armed,
        (SELECT extract(epoch FROM clock_timestamp() - min(due_at)) FROM timer WHERE armed AND due_at < now()) AS overdue,
        (SELECT headers FROM outbox ORDER BY position LIMIT 1) AS oldest_headers,
        clock_timestamp() AS now
    """
)


class Sampler:
    """Keeps one service's gauges fresh; `own` sets those of its business."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._looked_at = float("-inf")
        self._answered_at = float("-inf")
        self._counted: dict[Any, int] = {}
        self._own_again_at = float("-inf")
        self.own: Callable[[Database], Awaitable[None]] | None = None

    def database_silent_for(self) -> float:
        """Seconds since the database last answered."""
        return asyncio.get_running_loop().time() - self._answered_at

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Set the gauges, unless that was done just now. A database that does not answer is left for readiness to tell."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < NOT_OFTENER_THAN:
            return
        self._looked_at = now
        try:
            async with asyncio.timeout(10):
                [row] = await self._service.database.fetch(_LOOK, {})
                self._answered_at = asyncio.get_running_loop().time()
            await self._look_at_own()
            await self._set(row)
        except Exception as error:  # noqa: BLE001 - metrics must never take a service down
            log.warning("sampler.failed", service=self._service.name, reason=type(error).__name__)

    async def _look_at_own(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        if self.own is None or began < self._own_again_at:
            return
        try:
            async with asyncio.timeout(10):
                await self.own(self._service.database)
        finally:
            took = clock() - began
            self._own_again_at = clock() + (took / LONG_LOOK_SHARE if took > LONG_LOOK else 0.0)

    async def _set(self, row: Row) -> None:
        name = self._service.name
        metrics.OUTBOX_ROWS.labels(name).set(row["outbox_rows"])
        metrics.OUTBOX_OLDEST.labels(name).set(_age(row) if row["oldest_headers"] else 0.0)
        metrics.EVENTS_HELD.labels(name).set(row["held"])
        metrics.HELD_OLDEST.labels(name).set(row["held_oldest"] or 0.0)
        metrics.EVENTS_PARKED.labels(name).set(row["parked"])
        metrics.TIMERS_ARMED.labels(name).set(row["armed"])
        metrics.TIMERS_OVERDUE.labels(name).set(max(row["overdue"] or 0.0, 0.0))
        if (row["held_oldest"] or 0.0) > HELD_ALARM:
            log.error("events.held_too_long", service=name, seconds=float(row["held_oldest"]))
        relay, consumer, timers = self._service.relay, self._service.consumer, self._service.timers
        self._count(metrics.EVENTS_PUBLISHED.labels(name), relay.published)
        self._count(metrics.RELAY_FAILURES.labels(name), relay.failures)
        if timers is not None:
            self._count(metrics.TIMERS_FIRED.labels(name), timers.fired)
        if consumer is not None:
            self._count(metrics.EVENTS_APPLIED.labels(name), consumer.applied)
            self._count(metrics.EVENTS_DUPLICATE.labels(name), consumer.duplicates)
            if consumer.member is not None:
                await self._set_lag(consumer.member)

    async def _set_lag(self, member: Any) -> None:
        behind: dict[str, int] = {}
        for lane, records in (await member.lag()).items():
            behind[lane.topic] = behind.get(lane.topic, 0) + records
        for topic, records in behind.items():
            metrics.LAG.labels(self._service.name, topic).set(records)

    def _count(self, counter: Any, total: int) -> None:
        counter.inc(total - self._counted.get(counter, 0))
        self._counted[counter] = total


def _age(row: Row) -> float:
    """Age in seconds of the oldest event in the outbox, by the time it was recorded."""
    recorded = dict(unpack(row["oldest_headers"]))["ce_recordedtime"].decode()
    return max(0.0, float((row["now"] - datetime.fromisoformat(recorded)).total_seconds()))
