"""The doors of sla: what was promised to whom until when, and why."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime
from sqlalchemy import func, select

from shared.events.vocabulary import PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router

from .explain import explain
from .settle import PromiseState
from .tables import complaint, promise, rung

router = service_router("sla", tags=["sla"])

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_ENDED = (PromiseState.KEPT, PromiseState.WITHDRAWN)


def _in_our_time(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("must lie between the years 2000 and 2200|必须在 2000 年至 2200 年之间")
    return moment


DueBefore = Annotated[
    AwareDatetime | None,
    AfterValidator(lambda moment: moment and _in_our_time(moment)),
    Query(description="only promises that are due before this time"),
]


@router.get("/complaints/{complaint_id}/promises", summary="The promises to one complaint")
async def promises_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """Each with its target, how its due time came about, and the rungs it has reached; by due time."""
    async with work.read() as connection:
        known = await connection.execute(select(complaint).where(complaint.c.complaint_id == complaint_id))
        facts = known.mappings().first()
        if facts is None:
            return []
        made = await connection.execute(
            select(promise)
            .where(promise.c.complaint_id == complaint_id)
            .order_by(promise.c.due_at, promise.c.promise_id)
        )
        promises = [dict(row) for row in made.mappings()]
        reached = await connection.execute(
            select(rung)
            .where(rung.c.promise_id.in_([row["promise_id"] for row in promises]))
            .order_by(rung.c.due_at)
        )
    rungs: dict[UUID, list[dict[str, Any]]] = {}
    for row in reached.mappings():
        rungs.setdefault(row["promise_id"], []).append(
            {name: row[name] for name in ("level", "due_at", "reached_at")}
        )
    return [
        row | {"rungs": rungs.get(row["promise_id"], []), "explanation": explain(row, dict(facts))}
        for row in promises
    ]


@router.get("/promises", summary="Promises, by id")
async def list_promises(
    work: Work,
    *,
    state: Annotated[PromiseState | None, Query(description="only promises that stand so")] = None,
    kind: Annotated[PromiseKind | None, Query(description="only promises of this kind")] = None,
    due_before: DueBefore = None,
    after: After = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Every promise, or those that are asked for."""
    statement = select(promise)
    if state is not None:
        statement = statement.where(promise.c.state == state)
        if state not in _ENDED:  # implied; says it in the words of the index of live promises
            statement = statement.where(promise.c.settled_at.is_(None))
    if kind is not None:
        statement = statement.where(promise.c.kind == kind)
    if due_before is not None:
        statement = statement.where(promise.c.due_at < due_before)
    async with work.read() as connection:
        return await read_page(connection, statement, promise, "promise_id", after, limit)


@router.get("/complaints", summary="Complaints and how many promises each was given, by id")
async def list_complaints(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Every complaint that promises were made to, with their number by kind."""
    async with work.read() as connection:
        page = await read_page(connection, select(complaint), complaint, "complaint_id", after, limit)
        counted = await connection.execute(
            select(promise.c.complaint_id, promise.c.kind, func.count())
            .where(promise.c.complaint_id.in_([item["complaint_id"] for item in page["items"]]))
            .group_by(promise.c.complaint_id, promise.c.kind)
        )
        counts = {(row[0], row[1]): row[2] for row in counted}
    for item in page["items"]:
        item["promises"] = {kind: counts.get((item["complaint_id"], kind), 0) for kind in PromiseKind}
    return page
