"""The same transactions for paths where every microsecond counts: statements go to the driver directly.

SQLAlchemy costs three times what the driver does for a statement, and more for BEGIN and COMMIT. The promises are
those of UnitOfWork, and the errors are asyncpg's own.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from . import crash_points
from .unit_of_work import SAVE, Transaction, UnitOfWork

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class QuickStatement:
    """A statement with named parameters, in the driver's form."""

    def __init__(self, statement: TextClause) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.names = tuple(getattr(compiled, "positiontup", None) or ())


_SAVE = QuickStatement(SAVE)


class QuickTransaction(Transaction):
    """A transaction whose statements go to the driver; `connection` is the same session, for what is rare."""

    def __init__(self, connection: AsyncConnection, driver: asyncpg.Connection) -> None:
        super().__init__(connection)
        self._driver = driver

    async def fetch(self, statement: QuickStatement, values: Mapping[str, Any]) -> list[asyncpg.Record]:
        """The rows of a statement."""
        rows: list[asyncpg.Record] = await self._driver.fetch(
            statement.sql, *[values[name] for name in statement.names]
        )
        return rows

    async def save(self) -> bool:
        """Write the streams and the outgoing events in one statement; true if any event was written."""
        values = self.unsaved()
        if values:
            await self.fetch(_SAVE, values)
        return bool(values and values["ids"])


class QuickUnitOfWork(UnitOfWork):
    """Opens quick transactions on the engine's pool."""

    def __init__(self, engine: AsyncEngine, wake_relay: Callable[[], None] = lambda: None) -> None:
        super().__init__(engine, wake_relay)
        self._plain = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin_quickly(self) -> AsyncIterator[QuickTransaction]:
        """A transaction without locked subjects; commits on leaving, rolls back on any exception."""
        async with self._plain.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            try:
                await driver.execute("BEGIN")
                tx = QuickTransaction(connection, driver)
                yield tx
                left_events = await tx.save()
                await driver.execute("COMMIT")
            except BaseException:
                await _abandon(connection, driver)
                raise
            crash_points.reached("after_commit")
        if left_events:
            self._wake_relay()
        tx.committed()


async def _abandon(connection: AsyncConnection, driver: asyncpg.Connection) -> None:
    """Give back a connection that is clean, or none."""
    try:
        if not driver.is_closed():
            await driver.execute("ROLLBACK")
            return
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        pass
    await connection.invalidate()
