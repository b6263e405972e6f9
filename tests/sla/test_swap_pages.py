"""The policy in force is applied to what is open page by page: all of it, each complaint once, whatever stops it."""

import asyncio
from collections import Counter
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.sla import walk_pages
from services.sla.swap_pages import KNOWN_BY_THEN
from services.sla.walk_pages import LAST_LOOK
from shared.events.sla import PromiseRecomputed
from tests.builders import complaint_received, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import SOLVE, VERSION
from .test_watching_survives import KILLED, WITH_PROCESSES, fire_in_a_process

OLDER = "UPDATE promise SET policy_version = 'older', due_at = due_at + interval '10 hours'"


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", f"[sla]\nversion='{VERSION}'")


async def promised_before(sla: ServiceUnderTest, number: int) -> list[UUID]:
    """So many complaints, each with four promises of a former version."""
    ids = [uuid4() for _ in range(number)]
    await sla.hears(*(complaint_received(one) for one in ids))
    await change(sla, OLDER)
    return ids


async def change(sla: ServiceUnderTest, sql: str) -> None:
    async with sla.engine.begin() as connection:
        await connection.execute(text(sql))


async def order(sla: ServiceUnderTest) -> int:
    answer = await sla.client.post("/sla/v1/targets")
    assert answer.status_code == 202, answer.text
    return int(answer.json()["complaints"])


async def fire(sla: ServiceUnderTest, page: int = 1000, times: int = 1000) -> None:
    assert sla.service.timers is not None
    with patch.object(walk_pages, "PAGE", page):
        for _ in range(times):
            if not await sla.service.timers.fire_once():
                break


async def behind(sla: ServiceUnderTest) -> int:
    """How many promises still have the former version."""
    return len(await sla.rows("SELECT 1 FROM promise WHERE policy_version = 'older'"))


async def time_for_the_last_look(sla: ServiceUnderTest) -> None:
    await change(sla, f"UPDATE swapping SET goes_on_at = goes_on_at - interval '{LAST_LOOK}'")
    await change(sla, f"UPDATE timer SET due_at = due_at - interval '{LAST_LOOK}' WHERE kind = 'swap-pages'")


async def each_is_swapped_once(sla: ServiceUnderTest, ids: list[UUID]) -> None:
    assert await behind(sla) == 0
    await time_for_the_last_look(sla)
    await fire(sla, page=3)
    noted = await sla.rows("SELECT complaint_id FROM swap WHERE cause = 'POLICY'")
    assert sorted(row["complaint_id"] for row in noted) == sorted(ids)
    told = [one.complaint_id for one in await sla.said(PromiseRecomputed) if one.kind is SOLVE]
    assert sorted(told) == sorted(ids)
    assert await sla.rows("SELECT 1 FROM swapping") == []
    assert await sla.rows("SELECT 1 FROM timer WHERE armed AND kind LIKE 'swap%'") == []


async def test_2_4_ordering_it_arms_one_timer_however_much_is_open(sla: ServiceUnderTest) -> None:
    ids = await promised_before(sla, 5)
    before = await sla.rows("SELECT id FROM timer")
    assert await order(sla) == 5
    assert len(await sla.rows("SELECT id FROM timer")) == len(before) + 1
    assert await behind(sla) == 20
    await fire(sla, page=3)
    await each_is_swapped_once(sla, ids)
    assert await order(sla) == 0


@WITH_PROCESSES
@pytest.mark.parametrize("point", ["timers_claimed", "timers_told", "after_commit"])
async def test_2_4_it_goes_on_after_a_kill_where_it_was(sla: ServiceUnderTest, point: str) -> None:
    ids = await promised_before(sla, 4)
    await order(sla)
    assert await fire_in_a_process(sla, crash_at=f"{point}:2", batch=4) == KILLED
    assert 0 < await behind(sla) < 16
    await fire(sla)
    await each_is_swapped_once(sla, ids)


@WITH_PROCESSES
async def test_2_4_two_replicas_swap_each_complaint_once(sla: ServiceUnderTest) -> None:
    ids = await promised_before(sla, 5)
    await order(sla)
    assert await asyncio.gather(*(fire_in_a_process(sla, batch=3) for _ in range(2))) == [0, 0]
    await fire(sla)
    await each_is_swapped_once(sla, ids)


async def test_2_4_a_complaint_that_somebody_works_on_has_its_turn_when_it_is_free(
    sla: ServiceUnderTest,
) -> None:
    busy, *others = await promised_before(sla, 3)
    await order(sla)
    async with sla.service.unit_of_work.begin(str(busy)):
        await fire(sla, page=2)
        assert await behind(sla) == 4
    await fire(sla)
    await each_is_swapped_once(sla, [busy, *others])


async def test_2_4_what_is_late_keeps_its_promise_and_is_noted_once_whatever_the_page(
    sla: ServiceUnderTest,
) -> None:
    await promised_before(sla, 2)
    await change(sla, "UPDATE promise SET broken_at = now() WHERE kind IN ('ACK', 'SOLVE')")
    await order(sla)
    await fire(sla, page=1)
    assert await behind(sla) == 4
    assert len(await sla.rows("SELECT 1 FROM swap")) == 2


async def test_2_4_what_was_still_promised_by_the_former_policy_meanwhile_is_found_at_the_last_look(
    sla: ServiceUnderTest,
) -> None:
    """A complaint that came meanwhile, and a new promise to one that was swapped; what is late is left as it is."""
    swapped, late = await promised_before(sla, 2)
    await change(
        sla, f"UPDATE promise SET broken_at = now() WHERE complaint_id = '{late}' AND kind = 'SOLVE'"
    )
    await order(sla)
    await fire(sla)
    new = uuid4()
    await sla.hears(complaint_received(new), resolved(swapped), reopened(swapped))
    await change(sla, f"{OLDER} WHERE complaint_id = '{new}' OR round = 2")
    await fire(sla)
    assert await behind(sla) == 6
    await time_for_the_last_look(sla)
    await fire(sla, page=2)
    assert await behind(sla) == 1
    noted = await sla.rows("SELECT complaint_id FROM swap WHERE cause = 'POLICY'")
    assert Counter(row["complaint_id"] for row in noted) == {swapped: 2, late: 1, new: 1}
    assert await sla.rows("SELECT 1 FROM swapping") == []
    assert await sla.rows("SELECT 1 FROM timer WHERE armed AND kind LIKE 'swap%'") == []


async def test_2_4_a_replica_that_does_not_know_the_version_yet_leaves_the_page_to_one_that_does(
    sla: ServiceUnderTest,
) -> None:
    ids = await promised_before(sla, 2)
    await order(sla)
    await change(sla, "UPDATE swapping SET version = 'newer'")
    await fire(sla)
    assert await behind(sla) == 8
    await change(sla, f"UPDATE swapping SET ordered_at = ordered_at - interval '{KNOWN_BY_THEN}'")
    await change(sla, "UPDATE timer SET due_at = now() WHERE armed AND kind = 'swap-pages'")
    await fire(sla)
    assert await behind(sla) == 0
    assert len(await sla.rows("SELECT 1 FROM swap")) == len(ids)
