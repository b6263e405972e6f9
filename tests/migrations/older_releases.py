"""Databases as older releases left them, with rows in the tables and columns of then."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.command.registry import create_service
from shared.runtime.database import alembic_config, create_engine
from shared.runtime.embedded import EmbeddedPostgres
from tests.postgres_fixture import drop_database, fresh_database
from tests.service_under_test import NoLog, ServiceUnderTest

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[str, list[Row]]
MakeUp: TypeAlias = Callable[[str, Mapping[str, str]], list[Row]]
"""Rows for a table with these columns, each with its type."""

_COLUMNS = """
    SELECT table_name, column_name, udt_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version' AND is_generated = 'NEVER'
    ORDER BY table_name, ordinal_position
"""


def revisions(service: str) -> list[str]:
    """Every revision of a service's tables, the oldest first."""
    script = ScriptDirectory.from_config(alembic_config(service))
    return [revision.revision for revision in script.walk_revisions()][::-1]


async def rows_of(engine: AsyncEngine) -> Rows:
    """Everything that a database holds, by table, each row as JSON."""
    found: Rows = {}
    async with engine.connect() as connection:
        for table in await _tables(connection.run_sync):
            rows = await connection.execute(text(f'SELECT to_jsonb(t) FROM "{table}" t'))
            found[table] = [row for (row,) in rows]
    return found


class OlderRelease:
    """The database of a service that goes from its first revision to the newest one, and what was put into it."""

    def __init__(self, engine: AsyncEngine, url: str, service: str) -> None:
        self.url = url
        self.put: Rows = {}
        self._engine = engine
        self._service = service

    async def grow(self, make_up: MakeUp) -> None:
        """Take it from revision to revision; whatever tables one brings, and leaves empty, are filled at once."""
        for revision in revisions(self._service):
            await self._upgrade(revision)
            await self._fill(make_up)

    async def upgrade(self, since: str, make_up: MakeUp) -> None:
        """Fill it as a release of this revision left it, and take it to the newest one."""
        await self._upgrade(since)
        await self._fill(make_up)
        async with self._engine.begin() as connection:
            for table, columns in (await _tables(connection.run_sync)).items():
                await _count_on(connection, table, columns)
        await self._upgrade("head")

    async def rows(self) -> Rows:
        """What it holds now."""
        return await rows_of(self._engine)

    async def _fill(self, make_up: MakeUp) -> None:
        async with self._engine.begin() as connection:
            for table, columns in (await _tables(connection.run_sync)).items():
                if table not in self.put:
                    self.put[table] = await _fill(connection, table, columns, make_up)

    async def _upgrade(self, revision: str) -> None:
        config = alembic_config(self._service)

        def upgrade(connection: Connection) -> None:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

        async with self._engine.begin() as connection:
            await connection.run_sync(upgrade)


@asynccontextmanager
async def older_release(server: EmbeddedPostgres, service: str) -> AsyncIterator[OlderRelease]:
    """An empty database, before a service's first revision."""
    url = await fresh_database(server)
    engine = create_engine(url, application="tests")
    try:
        yield OlderRelease(engine, url, service)
    finally:
        await engine.dispose()


@asynccontextmanager
async def upgraded(
    server: EmbeddedPostgres, today: ServiceUnderTest, since: str, not_yet: Sequence[str] = ()
) -> AsyncIterator[ServiceUnderTest]:
    """The service on what a release of this revision kept of what it knows; timers that it had `not_yet` are left out."""
    held = await rows_of(today.engine)
    held["timer"] = [timer for timer in held["timer"] if timer["kind"] not in not_yet]
    name = today.service.name
    async with older_release(server, name) as older:
        await older.upgrade(since, lambda table, _: held.get(table, []))
        settings = today.service.settings.model_copy(update={"database_url": older.url})
        service = ServiceUnderTest(create_service(name, settings, NoLog()))
        yield service
        await service.close()
    await drop_database(server, older.url)


def lost(put: Rows, found: Rows) -> list[str]:
    """What was put in and is not there any more, or says something else; columns that are gone do not count."""
    return [
        f"{table}: {row}"
        for table, rows in put.items()
        for row in rows
        if not any(_same(row, other) for other in found.get(table, ()))
    ]


def _same(row: Row, other: Row) -> bool:
    return all(other[name] == value for name, value in row.items() if name in other)


async def _fill(connection: Any, table: str, columns: Mapping[str, str], make_up: MakeUp) -> list[Row]:
    """Put rows into a table that is empty; returns them with the columns that it has."""
    rows = [{name: row[name] for name in columns if name in row} for row in make_up(table, columns)]
    [(full,)] = await connection.execute(text(f'SELECT EXISTS (SELECT FROM "{table}")'))
    if full or not rows:
        return []
    await connection.execute(
        text("SET LOCAL session_replication_role = replica")
    )  # whatever order tables have
    names = ", ".join(f'"{name}"' for name in rows[0])
    await connection.execute(
        text(
            f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE'
            f' SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", CAST(:rows AS jsonb))'
        ),
        {"rows": json.dumps(rows)},
    )
    kept = await connection.execute(text(f'SELECT to_jsonb(t) FROM "{table}" t'))
    return [{name: row[name] for name in rows[0]} for (row,) in kept]


async def _count_on(connection: Any, table: str, columns: Mapping[str, str]) -> None:
    """Let what the database numbers be numbered from the last one on."""
    for column in (name for name, kind in columns.items() if kind == "int8"):
        await connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), max(\"{column}\"))"
                f' FROM "{table}" HAVING max("{column}") IS NOT NULL'
            )
        )


async def _tables(run_sync: Callable[..., Any]) -> dict[str, dict[str, str]]:
    def read(connection: Connection) -> Sequence[Any]:
        return connection.execute(text(_COLUMNS)).all()

    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in await run_sync(read):
        tables.setdefault(table, {})[column] = kind
    return tables
