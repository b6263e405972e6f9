"""Loads and saves promises, many at a time: one statement each, however many they are."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Insert,
    Select,
    Table,
    TableValuedAlias,
    Update,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.vocabulary import EscalationLevel, Grade, PromiseKind, Severity

from .promise_rows import Climbed, LivePromise, NewPromise, PromisedComplaint, Reached, Settled
from .settle import PromiseState
from .tables import complaint, promise, rung


def _given(table: Table, fields: Sequence[str]) -> TableValuedAlias:
    """Rows from one array parameter per field."""
    arrays = [bindparam(f"given_{name}", type_=ARRAY(table.c[name].type)) for name in fields]
    return func.unnest(*arrays).table_valued(*fields).render_derived(name="given")


def _insert(table: Table, fields: Sequence[str]) -> Insert:
    return insert(table).from_select(fields, select(*_given(table, fields).c))


def _update(fields: Sequence[str]) -> Update:
    given = _given(promise, fields)
    changes = {name: given.c[name] for name in fields if name != "promise_id"}
    return update(promise).where(promise.c.promise_id == given.c.promise_id).values(changes)


def _live_by(key: str) -> Select[Any]:
    """Live promises by key, looked up one key after the other.

    OFFSET 0 keeps the planner from reading the index of all live promises instead, which it prefers while it
    has no statistics of a table that fills fast: a hundred times slower with 20,000 rows, worse with more.
    """
    given = _given(promise, [key])
    rows = select(promise).where(promise.c[key] == given.c[key]).offset(literal_column("0")).lateral("found")
    found = select(*(rows.c[name] for name in LivePromise._fields)).select_from(given.join(rows, true()))
    of_kinds = rows.c.kind == func.any(bindparam("kinds", type_=ARRAY(promise.c.kind.type)))
    return found.where(rows.c.settled_at.is_(None), of_kinds).order_by(rows.c.due_at, rows.c.promise_id)


_INSERT_COMPLAINTS = _insert(complaint, PromisedComplaint._fields)
_INSERT_PROMISES = _insert(promise, NewPromise._fields)
_INSERT_RUNGS = _insert(rung, Reached._fields)
_CLIMB = _update(Climbed._fields)
_SETTLE = _update(Settled._fields)
_COMPLAINTS = select(*(complaint.c[name] for name in PromisedComplaint._fields)).where(
    complaint.c.complaint_id == func.any(bindparam("ids", type_=ARRAY(complaint.c.complaint_id.type)))
)
_LIVE = _live_by("promise_id")
_LIVE_OF = _live_by("complaint_id")


async def save_complaints(connection: AsyncConnection, complaints: Sequence[PromisedComplaint]) -> None:
    """Keep what later promises to these complaints depend on."""
    await _save(connection, _INSERT_COMPLAINTS, complaints)


async def load_complaints(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, PromisedComplaint]:
    """What was kept of these complaints, by id."""
    rows = await connection.execute(_COMPLAINTS, {"ids": list(ids)})
    return {
        row[0]: PromisedComplaint(row[0], Severity(row[1]), row[2], Grade(row[3]), row[4], row[5])
        for row in rows
    }


async def save_new(connection: AsyncConnection, promises: Sequence[NewPromise]) -> None:
    """Store promises that were just made."""
    await _save(connection, _INSERT_PROMISES, promises)


async def load_live(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, LivePromise]:
    """Those of these promises that are neither kept nor withdrawn, by id."""
    values = {"given_promise_id": list(ids), "kinds": list(PromiseKind)}
    rows = await connection.execute(_LIVE, values)
    return {row[0]: _live(row) for row in rows}


async def load_live_of(
    connection: AsyncConnection, complaints: Iterable[UUID], kinds: Iterable[PromiseKind]
) -> list[LivePromise]:
    """The promises of these kinds to these complaints that are neither kept nor withdrawn, by due time."""
    values = {"given_complaint_id": list(complaints), "kinds": list(kinds)}
    return [_live(row) for row in await connection.execute(_LIVE_OF, values)]


async def save_climbed(
    connection: AsyncConnection, climbed: Sequence[Climbed], reached: Sequence[Reached]
) -> None:
    """Store the rungs that were reached, and how their promises stand now."""
    await _save(connection, _INSERT_RUNGS, reached)
    await _save(connection, _CLIMB, climbed)


async def save_settled(connection: AsyncConnection, settled: Sequence[Settled]) -> None:
    """Store the ends of promises."""
    await _save(connection, _SETTLE, settled)


async def _save(connection: AsyncConnection, statement: Insert | Update, rows: Sequence[Any]) -> None:
    if rows:
        columns = zip(*rows, strict=True)
        values = {
            f"given_{name}": list(column) for name, column in zip(rows[0]._fields, columns, strict=True)
        }
        await connection.execute(statement, values)


def _live(row: Any) -> LivePromise:
    promise_id, complaint_id, kind, severity, starts_at, due_at, state, next_rung, broken_at = row
    return LivePromise(
        promise_id,
        complaint_id,
        PromiseKind(kind),
        Severity(severity),
        starts_at,
        due_at,
        PromiseState(state),
        None if next_rung is None else EscalationLevel(next_rung),
        broken_at,
    )
