"""What a service stored with an older release is there after every upgrade, and is shown through the same doors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.command.registry import SERVICES
from shared.runtime.embedded import EmbeddedPostgres
from tests.contracts.seeded import seed
from tests.postgres_fixture import drop_database
from tests.service_under_test import ServiceUnderTest, StartService

from .older_releases import Row, lost, older_release, revisions, upgraded

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).isoformat()
VALUES: Mapping[str, Any] = {
    "timestamptz": TIME,
    "date": "2026-01-02",
    "time": "03:04:05",
    "interval": "01:00:00",
    "bool": True,
    "bytea": "\\x00ff",
    "jsonb": [],
    "float8": 1.5,
    "numeric": 1.5,
    "_text": ["a"],
    "_uuid": [],
}


def made_up(_table: str, columns: Mapping[str, str]) -> list[Row]:
    """Two rows that differ in every word and number; one where a table holds a single one."""
    numbers = (1,) if "single" in columns else (1, 2)
    return [{name: _value(kind, number) for name, kind in columns.items()} for number in numbers]


def _value(kind: str, number: int) -> Any:
    if kind == "uuid":
        return str(UUID(int=number))
    if kind == "text":
        return f"word {number}"
    return VALUES.get(kind, number)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_row_survives_every_revision_since_its_table_exists(
    service: str, postgres_server: EmbeddedPostgres
) -> None:
    async with older_release(postgres_server, service) as older:
        await older.grow(made_up)
        assert len(older.put) > 5
        assert not lost(older.put, await older.rows())
    await drop_database(postgres_server, older.url)


def shown_before(under_test: ServiceUnderTest, known: dict[str, Any]) -> list[str]:
    """The doors that show what this service knows, with the ids that are known."""
    paths = under_test.service.app.openapi()["paths"]
    doors = [path for path, methods in paths.items() if "get" in methods]
    asked = [
        path.replace("{complaint_id}", known["complaint_id"]).replace(
            "{customer_id}", known.get("customer_id", "{")
        )
        for path in doors
    ]
    return [path for path in asked if "{" not in path]


@pytest.mark.parametrize("service", SERVICES)
async def test_what_was_known_before_is_shown_after_every_upgrade(
    service: str, start_service: StartService, postgres_server: EmbeddedPostgres
) -> None:
    today = await start_service(service)
    doors = shown_before(today, await seed(today))
    before = {path: (await today.client.get(path)).status_code for path in doors}
    async with upgraded(postgres_server, today, since=revisions(service)[-4:][0]) as later:
        after = {path: (await later.client.get(path)).status_code for path in doors}
    assert 200 in before.values()
    assert after == before
