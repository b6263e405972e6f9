"""Fills intake's database with very many customers, complaints and promises, quickly, and on the server alone.

Ids ascend, secondary indexes are made afterwards, and nothing is checked that is right by the way it is made.
"""

from uuid import UUID

import asyncpg

from .watchers import plain

COMPLAINTS_EACH = 5
_TABLES = ("customer", "customer_key", "contact", "complaint", "promise")
_INDEXES = """
SELECT indexdef, format('DROP INDEX %I', indexname) AS dropped FROM pg_indexes
WHERE tablename = ANY ($1) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
_FILL = (
    """
    INSERT INTO customer (customer_id, external_id, name, grade, language, created_at, updated_at, monthly_fee)
    SELECT {customer_n}, 'c' || n, 'Customer ' || n, 'S', 'zh-CN', now(), now(), 99
    FROM generate_series(1, {customers}) AS n
    """,
    """
    INSERT INTO customer_key (key, customer_id)
    SELECT 'external:c' || lpad(n::text, 9, '0'), {customer_n} FROM generate_series(1, {customers}) AS n
    """,
    """
    INSERT INTO contact (contact_id, complaint_id, channel, provider, contact_key, received_at, occurred_at, text)
    SELECT {contact_n}, {complaint_n}, 'web', '', lpad(n::text, 12, '0'), now(), now(),
           'This month I was charged twice for roaming although I stayed at home.'
    FROM generate_series(1, {complaints}) AS n
    """,
    """
    INSERT INTO complaint (complaint_id, first_contact_id, receipt_number, tracking_code, channel, customer_id, grade,
        severity, severity_rule, case_type, language, occurred_at, received_at, repeat_index, abusive,
        policy_version, status, resolved_at, satisfied, score, owner_name)
    SELECT {complaint_n}, {contact_n}, 'R' || lpad(n::text, 12, '0'), 't' || lpad(n::text, 12, '0'), 'web',
        {customer_of_n}, 'S', 'S3', 'SEV-3', 'BILLING', 'zh-CN', now(), now(), 1, false, 'bench',
        CASE WHEN n % 3 = 0 THEN 'RECEIVED' ELSE 'CLOSED' END, CASE WHEN n % 3 > 0 THEN now() END, n % 3 = 1,
        1 + n % 5, 'Front desk ' || n % 40
    FROM generate_series(1, {complaints}) AS n
    """,
    """
    INSERT INTO promise (promise_id, complaint_id, kind, round, due_at, state)
    SELECT {promise_n}, {complaint_n}, kind, 1, now(), CASE WHEN n % 7 = 0 THEN 'BROKEN' ELSE 'KEPT' END
    FROM generate_series(1, {complaints}) AS n, unnest(ARRAY['CONTACT', 'SOLVE'], ARRAY[0, 1]) AS p (kind, nth)
    """,
)


async def fill(url: str, customers: int) -> None:
    """So many customers, five complaints each that lie far apart, a contact and two promises for every complaint."""
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute("SET synchronous_commit = off; SET session_replication_role = replica")
        await connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = await connection.fetch(_INDEXES, list(_TABLES))
        for _, dropped in indexes:
            await connection.execute(dropped)
        for statement in _FILL:
            await connection.execute(_filled(statement, customers), timeout=1800)
        for definition, _ in indexes:
            await connection.execute(definition, timeout=1800)
        await connection.execute("VACUUM ANALYZE", timeout=1800)
    finally:
        await connection.close()


def customer_id(number: int) -> UUID:
    """The id of the customer with this number, from 1 on."""
    return UUID(f"00000001-0000-7000-8000-{number:012x}")


def _filled(statement: str, customers: int) -> str:
    def made(kind: int, number: str) -> str:
        return f"('0000000{kind}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"

    return statement.format(
        customers=customers,
        complaints=customers * COMPLAINTS_EACH,
        customer_n=made(1, "n"),
        customer_of_n=made(1, f"1 + n % {customers}"),
        contact_n=made(2, "n"),
        complaint_n=made(3, "n"),
        promise_n=made(4, "2 * n + nth"),
    )
