"""Many contacts at once, on one process or two, with a database that fails: each key is one complaint or none."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from shared.bus import crash_points
from shared.bus.group_commit import GroupCommit
from shared.events.intake import ComplaintReceived, ContactAttached
from tests.service_under_test import ServiceUnderTest
from tests.waiting import eventually

from .doors import another_process, post

AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON complaint DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION at_commit();
"""
GATE = 4711


@asynccontextmanager
async def visitor(intake: ServiceUnderTest) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else to the same database."""
    assert intake.service.settings.database_url is not None
    connection = await asyncpg.connect(intake.service.settings.database_url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def somebody_waits_for_a_lock(other: asyncpg.Connection) -> int | None:
    """The process id of a server process of intake's that waits for a lock."""
    found: int | None = await other.fetchval(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return found


async def stored(intake: ServiceUnderTest) -> tuple[int, int, int]:
    """How many contacts, complaints and outgoing events there are."""
    [row] = await intake.rows(
        "SELECT (SELECT count(*) FROM contact) AS contacts, (SELECT count(*) FROM complaint) AS complaints,"
        " (SELECT count(*) FROM outbox) AS events"
    )
    return (row["contacts"], row["complaints"], row["events"])


async def test_the_answer_leaves_after_the_commit(intake: ServiceUnderTest) -> None:
    async with visitor(intake) as other:
        await other.execute(AT_COMMIT.format(action=f"PERFORM pg_advisory_xact_lock({GATE})"))
        await other.execute(f"SELECT pg_advisory_lock({GATE})")
        answer = asyncio.create_task(post(intake))
        await eventually(lambda: somebody_waits_for_a_lock(other))
        assert not answer.done()
        assert await stored(intake) == (0, 0, 0)
        await other.execute(f"SELECT pg_advisory_unlock({GATE})")
        assert (await answer).status_code == 201
        assert await stored(intake) == (1, 1, 1)


async def test_a_client_that_goes_away_does_not_lose_its_contact(intake: ServiceUnderTest) -> None:
    async with visitor(intake) as other:
        await other.execute(AT_COMMIT.format(action=f"PERFORM pg_advisory_xact_lock({GATE})"))
        await other.execute(f"SELECT pg_advisory_lock({GATE})")
        gone = asyncio.create_task(post(intake, contact_key="gone"))
        await eventually(lambda: somebody_waits_for_a_lock(other))
        gone.cancel()
        await other.execute(f"SELECT pg_advisory_unlock({GATE})")
    again = await post(intake, contact_key="gone")
    assert (again.status_code, again.json()["outcome"]) == (200, "already_known")
    assert await stored(intake) == (1, 1, 1)


async def test_a_connection_that_dies_before_the_commit_leaves_nothing_and_answers_503(
    intake: ServiceUnderTest,
) -> None:
    async with visitor(intake) as other:
        blocking = other.transaction()
        await blocking.start()
        await other.execute("INSERT INTO customer_key VALUES ('external:c1', gen_random_uuid())")
        answer = asyncio.create_task(post(intake, contact_key="k1", customer={"external_id": "c1"}))
        async with visitor(intake) as third:
            pid = await eventually(lambda: somebody_waits_for_a_lock(third))
            await third.execute("SELECT pg_terminate_backend($1)", pid)
        refused = await answer
        await blocking.rollback()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.headers["content-type"] == "application/problem+json"
    assert await stored(intake) == (0, 0, 0)
    assert (await post(intake, contact_key="k1")).status_code == 201


async def test_a_connection_that_dies_during_the_commit_answers_503_to_the_whole_batch(
    intake: ServiceUnderTest,
) -> None:
    async with visitor(intake) as other:
        await other.execute(AT_COMMIT.format(action="PERFORM pg_terminate_backend(pg_backend_pid())"))
        answers = await asyncio.gather(*[post(intake, contact_key=f"k{n}") for n in range(8)])
        assert {answer.status_code for answer in answers} == {503}
        assert await stored(intake) == (0, 0, 0)
        await other.execute("DROP TRIGGER at_commit ON complaint")
    again = await asyncio.gather(*[post(intake, contact_key=f"k{n}") for n in range(8)])
    assert {answer.status_code for answer in again} == {201}
    assert await stored(intake) == (8, 8, 8)


async def test_a_connection_that_dies_just_after_the_commit_answers_503_and_the_key_finds_the_complaint(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_point: str) -> None:
        raise ConnectionResetError("the answer to COMMIT was lost")

    with monkeypatch.context() as patched:
        patched.setattr(crash_points, "reached", cut)
        assert (await post(intake, contact_key="k1")).status_code == 503
    again = await post(intake, contact_key="k1")
    assert (again.status_code, again.json()["outcome"]) == (200, "already_known")
    assert await stored(intake) == (1, 1, 1)


async def test_a_contact_that_the_database_refuses_does_not_take_the_others_with_it(
    intake: ServiceUnderTest,
) -> None:
    async with visitor(intake) as other:
        await other.execute("ALTER TABLE contact ADD CHECK (text <> 'poison')")
    texts = ["fine", "poison", "fine", "fine"]
    results = await asyncio.gather(*[post(intake, text=text) for text in texts], return_exceptions=True)
    codes = [result.status_code for result in results if isinstance(result, httpx.Response)]
    assert codes.count(201) == 3
    assert await stored(intake) == (3, 3, 3)


async def test_rep_2_one_key_in_two_processes_at_the_same_time_is_one_complaint(
    intake: ServiceUnderTest,
) -> None:
    second = another_process(intake)
    try:
        posts = [
            post(process, contact_key=f"k{number}")
            for number in random.Random(1).sample(range(20), 20)
            for process in (intake, second, intake)
        ]
        answers = await asyncio.gather(*posts)
    finally:
        await second.close()
    assert sorted(answer.status_code for answer in answers) == [200] * 40 + [201] * 20
    assert len({answer.json()["receipt_number"] for answer in answers}) == 20
    assert await stored(intake) == (20, 20, 20)


async def test_processes_that_accept_shared_customers_in_any_order_do_not_wait_in_a_ring(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    fell_back: list[object] = []
    one_by_one = GroupCommit._settle_one_by_one

    async def noted(group: GroupCommit[object, object], batch: list[Any]) -> None:
        fell_back.append(batch)
        await one_by_one(group, batch)

    monkeypatch.setattr(GroupCommit, "_settle_one_by_one", noted)
    second, dice = another_process(intake), random.Random(2)
    try:
        for _ in range(6):
            customers = [
                {"external_id": f"c{dice.randrange(6)}", "phone": f"1380013800{dice.randrange(6)}"}
                for _ in range(40)
            ]
            posts = [
                post(
                    dice.choice((intake, second)),
                    customer=customer | {"marketing_consent": dice.random() < 0.5},
                )
                for customer in customers
            ]
            answers = await asyncio.gather(*posts)
            assert {answer.status_code for answer in answers} == {201}
    finally:
        await second.close()
    assert fell_back == []
    [row] = await intake.rows(
        "SELECT count(*) AS customers, count(DISTINCT external_id) AS ids FROM customer"
    )
    assert row == {"customers": 6, "ids": 6}


async def test_rep_1_two_like_contacts_of_one_customer_at_the_same_time_are_one_complaint(
    intake: ServiceUnderTest,
) -> None:
    second = another_process(intake)
    try:
        for number in range(10):
            customer = {"external_id": f"c{number}"}
            await asyncio.gather(post(intake, customer=customer), post(second, customer=customer))
    finally:
        await second.close()
    received = {event.complaint_id for event in await intake.said(ComplaintReceived)}
    attached = [event.complaint_id for event in await intake.said(ContactAttached)]
    assert len(received) == len(attached) == 10
    assert set(attached) == received
