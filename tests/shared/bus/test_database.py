"""A service's connections: used again, given to who waits, replaced when they died, whole after an error."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.bus.database import Database, fetch
from shared.bus.statement import Statement
from tests.waiting import eventually

ME = Statement("SELECT pg_backend_pid()")
LONG = Statement("SELECT pg_sleep(60)")
SLEEPING = Statement(
    """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()
    """
)
WRONG = Statement("SELECT 1 / 0")
END = Statement("SELECT pg_terminate_backend(:pid, 5000)")


@pytest.fixture
async def one_connection(fresh_database_url: str) -> AsyncIterator[Database]:
    database = Database(fresh_database_url, application="tests", pool_size=1)
    yield database
    await database.close()


async def backend(database: Database) -> int:
    [[pid]] = await database.fetch(ME, {})
    return int(pid)


async def test_a_connection_is_used_again(one_connection: Database) -> None:
    assert await backend(one_connection) == await backend(one_connection)


async def test_who_waits_for_a_connection_gets_the_next_that_is_free(one_connection: Database) -> None:
    first = await backend(one_connection)
    async with one_connection.connection():
        waiting = [asyncio.create_task(backend(one_connection)) for _ in range(5)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
    assert await asyncio.gather(*waiting) == [first] * 5


async def test_a_connection_that_the_server_ended_while_it_was_at_hand_is_replaced(
    one_connection: Database, fresh_database_url: str
) -> None:
    first = await backend(one_connection)
    other = Database(fresh_database_url, application="tests")
    await other.fetch(END, {"pid": first})
    await other.close()
    async with asyncio.timeout(5):  # until the end has come through
        while True:
            try:
                assert await backend(one_connection) != first
                break
            except (asyncpg.PostgresError, asyncpg.InterfaceError):
                continue


async def test_a_wrong_statement_leaves_the_connection_usable(one_connection: Database) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await one_connection.fetch(WRONG, {})
    assert await backend(one_connection)


async def test_who_is_cancelled_in_the_middle_of_a_statement_leaves_no_harm(
    one_connection: Database, fresh_database_url: str
) -> None:
    running = asyncio.create_task(one_connection.fetch(LONG, {}))
    other = Database(fresh_database_url, application="tests")
    await eventually(lambda: other.fetch(SLEEPING, {}))
    await other.close()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(5):
        assert await backend(one_connection)


async def test_a_closed_pool_opens_anew_at_its_next_use(one_connection: Database) -> None:
    first = await backend(one_connection)
    async with asyncio.timeout(5):
        await one_connection.close()
    assert await backend(one_connection) != first


async def test_two_at_a_time_have_two_connections(fresh_database_url: str) -> None:
    database = Database(fresh_database_url, application="tests", pool_size=2)
    async with database.connection() as one, database.connection() as other:
        assert (await fetch(one, ME, {})) != (await fetch(other, ME, {}))
    async with database.connection() as one, database.connection() as other:
        assert one is not other
    await database.close()
