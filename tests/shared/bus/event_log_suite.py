"""What every adapter of the event log is tested through: the port, and ways to make its members fail."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from uuid import uuid4

from shared.bus.event_log import (
    PARTITIONS,
    EventLog,
    LogUnavailableError,
    Member,
    Partition,
    Record,
    StoredRecord,
)
from tests.waiting import eventually


class LogUnderTest(ABC):
    """One adapter, with a running server behind it. Closes what a test opened through it."""

    silence: float
    """After so many seconds a member that says nothing has lost its partitions."""

    def __init__(self) -> None:
        self._logs: list[EventLog] = []
        self._members: list[Member] = []

    @abstractmethod
    def create_log(self) -> EventLog:
        """Another client of the same log, not started."""

    @abstractmethod
    async def crash(self, member: Member) -> None:
        """End the member as SIGKILL ends its process: nothing is committed and nobody is told."""

    @abstractmethod
    def freeze(self, member: Member) -> None:
        """Let the member fall silent without ending, as a process does that hangs."""

    async def new_log(self) -> EventLog:
        """A started client; each stands for a process of its own."""
        log = self.create_log()
        self._logs.append(log)
        await log.start()
        return log

    async def fresh_topic(self, log: EventLog) -> str:
        """A topic that no other test, nor the same one in another run, has seen."""
        topic = f"test.{uuid4().hex}.v1"

        async def created() -> bool:
            with suppress(LogUnavailableError):
                await log.ensure_topics([topic])
                return True
            return False

        await eventually(created)
        return topic

    async def reader(self, log: EventLog, group: str, member_id: str, topics: Sequence[str]) -> Member:
        """A member that has joined its group."""
        member = log.member(group, member_id, topics)
        self._members.append(member)
        await member.start()
        return member

    async def close(self) -> None:
        """Close everything, the members before their logs."""
        for member in self._members:
            await member.close()
        for log in self._logs:
            await log.close()


def fresh_group() -> str:
    """A group that nobody else is in."""
    return f"group-{uuid4().hex}"


def records(topic: str, keys: Iterable[str], **more: tuple[tuple[str, bytes], ...]) -> list[Record]:
    """One record per key, its value numbered 0, 1, 2 … per key."""
    seen: Counter[str] = Counter()
    made = []
    for key in keys:
        made.append(Record(topic, key, more.get("headers", ()), str(seen[key]).encode()))
        seen[key] += 1
    return made


def one_key(topic: str, count: int, key: str = "complaint-1") -> list[Record]:
    """Records that all lie in one partition."""
    return records(topic, [key] * count)


def every_partition(topic: str) -> list[Record]:
    """Records enough that each partition has some."""
    return records(topic, [f"complaint-{number}" for number in range(20 * PARTITIONS)])


async def read(member: Member, count: int, within: float = 30.0) -> list[StoredRecord]:
    """Poll until `count` records are here."""
    got: list[StoredRecord] = []

    async def enough() -> bool:
        got.extend(await member.poll(count - len(got), 0.2))
        return len(got) >= count

    await eventually(enough, within, every=0)
    return got


async def read_at_least(member: Member, wanted: Iterable[StoredRecord]) -> set[StoredRecord]:
    """Poll until all wanted records were here, some perhaps twice; returns all that were here."""
    missing, got = set(wanted), set[StoredRecord]()

    async def enough() -> bool:
        got.update(await member.poll(500, 0.2))
        return missing <= got

    await eventually(enough, within=30.0, every=0)
    return got


async def read_nothing(member: Member) -> None:
    """Polling brings nothing."""
    assert await member.poll(100, 0.4) == []


def ends(got: Iterable[StoredRecord]) -> dict[Partition, int]:
    """The positions that say: all of these are done."""
    return {record.lane: record.offset + 1 for record in got}


def values(got: Iterable[StoredRecord], key: str | None = None) -> list[bytes]:
    """The values, of one key if named."""
    return [record.value for record in got if key in (None, record.key)]


async def settle(*members: Member) -> None:
    """Keep all members alive, handing out nothing, until each partition has one owner, each member some."""
    for member in members:
        member.pause()

    async def settled() -> bool:
        for member in members:
            assert await member.poll(1, 0.05) == []
        shares = [member.assignment() for member in members]
        topics = {lane.topic for share in shares for lane in share}
        owned = Counter(lane for share in shares for lane in share)
        whole = len(owned) == PARTITIONS * len(topics) and set(owned.values()) == {1}
        return whole and all(shares)

    await eventually(settled, within=40.0)
    for member in members:
        member.resume()


async def behind(member: Member, lanes: Iterable[Partition]) -> Mapping[Partition, int]:
    """The lag in `lanes` once the member owns them all."""
    wanted = set(lanes)

    async def known() -> Mapping[Partition, int] | None:
        await member.poll(1, 0.05)
        lag = await member.lag()
        return {lane: lag[lane] for lane in wanted} if wanted <= lag.keys() else None

    return await eventually(known, within=40.0)
