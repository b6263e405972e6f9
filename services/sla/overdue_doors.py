"""The doors of what is overdue for long: state why, and read the list for the management."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, StringConstraints
from pydantic_core import to_jsonable_python

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from .calendar_store import Timekeeper
from .choose_target import due_of
from .overdue import overdue_before
from .pause_doors import Deciding, StaffId
from .policy import SlaPolicy
from .report_doors import CSV_ANSWER, Format, Name, as_csv

router = service_router("sla", tags=["reports"])

MOST = 1000
_FOUND = Statement(
    """
    SELECT promise_id, promise.complaint_id, receipt_number, promise.kind, round, due_at, broken_at,
        CAST(extract(epoch FROM now() - due_at) AS float8) AS overdue_seconds, promise.severity, grade, category,
        area, owner_department, owner_id, lead_id,
        (SELECT max(level) FROM rung WHERE rung.promise_id = promise.promise_id AND level LIKE 'L%') AS level,
        reason, stated_by, stated_at, count(*) OVER () AS found
    FROM promise JOIN complaint USING (complaint_id) LEFT JOIN overdue_reason USING (promise_id)
    WHERE settled_at IS NULL AND broken_at IS NOT NULL AND due_at <= :before
        AND (CAST(:stated AS boolean) OR reason IS NULL)
        AND (CAST(:kind AS text) IS NULL OR promise.kind = :kind)
        AND (CAST(:department AS text) IS NULL OR owner_department = :department)
    ORDER BY due_at, promise_id LIMIT :limit
    """
)
_PROMISE = Statement(
    """
    SELECT broken_at IS NOT NULL AND settled_at IS NULL AS is_overdue FROM promise
    WHERE promise_id = :promise_id AND complaint_id = :complaint_id
    """
)
_STATE = Statement(
    """
    INSERT INTO overdue_reason (promise_id, reason, stated_by, stated_at, policy_version)
    VALUES (:promise_id, :reason, :by, now(), :policy_version)
    ON CONFLICT (promise_id) DO UPDATE SET reason = excluded.reason, stated_by = excluded.stated_by,
        stated_at = excluded.stated_at, policy_version = excluded.policy_version
    RETURNING stated_at
    """
)
_NOW = Statement("SELECT now()")


class ReasonForm(StrictBody):
    """Why a promise is overdue, and who says so."""

    by: StaffId
    reason: Annotated[str, StringConstraints(min_length=3, max_length=500), Storable]


class Stated(BaseModel):
    """When the reason was stated."""

    stated_at: AwareDatetime


@router.put(
    "/complaints/{complaint_id}/promises/{promise_id}/overdue-reason",
    summary="State why a promise is overdue",
)
async def state(
    complaint_id: UUID, promise_id: UUID, form: ReasonForm, work: Work, deciding: Deciding
) -> Stated:
    """Takes it from the list for the management; the last reason counts."""
    asked = {"promise_id": promise_id, "complaint_id": complaint_id}
    async with work.begin(str(complaint_id)) as tx:
        found = await tx.fetch(_PROMISE, asked)
        if not found:
            raise NotFoundError("there is no such promise to this complaint", "该投诉没有这个承诺")
        if not found[0]["is_overdue"]:
            raise ConflictError("the promise is not overdue", "该承诺没有逾期")
        values = {"promise_id": promise_id, "reason": form.reason, "by": form.by}
        [(stated_at,)] = await tx.fetch(_STATE, values | {"policy_version": deciding[0].version})
    return Stated(stated_at=stated_at)


@router.get(
    "/reports/overdue", summary="Promises overdue for long without a stated reason", responses=CSV_ANSWER
)
async def overdue(
    work: Work,
    deciding: Deciding,
    *,
    kind: Annotated[PromiseKind | None, Query()] = None,
    department: Name = None,
    stated: Annotated[bool, Query(description="also those for which a reason was stated")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    as_format: Format = "json",
) -> Response:
    """For the management (section 5): open ones whose breach lies as long ago as the policy says; the oldest first."""
    before = await _before(work, *deciding)
    values = {"before": before, "kind": kind, "department": department, "stated": stated, "limit": limit}
    rows = [dict(row) for row in await work.fetch(_FOUND, values)]
    found = rows[0]["found"] if rows else 0
    for row in rows:
        row.pop("found")
    if as_format == "csv":
        return Response(as_csv(rows), media_type="text/csv; charset=utf-8")
    told = {"due_before": before, "promises": rows, "left_out": found - len(rows)}
    return JSONResponse(to_jsonable_python(told | {"policy_version": deciding[0].version}))


async def _before(work: UnitOfWork, policy: SlaPolicy, keeper: Timekeeper) -> Any:
    [(now,)] = await work.fetch(_NOW, {})
    calendars = await keeper.in_force(work)
    after = policy.overdue.listed_after
    return overdue_before(
        now,
        lambda due_at: due_of(after, due_at, 1.0, policy.calendar, policy=policy, calendars=calendars).at,
    )
