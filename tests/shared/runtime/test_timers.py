"""Timers fire once, in one transaction with their effect, also with several replicas."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from shared.bus.unit_of_work import Transaction
from shared.runtime import sampling, timers
from shared.runtime.timers import Timer, TimerLoop, arm, disarm
from tests.service_under_test import ServiceUnderTest, StartService
from tests.waiting import eventually


@pytest.fixture
async def service(start_service: StartService) -> ServiceUnderTest:
    return await start_service("feedback")


class Ringing:
    """Counts what fires."""

    def __init__(self) -> None:
        self.rung: list[Timer] = []
        self.fails = False

    async def __call__(self, tx: Transaction, due: Sequence[Timer]) -> None:
        if self.fails:
            raise ValueError("as told")
        self.rung += due


async def armed(service: ServiceUnderTest, *in_seconds: float) -> list[Timer]:
    made = []
    for seconds in in_seconds:
        subject = str(uuid4())
        async with service.service.unit_of_work.begin(subject) as tx:
            timer = Timer(uuid4(), "bell", subject, tx.now + timedelta(seconds=seconds))
            await arm(tx, [timer])
            made.append(timer)
    return made


async def test_a_due_timer_fires_once(service: ServiceUnderTest) -> None:
    bell = Ringing()
    loop = TimerLoop(service.service.unit_of_work, {"bell": bell})
    due, _later = await armed(service, -1, 60)
    assert [await loop.fire_once(), await loop.fire_once()] == [1, 0]
    assert [timer.id for timer in bell.rung] == [due.id]


async def test_several_replicas_fire_each_timer_once(service: ServiceUnderTest) -> None:
    bell = Ringing()
    loops = [TimerLoop(service.service.unit_of_work, {"bell": bell}) for _ in range(4)]
    due = await armed(service, *([-1] * 100))

    async def until_none(loop: TimerLoop) -> None:
        while await loop.fire_once():
            pass

    await asyncio.gather(*map(until_none, loops))
    await until_none(loops[0])
    assert sorted(timer.id for timer in bell.rung) == sorted(timer.id for timer in due)


async def test_a_timer_whose_effect_failed_fires_again(service: ServiceUnderTest) -> None:
    bell = Ringing()
    bell.fails = True
    loop = TimerLoop(service.service.unit_of_work, {"bell": bell})
    await armed(service, -1)
    with pytest.raises(ValueError, match="as told"):
        await loop.fire_once()
    bell.fails = False
    assert await loop.fire_once() == 1


async def test_a_disarmed_timer_does_not_fire(service: ServiceUnderTest) -> None:
    loop = TimerLoop(service.service.unit_of_work, {"bell": Ringing()})
    [timer] = await armed(service, -1)
    async with service.service.unit_of_work.begin(timer.subject) as tx:
        await disarm(tx, [timer.id])
    assert await loop.fire_once() == 0


async def test_a_timer_armed_again_moves_and_counts_its_generation(service: ServiceUnderTest) -> None:
    loop = TimerLoop(service.service.unit_of_work, {"bell": Ringing()})
    [timer] = await armed(service, -1)
    async with service.service.unit_of_work.begin(timer.subject) as tx:
        await arm(tx, [timer._replace(due_at=tx.now + timedelta(hours=1))])
    assert await loop.fire_once() == 0
    assert await service.rows("SELECT generation, armed FROM timer") == [{"generation": 2, "armed": True}]


async def test_a_subject_somebody_works_on_is_skipped_and_comes_up_again(service: ServiceUnderTest) -> None:
    bell = Ringing()
    loop = TimerLoop(service.service.unit_of_work, {"bell": bell})
    busy, free = await armed(service, -1, -1)
    async with service.service.unit_of_work.begin(busy.subject):
        assert await loop.fire_once() == 1
    assert await loop.fire_once() == 1
    assert [timer.id for timer in bell.rung] == [free.id, busy.id]


async def test_timers_of_a_kind_without_handler_stay_armed(service: ServiceUnderTest) -> None:
    await armed(service, -1)
    assert await TimerLoop(service.service.unit_of_work, {"other": Ringing()}).fire_once() == 0
    assert await service.rows("SELECT armed FROM timer") == [{"armed": True}]


class Choosy(Ringing):
    """Fails whenever a timer of `broken` is among those that are due."""

    def __init__(self, broken: Timer) -> None:
        super().__init__()
        self.broken: Timer | None = broken

    async def __call__(self, tx: Transaction, due: Sequence[Timer]) -> None:
        if self.broken is not None and self.broken.id in {timer.id for timer in due}:
            raise ValueError("as told")
        await super().__call__(tx, due)


async def test_peers_zammad_3481_a_timer_that_fails_holds_up_no_other(service: ServiceUnderTest) -> None:
    broken, *others = await armed(service, *([-1] * 5))
    bell = Choosy(broken)
    loop = TimerLoop(service.service.unit_of_work, {"bell": bell})
    running = asyncio.create_task(loop.run())
    await eventually(lambda: len(bell.rung) == len(others))
    late = (await armed(service, -1))[0]
    await eventually(lambda: loop.fired == len(others) + 1)  # and their transactions have ended
    assert late.id in {timer.id for timer in bell.rung}
    running.cancel()
    assert await service.rows("SELECT id FROM timer WHERE armed") == [{"id": broken.id}]
    bell.broken = None
    assert (
        await TimerLoop(service.service.unit_of_work, {"bell": bell}).fire_once() == 1
    )  # as after a restart


async def test_several_timers_of_one_subject_fire_in_one_go(service: ServiceUnderTest) -> None:
    bell = Ringing()
    loop = TimerLoop(service.service.unit_of_work, {"bell": bell})
    async with service.service.unit_of_work.begin("one") as tx:
        await arm(
            tx, [Timer(uuid4(), "bell", "one", tx.now - timedelta(seconds=second)) for second in range(3)]
        )
    assert await loop.fire_once() == 3
    assert [timer.due_at for timer in bell.rung] == sorted(timer.due_at for timer in bell.rung)


async def test_a_timer_armed_again_while_it_fires_waits_for_its_new_time(service: ServiceUnderTest) -> None:
    async def again(tx: Transaction, due: Sequence[Timer]) -> None:
        await arm(tx, [timer._replace(due_at=tx.now + timedelta(hours=1)) for timer in due[:1]])

    loop = TimerLoop(service.service.unit_of_work, {"bell": again})
    await armed(service, -2, -1)
    assert [await loop.fire_once(), await loop.fire_once()] == [2, 0]
    rows = await service.rows("SELECT generation, armed, fired_at IS NULL AS waits FROM timer ORDER BY armed")
    assert rows == [
        {"generation": 1, "armed": False, "waits": False},
        {"generation": 2, "armed": True, "waits": True},
    ]


async def test_a_due_timer_that_its_handler_returns_waits_for_its_new_time_and_the_others_are_done(
    service: ServiceUnderTest,
) -> None:
    async def again(tx: Transaction, due: Sequence[Timer]) -> list[Timer]:
        return [timer._replace(due_at=tx.now + timedelta(hours=1)) for timer in due[:1]]

    loop = TimerLoop(service.service.unit_of_work, {"bell": again})
    first, second = await armed(service, -2, -1)
    assert [await loop.fire_once(), await loop.fire_once()] == [2, 0]
    rows = await service.rows(
        "SELECT id, generation, armed, fired_at IS NULL AS waits, due_at > now() AS ahead FROM timer ORDER BY armed"
    )
    assert [tuple(row.values()) for row in rows] == [
        (second.id, 1, False, False, False),
        (first.id, 2, True, True, True),
    ]


async def test_what_arms_a_timer_anew_while_it_fires_wins_over_what_its_handler_returns(
    service: ServiceUnderTest,
) -> None:
    async def twice(tx: Transaction, due: Sequence[Timer]) -> list[Timer]:
        await arm(tx, [timer._replace(due_at=tx.now + timedelta(hours=2)) for timer in due])
        return [timer._replace(due_at=tx.now + timedelta(hours=1)) for timer in due]

    await armed(service, -1)
    assert await TimerLoop(service.service.unit_of_work, {"bell": twice}).fire_once() == 1
    rows = await service.rows("SELECT generation, due_at > now() + interval '90 minutes' AS late FROM timer")
    assert rows == [{"generation": 2, "late": True}]


async def test_more_timers_of_a_subject_than_a_batch_fire_in_the_order_of_their_times(
    service: ServiceUnderTest,
) -> None:
    bell = Ringing()
    loops = [TimerLoop(service.service.unit_of_work, {"bell": bell}) for _ in range(2)]
    async with service.service.unit_of_work.begin("one") as tx:
        await arm(tx, [Timer(uuid4(), "bell", "one", tx.now - timedelta(seconds=n)) for n in range(7)])
    with patch.object(timers, "BATCH", 2):
        while await loops[0].fire_once() or await loops[1].fire_once():
            pass
    times = [timer.due_at for timer in bell.rung]
    assert times == sorted(times)
    assert len(set(times)) == 7


async def test_much_that_is_due_fires_two_batches_at_a_time_each_timer_once_and_each_subject_in_order(
    service: ServiceUnderTest,
) -> None:
    """One timer of each batch fails: its batch is fired one by one, the other one as it was."""
    subjects = ["one", "two", "one", "three", "two", "one", "four", "five"]
    async with service.service.unit_of_work.begin(*subjects) as tx:
        rows = [
            Timer(uuid4(), "bell", subject, tx.now - timedelta(seconds=60 - second))
            for second, subject in enumerate(subjects)
        ]
        await arm(tx, rows)
    bell = Choosy(rows[3])
    loop = TimerLoop(service.service.unit_of_work, {"bell": bell})
    with patch.object(timers, "BATCH", 3):
        running = asyncio.create_task(loop.run())
        await eventually(lambda: loop.fired == len(rows) - 1)
        running.cancel()
    assert len({timer.id for timer in bell.rung}) == len(bell.rung) == len(rows) - 1
    for subject in set(subjects):
        times = [timer.due_at for timer in bell.rung if timer.subject == subject]
        assert times == sorted(times)


async def test_a_long_look_at_many_rows_is_taken_less_often(service: ServiceUnderTest) -> None:
    looks: list[float] = []
    sampler = service.service.sampler

    async def slow(_database: object) -> None:
        looks.append(0.0)
        raise TimeoutError

    sampler.own = slow
    with patch.object(sampling, "LONG_LOOK", -1.0), patch.object(sampling, "LONG_LOOK_SHARE", 1e-9):
        for _ in range(3):
            sampler._looked_at = float("-inf")
            await sampler.look()
    assert len(looks) == 1
    assert sampler.database_silent_for() < 15
