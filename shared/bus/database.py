"""One service's connections to its own database: statements go straight to the driver.

SQLAlchemy describes tables and migrates them; on the way of a request or an event it costs three times what the
statement does (decision 0009).
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic_core import from_json, to_json

from .statement import Statement

POOL_SIZE = 8
CONNECT_WITHIN, ANSWER_WITHIN, FREE_WITHIN = 10.0, 60.0, 5.0

Connection: TypeAlias = PoolConnectionProxy
Row: TypeAlias = Any
"""A row of a result: by name, by position, or unpacked."""


class Database:
    """A pool of at most `pool_size` connections to `url`; a connection that died is replaced at its next use.

    A connection that comes back in order is kept at hand for the next one, unless somebody waits: giving it back to
    the driver's pool makes a task each time, which costs more than a statement (decision 0009). jsonb is Python
    data on both ways. Errors are asyncpg's own; TimeoutError if no connection is free in time.
    """

    def __init__(self, url: str, *, application: str, pool_size: int = POOL_SIZE) -> None:
        self._dsn = url.replace("postgresql+asyncpg:", "postgresql:", 1)
        self._settings = {"application_name": application, "timezone": "UTC", "jit": "off"}
        self._size = pool_size
        self._pool: asyncpg.Pool | None = None
        self._at_hand: list[Connection] = []
        self._waiting = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for one task at a time; whoever opens a transaction on it also ends it."""
        pool = await self._opened()
        connection = await self._take(pool)
        try:
            yield connection
        except BaseException:
            await pool.release(connection)  # whatever it is in the middle of
            raise
        if self._waiting or self._pool is not pool:
            await pool.release(connection)
        else:
            self._at_hand.append(connection)

    async def _take(self, pool: asyncpg.Pool) -> Connection:
        while self._at_hand:
            connection = self._at_hand.pop()
            if _is_open(connection):
                return connection
            await pool.release(connection)
        self._waiting += 1
        try:
            return await pool.acquire(timeout=FREE_WITHIN)
        finally:
            self._waiting -= 1

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """The rows of one statement, which is a transaction of its own."""
        async with self.connection() as connection:
            return await fetch(connection, statement, values)

    async def close(self) -> None:
        """Release the connections; those in use first come back. The next use opens new ones."""
        pool, self._pool = self._pool, None
        at_hand, self._at_hand = self._at_hand, []
        if pool is not None:
            for connection in at_hand:
                await pool.release(connection)
            await pool.close()

    async def _opened(self) -> asyncpg.Pool:
        if self._pool is None:
            self._pool = pool = asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=self._size,
                max_queries=2**31,
                max_inactive_connection_lifetime=0,
                max_cached_statement_lifetime=0,
                timeout=CONNECT_WITHIN,
                command_timeout=ANSWER_WITHIN,
                server_settings=self._settings,
                init=_speak_json,
                reset=_leave_as_it_is,
            )
            await pool  # connects to nothing yet, so nobody else comes in between
        return self._pool


async def fetch(connection: Connection, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
    """The rows of a statement on a connection at hand."""
    return list(await connection.fetch(statement.sql, *[values[name] for name in statement.names]))


def end(connection: Connection) -> None:
    """End a connection at once, whatever it is doing; one that the server ended has gone from the pool already."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


def _is_open(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # the server ended it, and the pool knows
        return False


async def _speak_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda data: to_json(data).decode(), decoder=from_json
    )


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Nobody here changes a session, so there is nothing to reset and no question to the server is needed."""
