"""Open promises are counted again page by page when their calendar changes: all, each once, whatever stops it (CAL-6)."""

import asyncio
from collections import Counter
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.sla import walk_pages
from services.sla.walk_pages import LAST_LOOK
from shared.events.sla import PromiseRecomputed
from tests.builders import complaint_received, now
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import SPRING_FESTIVAL, a_week
from .promised import ACK, SOLVE, told_about
from .test_calendars_kept import IN_CALENDAR, at, put
from .test_watching_survives import KILLED, WITH_PROCESSES, fire_in_a_process

CHANGED = SPRING_FESTIVAL | {"holidays": {"2126-03-04": "new"}, "published_through": None}
CHANGED_AGAIN = SPRING_FESTIVAL | {"holidays": {"2126-03-05": "newer"}, "published_through": None}


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def complaints(sla: ServiceUnderTest, number: int) -> list[UUID]:
    """So many complaints, each with three promises in the calendar."""
    ids = [uuid4() for _ in range(number)]
    await sla.hears(*(complaint_received(one, received_at=at("2126-03-01T16:00")) for one in ids))
    return ids


async def fire(sla: ServiceUnderTest, page: int = 1000, times: int = 1000) -> None:
    assert sla.service.timers is not None
    with patch.object(walk_pages, "PAGE", page):
        for _ in range(times):
            if not await sla.service.timers.fire_once():
                break


async def versions(sla: ServiceUnderTest) -> dict[int, int]:
    """How many promises count in which version of the calendar."""
    rows = await sla.rows("SELECT calendar_version FROM promise WHERE calendar IS NOT NULL")
    return dict(Counter(row["calendar_version"] for row in rows))


async def change(sla: ServiceUnderTest, sql: str) -> None:
    async with sla.engine.begin() as connection:
        await connection.execute(text(sql))


async def time_for_the_last_look(sla: ServiceUnderTest) -> None:
    await change(sla, f"UPDATE recount SET goes_on_at = goes_on_at - interval '{LAST_LOOK}'")
    await change(sla, f"UPDATE timer SET due_at = due_at - interval '{LAST_LOOK}' WHERE kind = 'recount'")


async def each_is_told_once(sla: ServiceUnderTest, promises: int, version: int = 2) -> None:
    told = [event for event in await sla.said(PromiseRecomputed) if event.calendar_version == version]
    assert len({event.promise_id for event in told}) == len(told) == promises
    for row in await sla.rows("SELECT subject, published FROM stream WHERE subject <> 'calendars'"):
        about = [event for event in await sla.said() if event.subject == row["subject"]]
        assert row["published"] == len(about)


@WITH_PROCESSES
@pytest.mark.parametrize("passage", [1, 3])
@pytest.mark.parametrize("point", ["timers_claimed", "timers_told", "after_commit"])
async def test_cal_6_counting_again_goes_on_after_a_kill_where_it_was(
    sla: ServiceUnderTest, point: str, passage: int
) -> None:
    await complaints(sla, 3)
    await put(sla, "cn-default", CHANGED)
    assert await fire_in_a_process(sla, crash_at=f"{point}:{passage}", batch=2) == KILLED
    done = passage if point == "after_commit" else passage - 1
    assert (await versions(sla)).get(2, 0) == 2 * done
    await fire(sla)
    assert await versions(sla) == {2: 9}
    await each_is_told_once(sla, 9)


@WITH_PROCESSES
async def test_cal_6_two_replicas_count_each_promise_again_once(sla: ServiceUnderTest) -> None:
    await complaints(sla, 4)
    await put(sla, "cn-default", CHANGED)
    assert await asyncio.gather(*(fire_in_a_process(sla, batch=2) for _ in range(2))) == [0, 0]
    await fire(sla)
    assert await versions(sla) == {2: 12}
    await each_is_told_once(sla, 12)


async def test_cal_6_ordering_it_changes_one_timer_however_many_promises_are_open(
    sla: ServiceUnderTest,
) -> None:
    await complaints(sla, 5)
    before = await sla.rows("SELECT id, generation FROM timer")
    assert (await put(sla, "cn-default", CHANGED))["promises_recomputed"] == 15
    assert len(await sla.rows("SELECT id, generation FROM timer")) == len(before) + 1
    assert await versions(sla) == {1: 15}


async def test_cal_6_a_promise_that_somebody_works_on_is_counted_when_it_is_free(
    sla: ServiceUnderTest,
) -> None:
    busy, *_ = await complaints(sla, 3)
    await put(sla, "cn-default", CHANGED)
    async with sla.service.unit_of_work.begin(str(busy)):
        await fire(sla, page=2)
        assert await versions(sla) == {1: 3, 2: 6}
    await fire(sla)
    assert await versions(sla) == {2: 9}
    await each_is_told_once(sla, 9)


async def test_cal_6_a_calendar_that_changes_again_meanwhile_is_gone_through_from_the_beginning(
    sla: ServiceUnderTest,
) -> None:
    await complaints(sla, 3)
    await put(sla, "cn-default", CHANGED)
    await fire(sla, page=2, times=2)
    assert await versions(sla) == {1: 5, 2: 4}
    await put(sla, "cn-default", CHANGED_AGAIN)
    await fire(sla, page=2)
    assert await versions(sla) == {3: 9}


async def test_cal_6_two_calendars_that_change_are_both_gone_through(sla: ServiceUnderTest) -> None:
    await put(
        sla, "branch", {"zone": "Asia/Urumqi", "week": a_week(["10:00-19:00"]), "holidays_of": "cn-default"}
    )
    await complaints(sla, 2)
    await change(sla, "UPDATE promise SET calendar = 'branch' WHERE kind = 'SOLVE'")
    await put(sla, "cn-default", CHANGED)
    await fire(sla, page=3)
    assert await versions(sla) == {2: 6}


async def test_cal_6_who_still_made_promises_in_the_former_version_is_found_at_the_last_look(
    sla: ServiceUnderTest,
) -> None:
    await complaints(sla, 2)
    await put(sla, "cn-default", CHANGED)
    await fire(sla)
    await complaints(sla, 1)
    await change(
        sla,
        "UPDATE promise SET calendar_version = 1 WHERE calendar IS NOT NULL AND promise_id IN"
        " (SELECT promise_id FROM promise ORDER BY promise_id DESC LIMIT 4)",
    )  # as if begun before
    await fire(sla)
    assert await versions(sla) == {1: 3, 2: 6}
    await time_for_the_last_look(sla)
    await fire(sla, page=2)
    assert await versions(sla) == {2: 9}
    assert await sla.rows("SELECT 1 FROM recount") == []
    assert await sla.rows("SELECT 1 FROM timer WHERE armed AND kind = 'recount'") == []


async def test_cal_6_a_rung_and_a_new_due_time_of_one_moment_are_both_told_and_nothing_is_lost(
    sla: ServiceUnderTest,
) -> None:
    always = a_week(["00:00-24:00"], ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    await put(sla, "cn-default", {"zone": "UTC", "week": always})
    complaint_id = uuid4()
    await sla.hears(complaint_received(complaint_id, received_at=now() - timedelta(hours=6)))
    rest: dict[str, list[str]] = {(now() + timedelta(days=day)).date().isoformat(): [] for day in range(25)}
    await put(sla, "cn-default", {"zone": "UTC", "week": always, "days": rest})
    await fire(sla)
    assert await told_about(sla, ACK, complaint_id) == ["made", "broken", "L1"]
    assert await told_about(sla, SOLVE, complaint_id) == ["made", "W1", "moved"]
    await each_is_told_once(sla, len(await sla.said(PromiseRecomputed)), version=3)
    armed = await sla.rows(
        "SELECT t.due_at > now() AS ahead FROM timer t JOIN promise p ON p.promise_id = t.id"
        " WHERE t.armed AND p.next_rung IS NOT NULL"
    )
    assert armed
    assert all(row["ahead"] for row in armed)


async def test_cal_6_what_a_change_does_not_move_is_neither_told_nor_armed_again(
    sla: ServiceUnderTest,
) -> None:
    await complaints(sla, 3)
    before = await sla.rows("SELECT id, due_at, generation FROM timer WHERE kind = 'promise' ORDER BY id")
    far_away = {"holidays": {"2126-11-04": "far away"}, "published_through": None}
    await put(sla, "cn-default", SPRING_FESTIVAL | {"published_through": None})
    await fire(sla)
    await put(sla, "cn-default", SPRING_FESTIVAL | far_away)
    told = len(await sla.said(PromiseRecomputed))
    assert await versions(sla) == {2: 9}
    await fire(sla)
    assert await versions(sla) == {3: 9}
    assert len(await sla.said(PromiseRecomputed)) == told
    assert (
        await sla.rows("SELECT id, due_at, generation FROM timer WHERE kind = 'promise' ORDER BY id")
        == before
    )


async def test_cal_6_what_else_a_change_makes_of_a_target_is_kept_with_its_new_due_time(
    sla: ServiceUnderTest,
) -> None:
    await complaints(sla, 1)
    shorter = a_week(["10:00-12:00", "14:00-17:00"])
    await put(
        sla, "cn-default", {"zone": "Asia/Shanghai", "week": shorter, "published_through": "2126-03-02"}
    )
    await fire(sla)
    rows = {row["kind"]: row for row in await sla.rows("SELECT * FROM promise WHERE calendar IS NOT NULL")}
    assert rows["UPDATE"]["target_seconds"] == 10 * 3600, "two of the shorter days"
    assert rows["SOLVE"]["target_seconds"] == 10 * 3600
    assert all(row["provisional"] for row in rows.values())
