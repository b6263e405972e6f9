"""How soon intake shows a customer when there are very many of them, each with some complaints and promises."""

import random
from hashlib import md5
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from services.intake.customer_view import find_customer
from shared.bus.database import Database
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.database import migrate

from .stage import Stage

CUSTOMERS = 1_000_000
COMPLAINTS_EACH = 5
LOOKS = 2_000
FILL = """
INSERT INTO customer (customer_id, external_id, created_at, updated_at)
SELECT md5('c' || n)::uuid, 'c' || n, now(), now() FROM generate_series(1, {customers}) AS n;
INSERT INTO customer_key (key, customer_id)
SELECT 'external:c' || n, md5('c' || n)::uuid FROM generate_series(1, {customers}) AS n;
INSERT INTO contact (contact_id, complaint_id, channel, provider, contact_key, received_at, occurred_at, text)
SELECT md5('t' || n)::uuid, md5('k' || n)::uuid, 'web', '', 'k' || n, now(), now(), 'my bill is wrong'
FROM generate_series(1, {complaints}) AS n;
INSERT INTO complaint (complaint_id, first_contact_id, receipt_number, tracking_code, channel, customer_id, grade,
    severity, severity_rule, case_type, language, occurred_at, received_at, repeat_index, abusive, policy_version,
    status, resolved_at, satisfied, score)
SELECT md5('k' || n)::uuid, md5('t' || n)::uuid, 'R' || n, 't' || n, 'web',
    md5('c' || (1 + n % {customers}))::uuid, 'S', 'S3', 'SEV-3', 'BILLING', 'en', now(), now(), 1, false, 'bench',
    CASE WHEN n % 3 = 0 THEN 'RECEIVED' ELSE 'CLOSED' END, CASE WHEN n % 3 > 0 THEN now() END, n % 3 = 1, 1 + n % 5
FROM generate_series(1, {complaints}) AS n;
INSERT INTO promise (promise_id, complaint_id, kind, round, due_at, state)
SELECT md5('p' || n || kind)::uuid, md5('k' || n)::uuid, kind, 1, now(), 'KEPT'
FROM generate_series(1, {complaints}) AS n, unnest(ARRAY['CONTACT', 'SOLVE']) AS kind;
ANALYZE;
"""


async def customer_view(stage: Stage, customers: int = CUSTOMERS) -> dict[str, Any]:
    """Milliseconds of a view at its database, one after another, of customers chosen by chance."""
    server = await stage.postgres(["intake"])
    await migrate(server.url("intake"), "intake")
    began = perf_counter()
    await _fill(server.url("intake"), customers)
    filled = perf_counter() - began
    database = Database(server.url("intake"), application="bench")
    try:
        took = await _look(UnitOfWork(database), customers)
    finally:
        await database.close()
    return {
        "customers": customers,
        "complaints": customers * COMPLAINTS_EACH,
        "seconds_to_fill": round(filled, 1),
        "looks": len(took),
        **{f"p{share}_ms": round(took[len(took) * share // 100], 2) for share in (50, 95, 99)},
    }


async def _fill(url: str, customers: int) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(
            FILL.format(customers=customers, complaints=customers * COMPLAINTS_EACH), timeout=3600
        )
    finally:
        await connection.close()


async def _look(work: UnitOfWork, customers: int) -> list[float]:
    chance, took = random.Random(1), []
    for _ in range(LOOKS):
        customer = UUID(md5(f"c{chance.randint(1, customers)}".encode(), usedforsecurity=False).hexdigest())
        began = perf_counter()
        found = await find_customer(work, customer)
        took.append((perf_counter() - began) * 1000)
        assert found is not None
        assert found["totals"]["complaints"] == COMPLAINTS_EACH
    return sorted(took)
