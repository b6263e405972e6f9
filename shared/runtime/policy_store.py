"""The versions of one service's policy in its database: which is in force when, and who changed what and why.

The order of fields is part of a policy: rules are tried in theirs. jsonb forgets it, so `content` keeps it as text.
"""

from datetime import datetime
from typing import Any

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork

_MAY_COUNT = "valid_from IS NOT NULL AND withdrawn_at IS NULL"
_ABOUT = "version, loaded_at, valid_from, based_on, changed_by, reason, withdrawn_at, withdrawn_by"

IN_FORCE = Statement(
    f"""
    SELECT version, CASE WHEN version IS DISTINCT FROM CAST(:known AS text) THEN content END AS content
    FROM policy WHERE {_MAY_COUNT} AND valid_from <= clock_timestamp()
    ORDER BY valid_from DESC, loaded_at DESC LIMIT 1
    """  # noqa: S608 - constants of this module
)
_LOCK = Statement("LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE")
_CLOCK = Statement("SELECT clock_timestamp()")
_AT = Statement(
    f"""
    SELECT version, content FROM policy WHERE {_MAY_COUNT} AND valid_from <= :at
    ORDER BY valid_from DESC, loaded_at DESC LIMIT 1
    """  # noqa: S608
)
_ALL = Statement(f"SELECT {_ABOUT} FROM policy ORDER BY coalesce(valid_from, loaded_at) DESC, loaded_at DESC")  # noqa: S608
_ONE = Statement(f"SELECT {_ABOUT}, document, content, change FROM policy WHERE version = :version")  # noqa: S608
_ADD = Statement(
    """
    INSERT INTO policy (version, digest, document, content, loaded_at, valid_from, based_on, change, changed_by, reason)
    VALUES (:version, :digest, CAST(:document AS jsonb), :content, clock_timestamp(), :valid_from, :based_on,
            CAST(:change AS jsonb), :by, :reason)
    ON CONFLICT (version) DO NOTHING RETURNING version
    """
)
_COMING = Statement(
    f"SELECT version, valid_from, based_on FROM policy WHERE {_MAY_COUNT}"  # noqa: S608
    " AND valid_from > coalesce(CAST(:at AS timestamptz), clock_timestamp()) ORDER BY valid_from, loaded_at"
)
_WITHDRAW = Statement(
    "UPDATE policy SET withdrawn_at = clock_timestamp(), withdrawn_by = :by WHERE version = :version"
)


async def take_turn(tx: Transaction) -> datetime:
    """Let one change of the policy come after the other; returns the database's time once it is our turn."""
    await tx.fetch(_LOCK, {})
    return (await tx.fetch(_CLOCK, {}))[0][0]  # type: ignore[no-any-return]


async def version_at(tx: Transaction, at: datetime) -> Row | None:
    """The version that will be in force at a time, with its document; None if it is the installation's."""
    rows = await tx.fetch(_AT, {"at": at})
    return rows[0] if rows else None


async def one_version(source: Transaction | UnitOfWork, version: str) -> Row | None:
    """A version with its document, and everything that is known of it."""
    rows = await source.fetch(_ONE, {"version": version})
    return rows[0] if rows else None


async def all_versions(work: UnitOfWork) -> list[Row]:
    """Every version without its document, the newest first."""
    return await work.fetch(_ALL, {})


async def coming(source: Transaction | UnitOfWork, at: datetime | None = None) -> list[Row]:
    """The versions that will come into force after a time, or after now, in order."""
    return await source.fetch(_COMING, {"at": at})


async def add_version(tx: Transaction, values: dict[str, Any]) -> bool:
    """Store a version; false if its name is taken."""
    return bool(await tx.fetch(_ADD, values))


async def withdraw_version(tx: Transaction, version: str, by: str) -> None:
    """Note that a version will never come into force."""
    await tx.fetch(_WITHDRAW, {"version": version, "by": by})
