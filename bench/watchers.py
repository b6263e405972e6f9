"""How a driver learns what happened and how much is not done yet: from Kafka, or from feeds and the log's tables."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pydantic_core import from_json

from services.command.registry import SERVICES
from shared.bus.event_log import PARTITIONS
from shared.events.base import topic_of
from tests.faults.holdings import HEARS

from .client import Pool, get

WATCHED = ("routing", "marketing")
TOPICS_SECONDS = 30.0
OWNER_NAMED, CLOSED = "redress.routing.owner_named.v1", "redress.routing.complaint_closed.v1"
DECIDED = frozenset({"redress.marketing.offer_proposed.v1", "redress.marketing.offer_withheld.v1"})

Seen = Callable[[str, str, str | None], None]
"""Called with an event's type, its complaint, and the owner's account if it names one."""


class Backlog(NamedTuple):
    """Events on their way: in the outboxes; read by nobody yet, per service; and when that was looked up."""

    at: float
    outbox: int
    unread: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return self.outbox + sum(self.unread.values())


class Watcher(Protocol):
    """What a driver needs of a log."""

    async def backlog(self) -> Backlog:
        """How much is on its way now."""

    @property
    def outboxes(self) -> "Outboxes":
        """The services' databases."""


class Outboxes:
    """Connections to every service's database."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls
        self._connections: dict[str, asyncpg.Connection[Any]] = {}

    async def open(self) -> None:
        """Connect."""
        for name, url in self._urls.items():
            self._connections[name] = await asyncpg.connect(plain(url))

    async def rows(self) -> int:
        """Events in all outboxes."""
        return sum([await c.fetchval("SELECT count(*) FROM outbox") for c in self._connections.values()])

    async def published(self) -> int:
        """Events in all journals; positions have no gaps worth mentioning and need no scan."""
        ends = "SELECT coalesce(max(position), 0) FROM journal"
        return sum([await c.fetchval(ends) for c in self._connections.values()])

    async def transactions(self) -> dict[str, int]:
        """Transactions that every database of the server has committed."""
        rows = await self._connections["intake"].fetch(
            "SELECT datname, xact_commit FROM pg_stat_database WHERE datname NOT LIKE 'template%'"
        )
        return dict(rows)

    async def held(self) -> dict[str, int]:
        """Events that every service has had to hold for a while since its tables were made."""
        ever = "SELECT coalesce(max(n_tup_ins), 0) FROM pg_stat_user_tables WHERE relname = 'held'"
        return {name: await c.fetchval(ever) for name, c in self._connections.items()}

    async def close(self) -> None:
        """Disconnect."""
        for connection in self._connections.values():
            await connection.close()


def plain(url: str) -> str:
    """A database's address as asyncpg takes it."""
    return url.replace("+asyncpg", "")


class KafkaWatcher:
    """Reads two topics as any stranger would, and the groups' positions as an operator would."""

    def __init__(self, bootstrap: str, urls: Mapping[str, str], seen: Seen) -> None:
        self.outboxes = Outboxes(urls)
        self._seen = seen
        new: Any = AIOKafkaConsumer
        self._reader = new(bootstrap_servers=bootstrap, fetch_max_wait_ms=100, auto_offset_reset="earliest")
        self._ends = new(bootstrap_servers=bootstrap)
        new_admin: Any = AIOKafkaAdminClient
        self._admin = new_admin(bootstrap_servers=bootstrap)
        self._lanes = [TopicPartition(topic_of(name), n) for name in SERVICES for n in range(PARTITIONS)]

    async def start(self) -> None:
        """Connect, and stand at the end of the watched topics."""
        await self.outboxes.open()
        await self._admin.start()
        async with asyncio.timeout(TOPICS_SECONDS):
            while {topic_of(name) for name in SERVICES} - set(await self._admin.list_topics()):
                await asyncio.sleep(0.2)
        for client in (self._reader, self._ends):
            await client.start()
        watched = {topic_of(name) for name in WATCHED}
        self._reader.assign([lane for lane in self._lanes if lane.topic in watched])
        await self._reader.seek_to_end()

    async def read(self) -> None:
        """Hand on what is published, until cancelled."""
        while True:
            for records in (await self._reader.getmany(timeout_ms=1000, max_records=1000)).values():
                for record in records:
                    kind = next(value for name, value in record.headers if name == "ce_type").decode()
                    owner = from_json(record.value)["owner_id"] if kind == OWNER_NAMED else None
                    self._seen(kind, record.key.decode(), owner)

    async def backlog(self) -> Backlog:
        """See Watcher."""
        ends = await self._ends.end_offsets(self._lanes)
        unread = {}
        for name in SERVICES:
            offsets = await self._admin.list_consumer_group_offsets(f"redress.{name}")
            heard = {topic_of(publisher) for publisher in HEARS[name]}
            read = {lane: position.offset for lane, position in offsets.items()}
            unread[name] = sum(
                end - max(0, read.get(lane, 0)) for lane, end in ends.items() if lane.topic in heard
            )
        return Backlog(perf_counter(), await self.outboxes.rows(), unread)

    async def close(self) -> None:
        """Disconnect."""
        for end in (self._reader.stop, self._ends.stop, self._admin.close, self.outboxes.close):
            with suppress(Exception):
                await end()


class FeedWatcher:
    """Reads two feeds over HTTP as a system outside would, and the positions in the log's own tables."""

    def __init__(self, port: int, urls: Mapping[str, str], log_url: str, seen: Seen) -> None:
        self.outboxes = Outboxes(urls)
        self._log_url = log_url
        self._seen = seen
        self._pool = Pool(port, len(WATCHED))
        self._log: asyncpg.Connection[Any] | None = None
        self._next = dict.fromkeys(WATCHED, 0)

    async def start(self) -> None:
        """Connect."""
        await self.outboxes.open()
        self._log = await asyncpg.connect(plain(self._log_url))

    async def read(self) -> None:
        """Hand on what is published, until cancelled."""
        await asyncio.gather(*map(self._read, WATCHED))

    async def _read(self, name: str) -> None:
        while True:
            path = f"/{name}/v1/events?after={self._next[name]}&limit=1000&wait=5"
            status, body = await self._pool.ask(get(path))
            if status != 200:
                await asyncio.sleep(0.1)
                continue
            page = from_json(body)
            self._next[name] = page["next"]
            for event in page["events"]:
                self._seen(event["type"], event["subject"], event["data"].get("owner_id"))

    async def backlog(self) -> Backlog:
        """See Watcher."""
        assert self._log is not None
        rows = await self._log.fetch(
            "SELECT c.grp, sum(p.next_offset - c.position) FROM log_cursor c JOIN log_partition p"
            " USING (topic, number) GROUP BY c.grp"
        )
        unread = {grp.removeprefix("redress."): int(behind) for grp, behind in rows}
        return Backlog(perf_counter(), await self.outboxes.rows(), unread)

    async def close(self) -> None:
        """Disconnect."""
        self._pool.close()
        await self.outboxes.close()
        if self._log is not None:
            await self._log.close()


@asynccontextmanager
async def watching(watcher: KafkaWatcher | FeedWatcher) -> AsyncIterator[None]:
    """Read beside what is done inside; a failure of the reader ends it all."""
    await watcher.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(watcher.read())
            yield
            reading.cancel()
    finally:
        await watcher.close()


def growth(backlogs: Sequence[Backlog]) -> float:
    """Events per second by which the backlog grew: the slope of the line through all looks."""
    if len(backlogs) < 2:
        return 0.0
    times = [look.at - backlogs[0].at for look in backlogs]
    middle = sum(times) / len(times)
    level = sum(look.total for look in backlogs) / len(backlogs)
    spread = sum((at - middle) ** 2 for at in times)
    return (
        sum((at - middle) * (look.total - level) for at, look in zip(times, backlogs, strict=True)) / spread
    )
