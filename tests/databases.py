"""Databases of services for tests: migrated once per session, copied for every test."""

import importlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from shared.runtime.database import migrate
from shared.runtime.embedded import EmbeddedPostgres

from .postgres_fixture import drop_database, fresh_database

NewDatabase = Callable[[str], Coroutine[Any, Any, str]]


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    """Names of migrated databases by service, made on first use."""
    return {}


@pytest.fixture
async def new_database(
    postgres_server: EmbeddedPostgres, templates: dict[str, str]
) -> AsyncIterator[NewDatabase]:
    """Call it with a service's name for the address of a migrated database that is dropped after the test."""
    made: list[str] = []

    async def new(service: str) -> str:
        made.append(await migrated_database(postgres_server, templates, service))
        return made[-1]

    yield new
    for url in made:
        await drop_database(postgres_server, url)


async def migrated_database(server: EmbeddedPostgres, templates: dict[str, str], service: str) -> str:
    """The address of a new database with the tables of a service, for those who drop it themselves."""
    if service not in templates:
        importlib.import_module(f"services.{service}.tables")
        url = await fresh_database(server)
        await migrate(url, service)
        templates[service] = name_in(url)
    return await fresh_database(server, templates[service])


def name_in(url: str) -> str:
    """The name of the database in an address of `fresh_database`."""
    return url.partition("@/")[2].partition("?")[0]
