"""The port to the event log: an ordered, durable, partitioned list of records, whoever stores it.

Two adapters implement it, `kafka.py` on a broker and `postgres.py` on a database, and one conformance suite
(`tests/shared/bus/test_event_log.py`) runs on both. Guarantees asked of each:

- records with one key keep the order in which they were published, and one key always has one partition;
- `publish` returns after every record is durable, or raises and the caller publishes all of them again;
- a record is handed out again until its position was committed: at least once, never less;
- a member that lost a partition cannot move the group's position in it any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

PARTITIONS = 12
MAX_RECORD_BYTES = 256 * 1024


class Partition(NamedTuple):
    """One ordered lane of a topic."""

    topic: str
    number: int


class Record(NamedTuple):
    """What is published: `key` decides the partition, `headers` travel byte for byte."""

    topic: str
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


@dataclass(slots=True, unsafe_hash=True)
class StoredRecord:
    """A record as read back: with its partition, its offset (0, 1, 2 … per partition) and the log's time.

    seen, envelope: what the first reader in this process made of it, so that the next need not do it again.
    """

    topic: str
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    partition: int
    offset: int
    stored_at: datetime
    seen: Any = field(default=None, compare=False, repr=False)
    envelope: Any = field(default=None, compare=False, repr=False)

    @property
    def lane(self) -> Partition:
        """The partition this record lies in."""
        return Partition(self.topic, self.partition)


class LogError(Exception):
    """The log did not do what it was asked; the caller may try again."""


class LogUnavailableError(LogError):
    """The log cannot be reached, or did not answer in time."""


class RecordTooLargeError(LogError):
    """A record is larger than MAX_RECORD_BYTES and would never be accepted."""


class PartitionLostError(LogError):
    """A position was committed for a partition that another member owns by now."""


class Member(Protocol):
    """One reader in a group; the group shares out the partitions of its topics."""

    async def start(self) -> None:
        """Join the group. Without a committed position, reading begins at the earliest record."""

    async def poll(self, max_records: int, timeout: float) -> list[StoredRecord]:
        """The next records of the partitions this member owns, in order per partition.

        Waits up to `timeout` seconds for the first one. Keeps the membership alive; while paused it does only
        that and returns nothing.
        """

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Store the offsets from which the group goes on. Raises PartitionLostError where one is owned by another."""

    def pause(self) -> None:
        """Hand out nothing more until `resume`; what was handed out stays with the caller."""

    def resume(self) -> None:
        """Hand out records again."""

    async def seek_to_time(self, when: datetime) -> None:
        """Go on from the first record of each owned partition that was stored at `when` or later."""

    def assignment(self) -> frozenset[Partition]:
        """The partitions this member owns now."""

    async def lag(self) -> Mapping[Partition, int]:
        """Records stored but not yet committed by the group, per owned partition."""

    async def close(self) -> None:
        """Leave the group, so that others take over at once."""


class EventLog(Protocol):
    """An event log: publish to it, or join a group that reads it."""

    async def start(self) -> None:
        """Connect."""

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        """Create the topics that are missing, each with PARTITIONS partitions."""

    async def publish(self, records: Sequence[Record]) -> None:
        """Append all records, in order per key, and return when every one is durable."""

    def member(self, group: str, member_id: str, topics: Sequence[str]) -> Member:
        """A reader named `member_id` (stable over restarts) in `group`; call `start` before use."""

    async def ping(self) -> None:
        """Return if the log answers; raise LogUnavailableError otherwise."""

    async def close(self) -> None:
        """Release every connection; members are closed by their owners."""
