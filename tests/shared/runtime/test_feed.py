"""The feed for systems outside: in order, resumable, waiting for news, honest about what is gone."""

import asyncio
from uuid import uuid4

from sqlalchemy import text

from tests.builders import complaint_received
from tests.service_under_test import ServiceUnderTest, StartService


async def with_events(start_service: StartService, count: int) -> ServiceUnderTest:
    """A service whose journal holds `count` events, moved there by its own relay."""
    service = await start_service("feedback")
    for _ in range(count):
        complaint = uuid4()
        async with service.service.unit_of_work.begin(str(complaint)) as tx:
            tx.publish(complaint_received(complaint))
    async with service.engine.begin() as connection:
        await connection.execute(
            text(
                "WITH moved AS (DELETE FROM outbox RETURNING *) INSERT INTO journal (id, subject, type, headers, value)"
                " SELECT id, subject, type, headers, value FROM moved ORDER BY position"
            )
        )
    return service


async def test_a_reader_gets_every_event_once_in_pages(start_service: StartService) -> None:
    service = await with_events(start_service, 5)
    seen, after = [], 0
    while page := (await service.client.get(f"/feedback/v1/events?after={after}&limit=2")).json():
        if not page["events"]:
            break
        seen += page["events"]
        after = page["next"]
    assert [event["position"] for event in seen] == [1, 2, 3, 4, 5]
    assert seen[0]["specversion"] == "1.0"
    assert "reply_to" not in seen[0]["data"]


async def test_a_reader_that_waits_is_answered_when_something_comes(start_service: StartService) -> None:
    service = await with_events(start_service, 1)
    waiting = asyncio.create_task(service.client.get("/feedback/v1/events?after=1&wait=10"))
    await asyncio.sleep(0)
    async with service.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO journal (id, subject, type, headers, value)"
                " SELECT id, subject, type, headers, value FROM journal"
            )
        )
    answer = await asyncio.wait_for(waiting, 5)
    assert [event["position"] for event in answer.json()["events"]] == [2]


async def test_a_reader_that_waits_in_vain_is_answered_in_time(start_service: StartService) -> None:
    service = await with_events(start_service, 0)
    answer = await service.client.get("/feedback/v1/events?wait=0.2")
    assert answer.json() == {"events": [], "next": 0}


async def test_long_polls_end_when_the_service_drains(start_service: StartService) -> None:
    service = await with_events(start_service, 0)
    waiting = asyncio.create_task(service.client.get("/feedback/v1/events?wait=30"))
    await asyncio.sleep(0)
    service.service.begin_drain()
    assert (await asyncio.wait_for(waiting, 5)).status_code == 200


async def test_a_cursor_older_than_what_is_kept_is_told_where_to_go_on(start_service: StartService) -> None:
    service = await with_events(start_service, 5)
    async with service.engine.begin() as connection:
        await connection.execute(text("DELETE FROM journal WHERE position <= 3"))
    gone = await service.client.get("/feedback/v1/events?after=1")
    assert gone.status_code == 410
    assert "4" in gone.json()["detail"]
    from_the_start = await service.client.get("/feedback/v1/events?after=3")
    assert [event["position"] for event in from_the_start.json()["events"]] == [4, 5]
