"""Writes how many complaints go on: their rows and their history together, one statement per batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    Executable,
    Table,
    TableValuedAlias,
    bindparam,
    column,
    func,
    insert,
    select,
    update,
)

from shared.bus.unit_of_work import Transaction
from shared.events.sla import PromiseMade

from .tables import complaint, history, promise


class Note(NamedTuple):
    """One line of a complaint's history."""

    complaint_id: UUID
    publisher: str
    sequence: int
    at: datetime
    what: str
    detail: str | None


_PROMISED = ("promise_id", "complaint_id", "kind", "round", "due_at", "state")


async def load_standing(tx: Transaction, complaint_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """Status and escalation level of these complaints."""
    ids = list(complaint_ids)
    if not ids:
        return {}
    rows = await tx.connection.execute(
        select(complaint.c.complaint_id, complaint.c.status, complaint.c.escalation_level).where(
            complaint.c.complaint_id == func.any(bindparam("ids", type_=ARRAY(complaint.c.complaint_id.type)))
        ),
        {"ids": ids},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def save_complaints(tx: Transaction, rows: Sequence[Mapping[str, Any]], notes: Sequence[Note]) -> None:
    """Set the columns in `rows`, the same in each, on the complaints with their complaint_id; add the notes."""
    await _save(tx, complaint, rows, notes)


async def save_promises(tx: Transaction, states: Mapping[UUID, str], notes: Sequence[Note]) -> None:
    """Set the state of promises by promise_id; add the notes."""
    rows = [{"promise_id": promise_id, "state": state} for promise_id, state in states.items()]
    await _save(tx, promise, rows, notes)


async def add_promises(tx: Transaction, made: Sequence[PromiseMade], notes: Sequence[Note]) -> None:
    """Store new promises and the notes."""
    rows = [event.model_dump(include=set(_PROMISED)) | {"state": "MADE"} for event in made]
    await tx.connection.execute(_adding(), _arrays(promise, _PROMISED, rows) | _of_notes(notes))


async def _save(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], notes: Sequence[Note]
) -> None:
    if not rows:
        await tx.connection.execute(_noting(), _of_notes(notes))
        return
    columns = tuple(rows[0])
    await tx.connection.execute(_updating(table, columns), _arrays(table, columns, rows) | _of_notes(notes))


@lru_cache(maxsize=64)
def _updating(table: Table, columns: tuple[str, ...]) -> Executable:
    """Set all `columns` but the first, by which the rows are found; add the notes."""
    key, *changed = columns
    given = _given(table, columns)
    return (
        update(table)
        .where(table.c[key] == given.c[key])
        .values({name: given.c[name] for name in changed})
        .add_cte(_noted())
    )


@lru_cache(maxsize=1)
def _adding() -> Executable:
    return insert(promise).from_select(_PROMISED, select(_given(promise, _PROMISED))).add_cte(_noted())


@lru_cache(maxsize=1)
def _noting() -> Executable:
    return insert(history).from_select(Note._fields, select(_given(history, Note._fields)))


def _noted() -> CTE:
    return insert(history).from_select(Note._fields, select(_given(history, Note._fields))).cte("noted")


def _given(table: Table, columns: Sequence[str]) -> TableValuedAlias:
    """Rows handed in as one array per column, bound as `<table>_<column>`."""
    arrays = [bindparam(f"{table.name}_{name}", type_=ARRAY(table.c[name].type)) for name in columns]
    typed = [column(name, table.c[name].type) for name in columns]
    return func.unnest(*arrays).table_valued(*typed, name=f"given_{table.name}").render_derived()


def _arrays(table: Table, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{table.name}_{name}": [row[name] for row in rows] for name in columns}


def _of_notes(notes: Sequence[Note]) -> dict[str, Any]:
    return {
        f"history_{name}": list(values)
        for name, values in zip(Note._fields, zip(*notes, strict=True), strict=True)
    }
