"""Lets requests that wait at the same time share one commit, and answers each of them after it.

There is no waiting window: a free flusher takes all that wait. While all are busy more gather, so the load
itself decides how many share. Whoever stops waiting changes nothing for the others, nor for what they handed in.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from .transience import OutcomeUnknownError, is_transient

FLUSHERS = 2
AT_MOST = 256

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class GroupCommit(Generic[Item, Answer]):
    """Collects items and hands them to `flush` in batches.

    `flush` stores a batch in one transaction and returns an answer per item, in order. If it raises
    OutcomeUnknownError, every item of the batch is refused with it. If it raises anything else, nothing was
    stored, and each item is flushed alone, so that one bad item refuses only itself.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        flushers: int = FLUSHERS,
        at_most: int = AT_MOST,
    ) -> None:
        self._flush = flush
        self._flushers = flushers
        self._at_most = at_most
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._busy = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Answer:
        """Hand in an item and wait for its answer. Raises what `flush` raises about it."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._busy < self._flushers:
            self._busy += 1
            flusher = asyncio.create_task(self._work())
            self._tasks.add(flusher)
            flusher.add_done_callback(self._tasks.discard)
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), self._at_most)
                batch = [self._waiting.popleft() for _ in range(count)]
                try:
                    await self._settle(batch)
                finally:
                    _refuse(batch, OutcomeUnknownError("the work was ended"))
        finally:
            # In the same step as the last look at who waits: nobody can come in between unseen.
            self._busy -= 1

    async def _settle(self, batch: list[tuple[Item, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._flush([item for item, _ in batch])
        except OutcomeUnknownError as error:
            _refuse(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the one who asked
            if len(batch) == 1:
                _refuse(batch, error)
            else:
                await self._settle_one_by_one(batch)
        else:
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)

    async def _settle_one_by_one(self, batch: list[tuple[Item, "asyncio.Future[Answer]"]]) -> None:
        for place, alone in enumerate(batch):
            await self._settle([alone])
            waiting = alone[1]
            trouble = None if waiting.cancelled() else waiting.exception()
            if trouble is not None and is_transient(trouble):
                _refuse(batch[place + 1 :], trouble)
                return


def _refuse(batch: Sequence[tuple[object, "asyncio.Future[Answer]"]], error: BaseException) -> None:
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(error)
