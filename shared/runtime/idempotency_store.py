"""The table of `Idempotency-Key`: who asked what, and what was answered; kept for 72 hours."""

import asyncio
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects import postgresql

from shared.bus.database import Database
from shared.bus.statement import Statement

log = structlog.get_logger()

KEEP_SECONDS = 72 * 3600
ABANDONED_AFTER = 60
SWEEP_EVERY, SWEEP_AT_MOST = 600.0, 5000

_CLAIM = Statement(
    """
    WITH claimed AS (
        INSERT INTO idempotency (caller, key, claim, request, claimed_at)
        VALUES (:caller, :key, :claim, :request, clock_timestamp())
        ON CONFLICT (caller, key) DO UPDATE SET claim = excluded.claim, request = excluded.request,
            claimed_at = excluded.claimed_at, status = NULL, media_type = NULL, body = NULL
        WHERE idempotency.claimed_at < clock_timestamp() - make_interval(secs => :keep)
           OR (idempotency.status IS NULL AND idempotency.request = excluded.request
               AND idempotency.claimed_at < clock_timestamp() - make_interval(secs => :abandoned))
        RETURNING claim
    )
    SELECT true AS ours, CAST(NULL AS text) AS request, CAST(NULL AS smallint) AS status,
           CAST(NULL AS text) AS media_type, CAST(NULL AS bytea) AS body
    FROM claimed
    UNION ALL
    SELECT false, request, status, media_type, body FROM idempotency
    WHERE caller = :caller AND key = :key AND NOT EXISTS (SELECT FROM claimed)
    """
)
_KEEP_ANSWER = Statement(
    """
    UPDATE idempotency SET status = :status, media_type = :media_type, body = :body
    WHERE caller = :caller AND key = :key AND claim = :claim
    """
)
_FORGET = Statement("DELETE FROM idempotency WHERE caller = :caller AND key = :key AND claim = :claim")
_SWEEP = Statement(
    """
    DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency WHERE claimed_at < clock_timestamp() - make_interval(secs => :keep) LIMIT :at_most))
    RETURNING 1
    """
)


def add_idempotency_table(metadata: MetaData) -> None:
    """Add `idempotency` to a service's metadata."""
    Table(
        "idempotency",
        metadata,
        Column("caller", Text(collation="C"), primary_key=True, comment="digest of the caller's token"),
        Column("key", Text(collation="C"), primary_key=True),
        Column(
            "claim", postgresql.UUID(as_uuid=True), nullable=False, comment="the attempt that works on it"
        ),
        Column("request", Text, nullable=False, comment="digest of method, path and body"),
        Column("claimed_at", DateTime(timezone=True), nullable=False),
        Column("status", SmallInteger, comment="empty while the request is at work"),
        Column("media_type", Text),
        Column("body", LargeBinary),
        Index("idempotency_age", "claimed_at"),
        comment="What was answered to requests with an Idempotency-Key, for 72 hours.",
        postgresql_with={"fillfactor": 80},
    )


class Claim(NamedTuple):
    """One attempt at a request with a key."""

    caller: str
    key: str
    claim: UUID
    request: str


async def claim(database: Database, attempt: Claim) -> Any:
    """None if this attempt may do the request, else the row of the one that has it."""
    values = attempt._asdict() | {"keep": KEEP_SECONDS, "abandoned": ABANDONED_AFTER}
    while True:
        # Nothing comes back when the row was written after this statement had begun: then look again.
        rows = await database.fetch(_CLAIM, values)
        if rows:
            return None if rows[0]["ours"] else rows[0]


async def keep_answer(
    database: Database, attempt: Claim, status: int, media_type: str | None, body: bytes
) -> None:
    """Keep what was answered, unless another attempt has taken over."""
    answer = {"status": status, "media_type": media_type, "body": body}
    await database.fetch(_KEEP_ANSWER, attempt._asdict() | answer)


async def forget(database: Database, attempt: Claim) -> None:
    """Free the key, unless another attempt has taken over."""
    await database.fetch(_FORGET, attempt._asdict())


async def sweep(database: Database) -> int:
    """Delete what is older than 72 hours; returns how many."""
    deleted = 0
    while True:
        rows = await database.fetch(_SWEEP, {"keep": KEEP_SECONDS, "at_most": SWEEP_AT_MOST})
        deleted += len(rows)
        if len(rows) < SWEEP_AT_MOST:
            return deleted


async def keep_swept(database: Database) -> None:
    """Sweep now and then, until cancelled."""
    while True:
        try:
            await sweep(database)
        except Exception as error:  # noqa: BLE001 - next time
            log.warning("idempotency.not_swept", reason=type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY)
