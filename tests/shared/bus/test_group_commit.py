"""Sharing commits, with a store that the test opens and closes at will."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.group_commit import AT_MOST, FLUSHERS, GroupCommit
from shared.bus.transience import OutcomeUnknownError


class Store:
    """Answers each number with its double once the gate is open; fails for numbers it was told to fail for."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.batches: list[list[int]] = []
        self.fails_for: dict[int, Exception] = {}
        self.busy = self.busiest = 0

    async def flush(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await self.gate.wait()
        finally:
            self.busy -= 1
        for number in numbers:
            if number in self.fails_for:
                raise self.fails_for[number]
        return [number * 2 for number in numbers]


async def let_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_lone_item_does_not_wait_for_company() -> None:
    store = Store()
    assert await GroupCommit(store.flush).submit(21) == 42
    assert store.batches == [[21]]


async def test_items_that_wait_while_all_are_busy_share_the_next_commit() -> None:
    store = Store()
    store.gate.clear()
    group = GroupCommit(store.flush)
    answers = []
    for number in range(FLUSHERS):
        answers.append(asyncio.create_task(group.submit(number)))
        await let_run()
    answers += [asyncio.create_task(group.submit(number)) for number in range(10, 20)]
    await let_run()
    store.gate.set()
    assert await asyncio.gather(*answers) == [0, 2, *range(20, 40, 2)]
    assert store.batches == [[0], [1], list(range(10, 20))]
    assert store.busiest == FLUSHERS


async def test_a_batch_has_an_upper_limit() -> None:
    store = Store()
    group = GroupCommit(store.flush)
    answers = await asyncio.gather(*[group.submit(number) for number in range(AT_MOST + 10)])
    assert answers == [number * 2 for number in range(AT_MOST + 10)]
    assert max(map(len, store.batches)) == AT_MOST


async def test_one_bad_item_refuses_only_itself() -> None:
    store = Store()
    store.fails_for[3] = ValueError("three")
    group = GroupCommit(store.flush)
    answers = await asyncio.gather(*[group.submit(n) for n in range(6)], return_exceptions=True)
    assert [a for a in answers if not isinstance(a, Exception)] == [0, 2, 4, 8, 10]
    assert isinstance(answers[3], ValueError)


async def test_after_an_unknown_outcome_nothing_is_tried_again() -> None:
    store = Store()
    store.fails_for[3] = OutcomeUnknownError()
    group = GroupCommit(store.flush)
    answers = await asyncio.gather(*[group.submit(n) for n in range(6)], return_exceptions=True)
    assert all(isinstance(answer, OutcomeUnknownError) for answer in answers)
    assert store.batches == [[0, 1, 2, 3, 4, 5]]


async def test_when_the_database_is_gone_the_rest_is_not_tried_one_by_one() -> None:
    store = Store()
    store.fails_for = dict.fromkeys(range(6), ConnectionRefusedError("gone"))
    group = GroupCommit(store.flush)
    answers = await asyncio.gather(*[group.submit(n) for n in range(6)], return_exceptions=True)
    assert all(isinstance(answer, ConnectionRefusedError) for answer in answers)
    assert store.batches == [[0, 1, 2, 3, 4, 5], [0]]


async def test_who_goes_away_cancels_neither_the_commit_nor_their_own_item() -> None:
    store = Store()
    store.gate.clear()
    group = GroupCommit(store.flush)
    gone, stays = asyncio.create_task(group.submit(1)), asyncio.create_task(group.submit(2))
    await let_run()
    late = asyncio.create_task(group.submit(3))
    gone_while_waiting = asyncio.create_task(group.submit(4))
    await let_run()
    gone.cancel()
    gone_while_waiting.cancel()
    await let_run()
    store.gate.set()
    assert [await stays, await late] == [4, 6]
    assert sorted(number for batch in store.batches for number in batch) == [1, 2, 3, 4]


async def test_a_flusher_that_is_ended_leaves_nobody_waiting() -> None:
    store = Store()
    store.gate.clear()
    group = GroupCommit(store.flush)
    waiting = asyncio.create_task(group.submit(1))
    await let_run()
    for task in asyncio.all_tasks() - {asyncio.current_task(), waiting}:
        task.cancel()
    with pytest.raises(OutcomeUnknownError):
        await waiting
    store.gate.set()
    assert await group.submit(2) == 4


async def test_nobody_is_left_behind_when_flushers_end_just_as_items_come() -> None:
    store = Store()
    group = GroupCommit(store.flush)

    async def submit_after(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await group.submit(turns)

    async with asyncio.timeout(10):
        answers = await asyncio.gather(*[submit_after(turns) for turns in range(200)])
    assert answers == [turns * 2 for turns in range(200)]
