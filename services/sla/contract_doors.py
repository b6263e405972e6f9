"""The doors of contracts and periods of protection: who has which grade of contract, and when who stands ready (SLA-P)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, StringConstraints

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError, UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from .pause_doors import StaffId

router = service_router("sla", tags=["contracts"])

MOST_SECONDS = 366 * 86_400

_PUT_CONTRACT = Statement(
    """
    INSERT INTO contract (customer_id, grade, by, put_at) VALUES (:customer_id, :grade, :by, now())
    ON CONFLICT (customer_id) DO UPDATE SET grade = excluded.grade, by = excluded.by, put_at = now()
    RETURNING *
    """
)
_CONTRACT = Statement("SELECT * FROM contract WHERE customer_id = :customer_id")
_END_CONTRACT = Statement("DELETE FROM contract WHERE customer_id = :customer_id RETURNING 1")
_PUT_PERIOD = Statement(
    """
    INSERT INTO protection (name, customer_id, area, starts_at, ends_at, team, emergency_plan, by)
    VALUES (:name, :customer_id, :area, :starts_at, :ends_at, :team, :emergency_plan, :by)
    ON CONFLICT (name) DO UPDATE SET customer_id = excluded.customer_id, area = excluded.area,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, team = excluded.team,
        emergency_plan = excluded.emergency_plan, by = excluded.by
    RETURNING *
    """
)
_PERIODS = Statement("SELECT * FROM protection WHERE ends_at > now() ORDER BY starts_at, name LIMIT 500")
_END_PERIOD = Statement(
    "UPDATE protection SET ends_at = least(ends_at, now()) WHERE name = :name RETURNING *"
)

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200), Storable]


class ContractForm(StrictBody):
    """The grade of the contract, by which policies ask for it, and who says so."""

    grade: Words
    by: StaffId


class PeriodForm(StrictBody):
    """When it is, for whom and where, who stands ready, and by which plan."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    customer_id: UUID | None = None
    area: Words | None = None
    team: Words
    emergency_plan: Annotated[str, StringConstraints(min_length=1, max_length=2000), Storable]
    by: StaffId


@router.get("/contracts/{customer_id}", summary="The grade of a customer's contract")
async def contract_of(customer_id: UUID, work: Work) -> dict[str, Any]:
    """As it was put last."""
    return _found(await work.fetch(_CONTRACT, {"customer_id": customer_id}))


@router.put("/contracts/{customer_id}", summary="Give a customer's contract a grade")
async def put_contract(customer_id: UUID, form: ContractForm, work: Work) -> dict[str, Any]:
    """Policies with this contract count for the complaints that are received from now on."""
    async with work.begin() as tx:
        return dict((await tx.fetch(_PUT_CONTRACT, {"customer_id": customer_id, **form.model_dump()}))[0])


@router.delete("/contracts/{customer_id}", status_code=204, summary="End a customer's contract")
async def end_contract(customer_id: UUID, work: Work) -> None:
    """What was promised stays promised."""
    async with work.begin() as tx:
        _found(await tx.fetch(_END_CONTRACT, {"customer_id": customer_id}))


@router.get("/protection-periods", summary="Periods of protection that have not ended")
async def periods(work: Work) -> list[dict[str, Any]]:
    """By their beginning; five hundred at most."""
    return [dict(row) for row in await work.fetch(_PERIODS, {})]


@router.put("/protection-periods/{name}", summary="Set a period of protection")
async def put_period(name: Name, form: PeriodForm, work: Work) -> dict[str, Any]:
    """What is received in it from key accounts has shorter targets; its team and plan are told with the promises."""
    if not 0 < (form.ends_at - form.starts_at).total_seconds() <= MOST_SECONDS:
        raise UnprocessableError(
            "must end after it starts, within a year", "结束时间须晚于开始时间，且不超过一年", field="ends_at"
        )
    if not 2000 <= form.starts_at.year <= 2199:
        raise UnprocessableError(
            "must lie between 2000 and 2200", "须在 2000 年至 2200 年之间", field="starts_at"
        )
    async with work.begin() as tx:
        return dict((await tx.fetch(_PUT_PERIOD, {"name": name, **form.model_dump()}))[0])


@router.delete("/protection-periods/{name}", summary="End a period of protection")
async def end_period(name: Name, work: Work) -> dict[str, Any]:
    """It ends now, if it has not ended yet."""
    async with work.begin() as tx:
        return _found(await tx.fetch(_END_PERIOD, {"name": name}))


def _found(rows: list[Any]) -> dict[str, Any]:
    if not rows:
        raise NotFoundError("there is no such entry", "没有该条目")
    return dict(rows[0])
