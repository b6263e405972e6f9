"""Fills sla's tables with open promises inside the server: millions in minutes, and gone with the stage."""

from typing import Any, NamedTuple

import asyncpg
from pydantic_core import to_json

from .watchers import plain

KINDS = 4
FRONTS = 20
HOURS = {"W1": 36, "L1": 72, "L3": 96}
TABLES = ("complaint", "stream", "promise", "timer")
_KEYS = """
    SELECT conrelid::regclass::text AS place, conname AS name, pg_get_constraintdef(oid) AS made
    FROM pg_constraint WHERE contype IN ('p', 'u') AND conrelid = ANY ($1::regclass[])
"""
_INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
    WHERE indrelid = ANY ($1::regclass[])
"""
_COMPLAINTS = """
    INSERT INTO complaint (complaint_id, severity, severity_rule, grade, repeat_index, received_at)
    SELECT uuidv7(make_interval(secs => n::float8 / $1::int - 86400)), 'S3', 'default', 'S', 1, now() - interval '1 day'
    FROM generate_series(1, $1::int) AS n
"""
_STREAMS = """
    INSERT INTO stream (subject, published, applied)
    SELECT complaint_id::text, 1, '{"intake": 1}' FROM complaint ORDER BY complaint_id
"""
# The results of some complaints have a level that is due; other levels lie weeks ahead.
_PROMISES = """
    INSERT INTO promise (promise_id, complaint_id, kind, round, starts_at, due_at, target_seconds, severity, cell,
        factor, policy_version, next_rung, calendar, calendar_version, begins_at, counted_by)
    SELECT uuidv7(), complaint_id, kind, 1, starts_at, starts_at + interval '72 hours', 259200, 'S3', 'S3×S', 1,
        'bench', CASE WHEN due_at IS NOT NULL THEN $3::text ELSE 'W1' END, $4::text,
        CASE WHEN $4::text IS NOT NULL THEN 1 END,
        CASE WHEN $4::text IS NOT NULL THEN starts_at END, $5::jsonb
    FROM (SELECT complaint_id, kind, due_at,
                 coalesce(due_at, now() + make_interval(secs => 86400 + n % 2000000)) AS starts_at
          FROM (SELECT complaint_id, n, kind, CASE WHEN kind = 'SOLVE' THEN $2::timestamptz + make_interval(
                    hours => way, secs => n % $7::int / 1e6) END AS due_at
                FROM (SELECT complaint_id, n, {way} AS way
                      FROM (SELECT complaint_id, row_number() OVER () AS n FROM complaint) AS numbered) AS those
                CROSS JOIN (VALUES ('ACK'), ('CONTACT'), ('UPDATE'), ('SOLVE')) AS kinds (kind)) AS with_kinds) AS given
"""
# Every `$1`-th complaint until so many are due.
_TOGETHER = "CASE WHEN n <= $1::int * $6::int AND n % $1::int = 0 THEN 0 END"
# An hour apart: first what came first, then what came at FRONTS times in turn, then every `$1`-th of all.
_THREE_WAYS = """CASE WHEN n % 4 = 0 AND n <= 4 * $6::int THEN 0
    WHEN n % 4 = 2 AND n % $7::int < 4 * $6::int / {fronts} THEN 1 WHEN n % $1::int = 1 THEN 2 END"""
_TIMERS = """
    INSERT INTO timer (id, kind, subject, due_at)
    SELECT promise_id, 'promise', complaint_id::text,
           starts_at + make_interval(hours => CASE next_rung WHEN 'L3' THEN 96 WHEN 'L1' THEN 72 ELSE 36 END)
    FROM promise
"""


class Stock(NamedTuple):
    """How many promises are open, and of how many a level is due: W1, L1 or L3, reached `due_in` seconds from now.

    With L3, the last one, a regulator's clock is laid.

    What came first is due first, so those that are due lie close together; in_three_ways: so many of these, so many
    that came at FRONTS times, as with targets of many lengths, and so many from all over what is open.
    """

    open: int
    due: int = 0
    level: str = "W1"
    due_in: float = 0.0
    calendar: str | None = None
    counted_by: dict[str, Any] | None = None
    in_three_ways: bool = False


async def fill(url: str, stock: Stock) -> None:
    """Put this stock into an empty, migrated database; keys and indexes are built after the rows."""
    connection = await asyncpg.connect(plain(url), command_timeout=None)
    try:
        await connection.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'; SET jit = off")
        made = await _take_off(connection)
        await _rows(connection, stock)
        for statement in made:
            await connection.execute(statement)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, stock: Stock) -> None:
    complaints = stock.open // KINDS
    hours = HOURS[stock.level]
    began = "SELECT clock_timestamp() + make_interval(secs => $1) - make_interval(hours => $2)"
    starts_at = await connection.fetchval(began, stock.due_in, hours)
    await connection.execute(_COMPLAINTS, complaints)
    await connection.execute(_STREAMS)
    widest = max(complaints // max(stock.due, 1), 1)
    apart, period, way = min(widest, 2), complaints, _TOGETHER
    if stock.in_three_ways:
        apart, period, way = max(widest // 4, 1) * 4, complaints // FRONTS, _THREE_WAYS.format(fronts=FRONTS)
    counted = stock.counted_by and to_json(stock.counted_by).decode()
    promises = _PROMISES.format(way=way)
    await connection.execute(
        promises, apart, starts_at, stock.level, stock.calendar, counted, stock.due, max(period, 1)
    )
    await connection.execute(_TIMERS)


async def _take_off(connection: asyncpg.Connection) -> list[str]:
    """Drop keys and indexes; returns the statements that make them again."""
    keys = await connection.fetch(_KEYS, list(TABLES))
    for key in keys:
        await connection.execute(f'ALTER TABLE {key["place"]} DROP CONSTRAINT "{key["name"]}"')
    indexes = await connection.fetch(_INDEXES, list(TABLES))
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    again = [f'ALTER TABLE {key["place"]} ADD CONSTRAINT "{key["name"]}" {key["made"]}' for key in keys]
    return again + [str(index["made"]) for index in indexes]
