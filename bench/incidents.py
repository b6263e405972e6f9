"""How long one look for incidents takes with an hour of complaints at a hundred a second."""

import json
from typing import Any

import asyncpg

from services.intake.incident_statements import CAUSES, CROWDS, FORGET, HEAR, WAITING
from shared.bus.statement import Statement
from shared.runtime.database import migrate

from .stage import Stage
from .watchers import plain

COMPLAINTS, CATEGORIES, AREAS, OPEN, ROUNDS = 360_000, 1_000, 250, 20, 5
_NUMBERS = {
    "window": 3600.0,
    "propose_from": 50,
    "open_from": 250,
    "customers_from": 1_000,
    "key_accounts_from": 400,
    "at_most": 500,
    "heard_at_once": 400_000,
}
_FILL = (
    """
    INSERT INTO complaint (complaint_id, first_contact_id, receipt_number, tracking_code, channel, customer_id, grade,
        severity, severity_rule, case_type, category, area, language, occurred_at, received_at, repeat_index,
        abusive, policy_version, status, owner_name)
    SELECT uuidv7(-ago), gen_random_uuid(), 'R' || n, 't' || n, 'web', gen_random_uuid(),
        CASE WHEN n % 50 = 0 THEN 'K' ELSE 'S' END, 'S3', 'SEV-3', 'BILLING', 'c/' || hash % $2::int,
        'a' || hash / 1000000 % $3::int, 'zh-CN', now(), now() - ago, 1, false, 'bench', 'ASSIGNED', 'Front desk'
    FROM generate_series(1, $1::int) AS n, make_interval(secs => 3000 * (1 - n / $1::float8)) AS ago,
        abs(hashint8extended(n, 1)) AS hash
    """,
    """
    INSERT INTO heard (complaint_id, received_at, about, by_category, area, is_key)
    SELECT complaint_id, received_at, category, true, area, grade = 'K' FROM complaint
    WHERE received_at < now() - interval '10 seconds' ORDER BY complaint_id
    """,
    """
    INSERT INTO incident (incident_id, about, area, state, severity, complaints, by, found_at)
    SELECT gen_random_uuid(), 'c/' || n, CASE WHEN n <= 2 THEN '*' ELSE 'a' || n END, 'OPEN', 'S2', 50, 'REP-8', now()
    FROM generate_series(1, $1::int) AS n
    """,
)


async def incidents(stage: Stage, complaints: int = COMPLAINTS) -> dict[str, Any]:
    """Milliseconds of each statement of a look, the best and the worst of five; no group is large enough."""
    server = await stage.postgres(["intake"])
    url = server.url("intake")
    await migrate(url, "intake")
    connection = await asyncpg.connect(plain(url), command_timeout=600, server_settings={"jit": "off"})
    try:
        await _fill(connection, complaints)
        statements = {"hear": HEAR, "crowds": CROWDS, "causes": CAUSES, "waiting": WAITING, "forget": FORGET}
        found = {name: await _time(connection, statement) for name, statement in statements.items()}
        groups = await connection.fetchval(
            "SELECT count(*) FROM (SELECT DISTINCT about, area FROM heard) AS pair"
        )
    finally:
        await connection.close()
    return {"complaints": complaints, "groups": groups, "open_incidents": OPEN} | found


async def _fill(connection: asyncpg.Connection, complaints: int) -> None:
    await connection.execute("SET synchronous_commit = off; SET session_replication_role = replica")
    for statement, values in zip(_FILL, ((complaints, CATEGORIES, AREAS), (), (OPEN,)), strict=True):
        await connection.execute(statement, *values)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("SET work_mem = '32MB'")


async def _time(connection: asyncpg.Connection, statement: Statement) -> dict[str, float]:
    explain = "EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) " + statement.sql
    values = [_NUMBERS[name] for name in statement.names]
    plans = [json.loads(await connection.fetchval(explain, *values))[0] for _ in range(ROUNDS)]
    took = sorted(plan["Planning Time"] + plan["Execution Time"] for plan in plans)
    return {"best_ms": round(took[0], 1), "worst_ms": round(took[-1], 1)}
