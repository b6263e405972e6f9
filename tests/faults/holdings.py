"""Reads from every service's database what the checker wants to know."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.command.registry import SERVICES
from shared.bus.cloudevents import glance
from shared.bus.headers import unpack
from shared.runtime.database import create_engine

from .checker import Holdings, Place

HEARS = {
    "intake": frozenset({"routing", "sla", "notify", "feedback", "marketing"}),
    "routing": frozenset({"intake", "sla", "feedback"}),
    "sla": frozenset({"intake", "routing", "notify"}),
    "notify": frozenset({"intake", "routing", "sla", "feedback"}),
    "feedback": frozenset({"intake", "routing"}),
    "marketing": frozenset({"intake", "routing", "feedback"}),
}


async def read_holdings(urls: Mapping[str, str]) -> Holdings:
    """Read all databases. The services may be running, but should have come to rest."""
    engines = {name: create_engine(urls[name], application="checker", pool_size=1) for name in SERVICES}
    try:
        return Holdings(
            contacts=[
                (row[0], str(row[1]))
                for row in await _rows(engines["intake"], "contact_key, complaint_id", "contact")
            ],
            complaints={
                name: [str(row[0]) for row in await _rows(engine, "complaint_id", "complaint")]
                for name, engine in engines.items()
            },
            promises=[
                (str(r[0]), f"{r[1]} {r[2]}".strip(), r[3])
                for r in await _rows(engines["sla"], "complaint_id, kind, clock, round", "promise")
            ],
            intents=[
                (str(r[0]), r[1], r[2], r[3], r[4])
                for r in await _rows(engines["notify"], "complaint_id, kind, role, told_of, state", "intent")
            ],
            journals={name: await _journal(engine) for name, engine in engines.items()},
            applied={
                name: {
                    row[0]: json.loads(row[1])
                    for row in await _rows(engine, "subject, CAST(applied AS text)", "stream")
                }
                for name, engine in engines.items()
            },
            hears=HEARS,
            outbox={name: len(await _rows(engine, "position", "outbox")) for name, engine in engines.items()},
            held={name: len(await _rows(engine, "subject", "held")) for name, engine in engines.items()},
        )
    finally:
        for engine in engines.values():
            await engine.dispose()


async def _rows(engine: AsyncEngine, columns: str, table: str) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(f"SELECT {columns} FROM {table}"))]


async def _journal(engine: AsyncEngine) -> list[Place]:
    rows = await _rows(engine, "id, headers", "(SELECT * FROM journal ORDER BY position) j")
    places = []
    for event_id, headers in rows:
        seen = glance(unpack(str(headers)))
        places.append(Place(seen.subject, seen.sequence, str(event_id)))
    return places
