"""The event log in a PostgreSQL database of its own: for one machine, honest over restarts, no broker needed.

Offsets are dense and in commit order: a partition's row in `log_partition` is locked while its next records are
written, partitions in ascending order, so a reader never sees a gap that fills up later. A group's members hold
leases on partitions; every take-over raises the epoch, and a position is stored only under the epoch it was read.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any
from uuid import uuid4

import asyncpg

from . import postgres_sql as sql
from .database import Database
from .event_log import (
    MAX_RECORD_BYTES,
    PARTITIONS,
    LogUnavailableError,
    Partition,
    PartitionLostError,
    Record,
    RecordTooLargeError,
    StoredRecord,
)
from .headers import pack, unpack
from .partitions import partition_for
from .statement import Statement
from .tail import Tail
from .transience import LOST_CONNECTION

SHORTEST_IDLE, LONGEST_IDLE = 0.01, 0.25

_STORED_AT = attrgetter("stored_at")


class _Database:
    """The log's database: every statement is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fetch(self, statement: Statement, **values: Any) -> list[Any]:
        """The rows of a statement; every way in which that can fail is LogUnavailableError."""
        try:
            return await self._database.fetch(statement, values)
        except (asyncpg.PostgresError, *LOST_CONNECTION, OSError, TimeoutError) as error:
            raise LogUnavailableError(f"the log's database failed: {type(error).__name__}") from error

    async def close(self) -> None:
        """Release the connections."""
        await self._database.close()


class PostgresEventLog:
    """An event log in a database of its own; `lease` is how long, in seconds, a silent member keeps its part."""

    def __init__(self, database: Database, *, lease: float = 10.0) -> None:
        self._database = _Database(database)
        self._lease = lease
        self._members: list[PostgresMember] = []
        self._tail = Tail()

    async def start(self) -> None:
        """Create the log's tables where they are missing."""
        await self._database.fetch(sql.CREATE_TABLES)

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        """Create the topics that are missing."""
        await self._database.fetch(sql.ADD_PARTITIONS, topics=sorted(topics), partitions=PARTITIONS)

    async def publish(self, records: Sequence[Record]) -> None:
        """Append in one transaction. Raises RecordTooLargeError, or LogUnavailableError when it may be tried again."""
        if not records:
            return
        for record in records:
            if len(record.value) > MAX_RECORD_BYTES:
                raise RecordTooLargeError(f"a record of {record.topic} has {len(record.value)} bytes")
        by_lane: dict[Partition, list[Record]] = defaultdict(list)
        for record in records:
            by_lane[Partition(record.topic, partition_for(record.key))].append(record)
        ordered = sorted(by_lane)
        rows = [(lane, nth, one) for lane in ordered for nth, one in enumerate(by_lane[lane])]
        stored = await self._database.fetch(
            sql.APPEND,
            lane_topics=[lane.topic for lane in ordered],
            lane_numbers=[lane.number for lane in ordered],
            lane_counts=[len(by_lane[lane]) for lane in ordered],
            topics=[lane.topic for lane, _, _ in rows],
            numbers=[lane.number for lane, _, _ in rows],
            nth=[nth for _, nth, _ in rows],
            keys=[one.key for _, _, one in rows],
            headers=[pack(one.headers) for _, _, one in rows],
            values=[one.value for _, _, one in rows],
        )
        if len(stored) != len(ordered):
            raise LogUnavailableError(
                f"a topic of {', '.join({lane.topic for lane in ordered})} does not exist"
            )
        for topic, number, offset, stored_at in stored:
            lane = Partition(topic, number)
            self._remember(lane, offset, stored_at, by_lane[lane])
        self._wake(set(by_lane))

    def member(self, group: str, member_id: str, topics: Sequence[str]) -> "PostgresMember":
        """A reader in `group`; members in this process are woken by what is published in it."""
        member = PostgresMember(
            self._database, self._tail, group, member_id, tuple(sorted(topics)), self._lease
        )
        self._members.append(member)
        return member

    async def ping(self) -> None:
        """Return if the database answers."""
        await self._database.fetch(sql.PING)

    async def close(self) -> None:
        """Release the connections."""
        await self._database.close()

    def _remember(self, lane: Partition, offset: int, stored_at: datetime, records: Sequence[Record]) -> None:
        """Keep what members in this process are about to read."""
        readers = [position for member in self._members if (position := member.position(lane)) is not None]
        if readers:
            kept = [
                StoredRecord(*record, lane.number, offset + nth, stored_at)
                for nth, record in enumerate(records)
            ]
            self._tail.add(lane, kept, min(readers))

    def _wake(self, lanes: set[Partition]) -> None:
        self._members = [member for member in self._members if not member.closed]
        for member in self._members:
            member.wake(lanes)


@dataclass(slots=True)
class _Lane:
    """An owned partition: the next offset to hand out, and the epoch under which positions may be stored."""

    position: int
    epoch: int


class PostgresMember:
    """One reader of a PostgresEventLog."""

    def __init__(  # noqa: PLR0917 - made by the log alone
        self,
        database: _Database,
        tail: Tail,
        group: str,
        member_id: str,
        topics: tuple[str, ...],
        lease: float,
    ) -> None:
        self._database = database
        self._tail = tail
        self._member_id = member_id
        self._me = {"grp": group, "member": f"{member_id}#{uuid4()}"}
        self._topics = topics
        self._lease = lease
        self._owned: dict[Partition, _Lane] = {}
        self._paused = False
        self._news = asyncio.Event()
        self._next_heartbeat = 0.0
        self._next_look = 0.0
        self.closed = False

    async def start(self) -> None:
        """Join the group, end an earlier life of this member, and take what is free."""
        await self._database.fetch(sql.ADD_CURSORS, **self._me, topics=list(self._topics))
        earlier = {"grp": self._me["grp"], "member_id": self._member_id}
        await self._database.fetch(sql.RELEASE_EARLIER_LIFE, **earlier)
        await self._database.fetch(sql.FORGET_EARLIER_LIFE, **earlier)
        await self._heartbeat()

    async def poll(self, max_records: int, timeout: float) -> list[StoredRecord]:
        """The next records of the owned partitions; see the port."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        idle = SHORTEST_IDLE
        while True:
            self._news.clear()
            if clock() >= self._next_heartbeat:
                await self._heartbeat()
            records = [] if self._paused or not self._owned else await self._next_records(max_records)
            left = deadline - clock()
            if records or left <= 0:
                return records
            await self._wait_for_news(min(left, idle, max(self._next_heartbeat - clock(), 0.001)))
            idle = min(idle * 2, LONGEST_IDLE)

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Store positions of partitions still owned under the epoch they were read in."""
        lanes = [(lane, position) for lane, position in positions.items() if lane in self._owned]
        stored = 0
        if lanes:
            stored = len(
                await self._database.fetch(
                    sql.STORE_POSITIONS,
                    **self._me,
                    topics=[lane.topic for lane, _ in lanes],
                    numbers=[lane.number for lane, _ in lanes],
                    positions=[position for _, position in lanes],
                    epochs=[self._owned[lane].epoch for lane, _ in lanes],
                )
            )
        if stored < len(positions):
            self._next_heartbeat = 0.0
            raise PartitionLostError(f"{len(positions) - stored} partitions belong to another member by now")

    def pause(self) -> None:
        """Hand out nothing more until `resume`."""
        self._paused = True

    def resume(self) -> None:
        """Hand out records again."""
        self._paused = False

    async def seek_to_time(self, when: datetime) -> None:
        """Go on from the first record stored at `when` or later."""
        for topic, number, offset in await self._database.fetch(sql.FIRST_SINCE, **self._lanes(), since=when):
            self._owned[Partition(topic, number)].position = offset

    def assignment(self) -> frozenset[Partition]:
        """The partitions this member owns now."""
        return frozenset(self._owned)

    async def lag(self) -> Mapping[Partition, int]:
        """Records not yet committed by the group, per owned partition."""
        rows = await self._database.fetch(sql.LAG, **self._me, **self._lanes())
        return {Partition(topic, number): behind for topic, number, behind in rows}

    async def close(self) -> None:
        """Leave the group; its partitions are free at once."""
        if self.closed:
            return
        self.closed = True
        self._news.set()
        self._owned.clear()
        with suppress(LogUnavailableError):  # then the lease runs out by itself
            await self._database.fetch(sql.RELEASE_ALL, **self._me)
            await self._database.fetch(sql.LEAVE, **self._me)

    def position(self, lane: Partition) -> int | None:
        """The next offset that is handed out of a lane; None if another member owns it."""
        owned = self._owned.get(lane)
        return owned.position if owned else None

    def wake(self, lanes: set[Partition]) -> None:
        """Say that records were published in `lanes`."""
        if not self._owned.keys().isdisjoint(lanes):
            self._news.set()

    def _lanes(self) -> dict[str, Any]:
        return {
            "topics": [lane.topic for lane in self._owned],
            "numbers": [lane.number for lane in self._owned],
            "positions": [lane.position for lane in self._owned.values()],
        }

    async def _next_records(self, max_records: int) -> list[StoredRecord]:
        """From memory what this process published; from the log what is not there, and now and then in any case."""
        clock = asyncio.get_running_loop().time
        records = self._from_tail(max_records)
        left = max_records - len(records)
        if not records or (left and (self._is_behind() or clock() >= self._next_look)):
            self._next_look = clock() + LONGEST_IDLE
            records += await self._from_log(left)
        return records

    def _is_behind(self) -> bool:
        return any(self._tail.begins_after(lane, own.position) for lane, own in self._owned.items())

    def _from_tail(self, max_records: int) -> list[StoredRecord]:
        """The oldest of what all lanes have: an effect is stored after its cause, so causes come first."""
        news = [
            found
            for lane, own in self._owned.items()
            if (found := self._tail.read(lane, own.position, max_records))
        ]
        records = list(islice(merge(*news, key=_STORED_AT), max_records))
        for record in records:
            self._owned[record.lane].position = record.offset + 1
        return records

    async def _from_log(self, max_records: int) -> list[StoredRecord]:
        rows = await self._database.fetch(sql.FETCH, **self._lanes(), limit=max_records)
        records = []
        for topic, number, offset, stored_at, key, headers, value in rows:
            records.append(StoredRecord(topic, key, unpack(headers), value, number, offset, stored_at))
            self._moved_on(Partition(topic, number), offset)
        return records

    def _moved_on(self, lane: Partition, offset: int) -> None:
        """Note what was handed out. The lane goes to the end, so that the others come first the next time."""
        own = self._owned.pop(lane)
        own.position = offset + 1
        self._owned[lane] = own

    async def _heartbeat(self) -> None:
        """Say that we live, give back what others should have, take what is ours and free."""
        await self._database.fetch(sql.LIVE, **self._me, lease=self._lease)
        members = [row[0] for row in await self._database.fetch(sql.LIVING, grp=self._me["grp"])]
        mine = {n for n in range(PARTITIONS) if members and members[n % len(members)] == self._me["member"]}
        too_much = [lane for lane in self._owned if lane.number not in mine]
        if too_much:
            await self._database.fetch(
                sql.RELEASE,
                **self._me,
                topics=[lane.topic for lane in too_much],
                numbers=[lane.number for lane in too_much],
            )
        held = await self._database.fetch(
            sql.TAKE, **self._me, lease=self._lease, topics=list(self._topics), numbers=sorted(mine)
        )
        owned = {}
        for topic, number, position, epoch in held:
            lane = Partition(topic, number)
            before = self._owned.get(lane)
            owned[lane] = before if before and before.epoch == epoch else _Lane(position, epoch)
        self._owned = owned
        self._next_heartbeat = asyncio.get_running_loop().time() + self._lease / 4

    async def _wait_for_news(self, at_most: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._news.wait()
