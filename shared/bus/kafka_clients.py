"""Guarantees that aiokafka's clients answer or fail as LogUnavailableError, end for good and log little.

aiokafka retries for ever against a broker that is away and cannot end a client at once; what has to be done
to its insides for that is here and nowhere else.
"""

# ruff: noqa: SLF001

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from aiokafka.structs import OffsetAndMetadata

from shared.bus.event_log import LogUnavailableError

Connection = Mapping[str, Any]
# aiokafka is hardly typed.
Producer = Any
Consumer = Any
Admin = Any
Membership = tuple[int, str]
_NewProducer: Any = AIOKafkaProducer
_NewConsumer: Any = AIOKafkaConsumer
_NewAdmin: Any = AIOKafkaAdminClient

MAX_BATCH_BYTES = 128 * 1024
MAX_FETCH_BYTES = 16 * 1024 * 1024
LOG_SILENCE_SECONDS = 60.0
RETRY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class KafkaTimings:
    """How long things may take, in seconds. The defaults are for production; tests shorten them."""

    request_timeout: float = 60.0
    """A publish that takes longer has failed. More than `rebalance_timeout`, for joining is a request too."""
    ping_timeout: float = 5.0
    session_timeout: float = 45.0
    """A member that is silent for so long has lost its partitions; a restart should take less."""
    heartbeat_interval: float = 3.0
    rebalance_timeout: float = 30.0
    """The group waits so long for a member to join again."""
    batch_grace: float = 10.0
    """A rebalance waits so long for the batch in hand to be committed. Less than `rebalance_timeout`."""
    max_poll_interval: float = 300.0
    """A member that does not poll for so long gives its partitions away."""
    fetch_wait: float = 0.5
    """The broker answers a fetch without news after this time; news is answered at once."""
    close_timeout: float = 5.0


def milliseconds(seconds: float) -> int:
    """Kafka's unit."""
    return round(seconds * 1000)


@asynccontextmanager
async def answering(seconds: float) -> AsyncIterator[None]:
    """Limit the time inside, and turn every way of not answering into LogUnavailableError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailableError(f"Kafka does not answer: {error!r}") from error


def new_producer(connection: Connection, timings: KafkaTimings) -> Producer:
    """A producer whose acknowledgement means every in-sync replica, and that never stores a batch twice."""
    return _NewProducer(
        **connection,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=MAX_BATCH_BYTES,
        request_timeout_ms=milliseconds(timings.request_timeout),
    )


def new_consumer(connection: Connection, timings: KafkaTimings, group: str, instance: str) -> Consumer:
    """A consumer that commits nothing by itself and keeps its place in the group over a restart."""
    return _NewConsumer(
        **connection,
        client_id=instance,
        group_id=group,
        group_instance_id=instance,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        # Equal partition numbers of all topics go to one member: one subject, one reader.
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=milliseconds(timings.session_timeout),
        heartbeat_interval_ms=milliseconds(timings.heartbeat_interval),
        rebalance_timeout_ms=milliseconds(timings.rebalance_timeout),
        max_poll_interval_ms=milliseconds(timings.max_poll_interval),
        request_timeout_ms=milliseconds(timings.request_timeout),
        fetch_max_wait_ms=milliseconds(timings.fetch_wait),
        fetch_min_bytes=1,
        fetch_max_bytes=MAX_FETCH_BYTES,
    )


def new_admin(connection: Connection, timings: KafkaTimings) -> Admin:
    """A client that creates and describes topics."""
    return _NewAdmin(**connection, request_timeout_ms=milliseconds(timings.request_timeout))


def raise_errors(consumer: Consumer) -> None:
    """Raise what befell the consumer's background tasks."""
    consumer._coordinator.check_errors()


def counted_as_polling(consumer: Consumer) -> AbstractContextManager[None]:
    """While inside, the member is not taken for one that got stuck and left the group."""
    context: AbstractContextManager[None] = consumer._subscription.fetch_context()
    return context


def membership(consumer: Consumer) -> Membership:
    """Which life of the group, and of this member in it, a request would be sent under now."""
    return consumer._coordinator.generation, consumer._coordinator.member_id


async def commit_as(consumer: Consumer, joined: Membership, positions: Mapping[TopicPartition, int]) -> None:
    """Commit under `joined` or raise CommitFailedError.

    aiokafka's own commit tries again under whatever generation it has reached by then; the broker would
    believe it, and the position of a partition that went to another member would move.
    """
    coordinator = consumer._coordinator
    offsets = {lane: OffsetAndMetadata(position, "") for lane, position in positions.items()}
    while True:
        await coordinator.ensure_coordinator_known()
        # Between this look and the request being built nothing else can run.
        if membership(consumer) != joined:
            raise CommitFailedError
        try:
            await coordinator._do_commit_offsets(None, offsets)
        except (IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError) as error:
            raise CommitFailedError from error
        except KafkaError as error:
            if not error.retriable:
                raise
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


async def committed_offsets(consumer: Consumer, lanes: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """The group's positions in one request; partitions without one are left out."""
    committed = await consumer._coordinator.fetch_committed_offsets(lanes)
    return {lane: position.offset for lane, position in committed.items() if position.offset >= 0}


async def end_producer(producer: Producer, reason: Exception, seconds: float) -> None:
    """Stop sending at once, fail with `reason` whatever is not acknowledged, and close all connections."""
    sender = producer._sender
    requests = [task for task in asyncio.all_tasks() if _is_request_of(sender, task)]
    # The sender waits for its requests when it is cancelled, and a broker that is away never answers them.
    await _cancel([task for task in (sender.sender_task, *requests) if task is not None])
    accumulator = producer._message_accumulator
    waiting = [
        *accumulator._pending_batches,
        *(batch for lane in accumulator._batches.values() for batch in lane),
    ]
    accumulator._batches.clear()
    accumulator._exception = reason
    for batch in waiting:
        batch.failure(reason)
        # Looked at here, so that nobody is told of an exception that nobody looked at.
        for future in (batch.future, batch._drain_waiter):
            if not future.cancelled():
                future.exception()
    await _bounded(producer.stop(), seconds)


def _is_request_of(sender: Any, task: "asyncio.Task[Any]") -> bool:
    coroutine: Any = task.get_coro()
    frame = getattr(coroutine, "cr_frame", None)
    return (
        getattr(coroutine, "__name__", "") == "_send_produce_req"
        and frame is not None
        and frame.f_locals.get("self") is sender
    )


async def end_consumer(consumer: Consumer, seconds: float, *, leave: bool) -> None:
    """Close all connections; with `leave`, tell the group, which else waits for the session to expire."""
    coordinator = consumer._coordinator
    if leave and coordinator is not None:
        # aiokafka keeps a member with a static id in the group, for a restart; ours leaves when it is closed.
        coordinator._group_instance_id = None
    await _bounded(consumer.stop(), seconds)
    fetcher = consumer._fetcher
    tasks = [fetcher._fetch_task, *fetcher._pending_tasks] if fetcher is not None else []
    if coordinator is not None:
        tasks += [
            coordinator._coordination_task,
            coordinator._heartbeat_task,
            coordinator._commit_refresh_task,
        ]
    await _cancel([task for task in tasks if task is not None])
    await _bounded(consumer._client.close(), seconds)


async def _bounded(work: Any, seconds: float) -> None:
    """Wait for `work`, which may hang or fail: what it would release has to be released without it then."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task], timeout=seconds)
    finally:
        await _cancel([task])


async def _cancel(tasks: Iterable["asyncio.Future[Any]"]) -> None:
    """Cancel until all are done, as some swallow the first cancellation to finish their work."""
    pending = set(tasks)
    for task in [task for task in pending if task.done()]:
        pending.discard(task)
        _look_at(task)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=0.2)
        for task in done:
            _look_at(task)


def _look_at(task: "asyncio.Future[Any]") -> None:
    if not task.cancelled():
        task.exception()


class _Sparingly(logging.Filter):
    """Lets each message of aiokafka through once a minute; without a broker some come ten times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}
        self._dropped: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        message = (record.name, str(record.msg))
        now = time.monotonic()
        if now - self._last.get(message, -LOG_SILENCE_SECONDS) < LOG_SILENCE_SECONDS:
            self._dropped[message] = self._dropped.get(message, 0) + 1
            return False
        self._last[message] = now
        if dropped := self._dropped.pop(message, 0):
            record.msg = f"{record.msg} [and {dropped} times before]"
        return True


_sparingly = _Sparingly()


def quieten_aiokafka() -> None:
    """Thin out the repeated messages of every aiokafka logger."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "aiokafka":
            logging.getLogger(name).addFilter(_sparingly)
