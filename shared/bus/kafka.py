"""The event log on Kafka: acknowledged means stored by every in-sync replica, in order per partition."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka.admin import NewTopic
from aiokafka.errors import (
    InvalidReplicationFactorError,
    KafkaError,
    NoError,
    TopicAlreadyExistsError,
    for_code,
)
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.bus.event_log import (
    MAX_RECORD_BYTES,
    PARTITIONS,
    LogError,
    LogUnavailableError,
    Partition,
    Record,
    RecordTooLargeError,
)
from shared.bus.kafka_clients import (
    Admin,
    Connection,
    KafkaTimings,
    Producer,
    answering,
    end_producer,
    new_admin,
    new_producer,
    quieten_aiokafka,
)
from shared.bus.kafka_member import KafkaMember
from shared.bus.partitions import partition_for

_NewTopic: Any = NewTopic
TOPIC_SETTINGS = {
    "retention.ms": "-1",
    "retention.bytes": "-1",
    # The log's own clock: reading from a time must not depend on the clocks of those who publish.
    "message.timestamp.type": "LogAppendTime",
}


class KafkaEventLog:
    """An EventLog on the brokers named in `bootstrap_servers` ("host:port,host:port").

    `connection` goes to every client as it is: security_protocol, ssl_context, sasl_mechanism and the like.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        replication_factor: int = 1,
        timings: KafkaTimings | None = None,
        connection: Connection | None = None,
    ) -> None:
        self._connection: Connection = {"bootstrap_servers": bootstrap_servers, **(connection or {})}
        self._replication_factor = replication_factor
        self._timings = timings or KafkaTimings()
        self._producer: Producer = None
        self._connecting = asyncio.Lock()
        quieten_aiokafka()

    async def start(self) -> None:
        """Connect. Raises LogUnavailableError without a broker; publishing later tries again."""
        async with answering(self._timings.request_timeout):
            await self._connected()

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        """Create the topics that are missing; LogError if one has another number of partitions."""
        async with answering(self._timings.request_timeout):
            admin = new_admin(self._connection, self._timings)
            try:
                await admin.start()
                await self._create(admin, set(topics) - set(await admin.list_topics()))
                described = await admin.describe_topics(list(topics))
            finally:
                await admin.close()
        for topic in described:
            found = len(topic["partitions"])
            if found not in (0, PARTITIONS):  # 0: created, but not known to this broker yet
                raise LogError(f"topic {topic['topic']} has {found} partitions instead of {PARTITIONS}")

    async def _create(self, admin: Admin, missing: set[str]) -> None:
        if not missing:
            return
        settings = dict(TOPIC_SETTINGS)
        if self._replication_factor >= 3:
            settings["min.insync.replicas"] = "2"
        answer = await admin.create_topics(
            [
                _NewTopic(topic, PARTITIONS, self._replication_factor, topic_configs=settings)
                for topic in sorted(missing)
            ]
        )
        for topic, code, *_ in answer.topic_errors:
            error = for_code(code)
            # Another process may have created it since we looked.
            if error in (NoError, TopicAlreadyExistsError):
                continue
            # Too few brokers for the replicas: they may still be starting.
            passing = error.retriable or error is InvalidReplicationFactorError
            raise (LogUnavailableError if passing else LogError)(f"topic {topic}: {error.__name__}")

    async def publish(self, records: Sequence[Record]) -> None:
        """Append all records, in order per key, and return when every one is durable."""
        lanes: dict[Partition, list[Record]] = {}
        for record in records:
            _check_size(record)
            lanes.setdefault(Partition(record.topic, partition_for(record.key)), []).append(record)
        if not lanes:
            return
        async with answering(self._timings.request_timeout):
            producer = await self._connected()
        try:
            async with asyncio.timeout(self._timings.request_timeout):
                await asyncio.gather(*(_send(producer, lane, waiting) for lane, waiting in lanes.items()))
        except (KafkaError, OSError, TimeoutError, AssertionError) as error:
            # A batch that was given up has used a sequence number: the broker would refuse all that follow.
            await self._discard(producer, f"a record was not acknowledged: {error!r}")
            raise LogUnavailableError(f"Kafka did not acknowledge: {error!r}") from error

    async def _connected(self) -> Producer:
        async with self._connecting:
            if self._producer is None:
                producer = new_producer(self._connection, self._timings)
                try:
                    await producer.start()
                except BaseException:
                    await self._end(producer, "no connection")
                    raise
                self._producer = producer
            return self._producer

    async def _discard(self, producer: Producer, reason: str) -> None:
        """Throw this producer away; the next publish builds another one."""
        if self._producer is producer:
            self._producer = None
            await self._end(producer, reason)

    async def _end(self, producer: Producer, reason: str) -> None:
        await end_producer(producer, KafkaError(reason), self._timings.close_timeout)

    def member(self, group: str, member_id: str, topics: Sequence[str]) -> KafkaMember:
        """A reader named `member_id` (stable over restarts) in `group`; call `start` before use."""
        return KafkaMember(self._connection, self._timings, group, member_id, topics)

    async def ping(self) -> None:
        """Return if the log answers; raise LogUnavailableError otherwise."""
        async with answering(self._timings.ping_timeout):
            producer = await self._connected()
            if not await producer.client.force_metadata_update():
                raise LogUnavailableError("no broker answers")

    async def close(self) -> None:
        """Release every connection; members are closed by their owners."""
        if self._producer is not None:
            await self._discard(self._producer, "the log was closed")


async def _send(producer: Producer, lane: Partition, records: Sequence[Record]) -> None:
    """Send one partition's records, each batch after the one before it is stored: no failure reorders."""
    batch = producer.create_batch()
    for record in records:
        if not _append(batch, record):
            await _deliver(producer, lane, batch)
            batch = producer.create_batch()
            _append(batch, record)
    await _deliver(producer, lane, batch)


def _append(batch: BatchBuilder, record: Record) -> bool:
    """Whether there was room."""
    headers = list(record.headers)  # aiokafka's compiled builder takes nothing else
    added = batch.append(timestamp=None, key=record.key.encode(), value=record.value, headers=headers)
    return added is not None


async def _deliver(producer: Producer, lane: Partition, batch: BatchBuilder) -> None:
    await (await producer.send_batch(batch, lane.topic, partition=lane.number))


def _check_size(record: Record) -> None:
    if len(record.value) > MAX_RECORD_BYTES:
        raise RecordTooLargeError(f"a record of {record.topic} has {len(record.value)} bytes")
