"""A reader in a Kafka consumer group, which commits only what its present assignment handed out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError
from aiokafka.structs import ConsumerRecord

from shared.bus.event_log import LogUnavailableError, Partition, PartitionLostError, StoredRecord
from shared.bus.kafka_clients import (
    Connection,
    Consumer,
    KafkaTimings,
    Membership,
    answering,
    commit_as,
    committed_offsets,
    counted_as_polling,
    end_consumer,
    membership,
    milliseconds,
    new_consumer,
    raise_errors,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class KafkaMember(ConsumerRebalanceListener):
    """A Member named `group`.`member_id` over restarts: one that comes back in time finds its partitions.

    A rebalance waits a little for the batch in hand, so that it can still be committed.
    """

    def __init__(
        self, connection: Connection, timings: KafkaTimings, group: str, member_id: str, topics: Sequence[str]
    ) -> None:
        self._connection = connection
        self._timings = timings
        self._group = group
        self._name = f"{group}.{member_id}"
        self._topics = sorted(topics)
        self._consumer: Consumer = None
        self._membership: Membership = (-1, "")
        self._closed = False
        self._settled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._running = asyncio.Event()
        self._running.set()
        # Per partition the first offset handed out in this assignment, and the one after the last.
        self._handed: dict[Partition, tuple[int, int]] = {}
        self._uncommitted: dict[Partition, int] = {}

    async def start(self) -> None:
        """Join the group. Without a committed position, reading begins at the earliest record."""
        await self._joined()

    async def _joined(self) -> Consumer:
        if self._closed:
            raise LogUnavailableError("the member was closed")
        if self._consumer is not None:
            return self._consumer
        self._consumer = consumer = new_consumer(self._connection, self._timings, self._group, self._name)
        consumer.subscribe(self._topics, listener=self)
        try:
            async with answering(self._timings.request_timeout):
                await consumer.start()
        except BaseException:
            await self._drop()
            raise
        return consumer

    async def _drop(self, *, leave: bool = False) -> None:
        """Throw the client away; the next poll builds another one under the same name."""
        consumer, self._consumer = self._consumer, None
        self._batch_is_done()  # or a rebalance would wait for it, and the end below for the rebalance
        if consumer is not None:
            await end_consumer(consumer, self._timings.close_timeout, leave=leave)
        self._settled.clear()
        self._handed.clear()

    def _batch_is_done(self) -> None:
        self._uncommitted.clear()
        self._idle.set()

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # noqa: ARG002
        """Let the batch in hand be finished before others get its partitions."""
        self._settled.clear()
        await _happens(self._idle, self._timings.batch_grace)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Begin a new assignment; commits of records handed out in the one before are refused from now on."""
        if self._consumer is None:  # thrown away by now
            return
        self._handed.clear()
        self._membership = membership(self._consumer)
        if not self._running.is_set():
            self._consumer.pause(*assigned)
        self._settled.set()

    async def poll(self, max_records: int, timeout: float) -> list[StoredRecord]:
        """The next records of the partitions this member owns, in order per partition; none while paused."""
        deadline = asyncio.get_running_loop().time() + timeout
        self._batch_is_done()
        consumer = await self._joined()
        try:
            if not await _happens(self._settled, timeout):
                raise_errors(consumer)
                return []
            if not self._running.is_set():
                await self._rest(consumer, timeout)
                return []
            left = max(0.0, deadline - asyncio.get_running_loop().time())
            batches = await consumer.getmany(timeout_ms=milliseconds(left), max_records=max_records)
        except KafkaError as error:
            # aiokafka's background tasks do not recover from what reaches us here.
            await self._drop()
            raise LogUnavailableError(f"Kafka does not answer: {error!r}") from error
        return self._hand_out(batches)

    async def _rest(self, consumer: Consumer, timeout: float) -> None:
        """Wait, counting as one that polls."""
        raise_errors(consumer)
        with counted_as_polling(consumer):
            await _happens(self._running, timeout)

    def _hand_out(
        self, batches: Mapping[TopicPartition, list[ConsumerRecord[bytes, bytes]]]
    ) -> list[StoredRecord]:
        records: list[StoredRecord] = []
        for lane, batch in batches.items():
            partition = Partition(lane.topic, lane.partition)
            first, _ = self._handed.get(partition, (batch[0].offset, 0))
            self._handed[partition] = (min(first, batch[0].offset), batch[-1].offset + 1)
            self._uncommitted[partition] = batch[-1].offset + 1
            records.extend(map(_stored, batch))
        if records:
            self._idle.clear()
        return records

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Store the offsets from which the group goes on; PartitionLostError where one may be another's."""
        consumer = self._consumer
        lost = [
            partition
            for partition, position in positions.items()
            if not self._was_handed(partition, position)
        ]
        if lost or consumer is None:
            raise PartitionLostError(f"not handed out in the present assignment: {lost}")
        offsets = {TopicPartition(*partition): position for partition, position in positions.items()}
        async with answering(self._timings.request_timeout):
            try:
                await commit_as(consumer, self._membership, offsets)
            except CommitFailedError as error:
                raise PartitionLostError("the group has shared out its partitions anew") from error
        for partition, position in positions.items():
            if position >= self._uncommitted.get(partition, 0):
                self._uncommitted.pop(partition, None)
        if not self._uncommitted:
            self._idle.set()

    def _was_handed(self, partition: Partition, position: int) -> bool:
        first, after = self._handed.get(partition, (1, 0))
        return first <= position <= after

    def pause(self) -> None:
        """Hand out nothing more until `resume`; what was handed out stays with the caller."""
        self._running.clear()
        if self._consumer is not None:
            self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Hand out records again."""
        self._running.set()
        if self._consumer is not None:
            self._consumer.resume(*self._consumer.paused())

    async def seek_to_time(self, when: datetime) -> None:
        """Go on from the first record of each owned partition that was stored at `when` or later."""
        consumer = await self._joined()
        # Kafka stores whole milliseconds: round up, never back to before `when`.
        moment = max(0, -((EPOCH - when) // MILLISECOND))
        async with answering(self._timings.request_timeout):
            found = await consumer.offsets_for_times(dict.fromkeys(consumer.assignment(), moment))
            ends = await consumer.end_offsets([lane for lane, offset in found.items() if offset is None])
        for lane, offset in found.items():
            if lane in consumer.assignment():
                consumer.seek(lane, ends[lane] if offset is None else offset.offset)
        self._handed.clear()

    def assignment(self) -> frozenset[Partition]:
        """The partitions this member owns now; none while the group shares them out anew."""
        if self._consumer is None or not self._settled.is_set():
            return frozenset()
        return frozenset(Partition(lane.topic, lane.partition) for lane in self._consumer.assignment())

    async def lag(self) -> Mapping[Partition, int]:
        """Records stored but not yet committed by the group, per owned partition."""
        lanes = [TopicPartition(*partition) for partition in self.assignment()]
        if self._consumer is None or not lanes:
            return {}
        async with answering(self._timings.request_timeout):
            ends = await self._consumer.end_offsets(lanes)
            begins = await self._consumer.beginning_offsets(lanes)
            committed = await committed_offsets(self._consumer, lanes)
        return {
            Partition(lane.topic, lane.partition): ends[lane] - max(begins[lane], committed.get(lane, 0))
            for lane in lanes
        }

    async def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._closed = True
        await self._drop(leave=True)


async def _happens(event: asyncio.Event, timeout: float) -> bool:
    try:
        async with asyncio.timeout(timeout):
            return await event.wait()
    except TimeoutError:
        return False


def _stored(record: ConsumerRecord[bytes, bytes]) -> StoredRecord:
    """A stranger's record may lack a key or value, or have a key that is no text: parked, not fatal."""
    return StoredRecord(
        topic=record.topic,
        key=(record.key or b"").decode(errors="backslashreplace"),
        headers=tuple((name, value or b"") for name, value in record.headers),
        value=record.value or b"",
        partition=record.partition,
        offset=record.offset,
        stored_at=EPOCH + record.timestamp * MILLISECOND,
    )
