"""The doors of addressees: who heads which department and who looks after the quality of service."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.bus.statement import Statement
from shared.events.vocabulary import Role
from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from .pause_doors import StaffId

router = service_router("sla", tags=["addressees"])

_LIST = Statement(
    "SELECT role, nullif(department, '') AS department, staff_id FROM addressee ORDER BY role, department"
)
_CLEAR = Statement("DELETE FROM addressee")
_PUT = Statement(
    """
    INSERT INTO addressee (role, department, staff_id)
    SELECT * FROM unnest(CAST(:roles AS text[]), CAST(:departments AS text[]), CAST(:staff AS text[]))
    """
)


class Addressee(StrictBody):
    """Who holds a role, in one department or, without one, for all."""

    role: Literal[Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY]
    department: Annotated[str, StringConstraints(min_length=1, max_length=100), Storable] | None = None
    staff_id: StaffId


class AddresseesForm(StrictBody):
    """All of them; they take the place of those that were entered before."""

    addressees: Annotated[tuple[Addressee, ...], Field(max_length=2_000)]


@router.get("/addressees", summary="Who is told of levels above the team lead")
async def addressees(work: Work) -> list[dict[str, Any]]:
    """As they were entered last; none: everybody is taken to be there."""
    return [dict(row) for row in await work.fetch(_LIST, {})]


@router.put("/addressees", summary="Enter who is told of levels above the team lead")
async def put_addressees(form: AddresseesForm, work: Work) -> list[dict[str, Any]]:
    """From the next level on: for a role that nobody holds the next one up is told (section 5)."""
    seen: set[tuple[Role, str]] = set()
    for number, one in enumerate(form.addressees):
        key = (one.role, one.department or "")
        if key in seen:
            raise UnprocessableError(
                "somebody holds this role of this department already",
                "该部门的这一角色已有人担任",
                field=f"addressees.{number}",
            )
        seen.add(key)
    async with work.begin("addressees") as tx:
        await tx.fetch(_CLEAR, {})
        values = {
            "roles": [one.role for one in form.addressees],
            "departments": [one.department or "" for one in form.addressees],
            "staff": [one.staff_id for one in form.addressees],
        }
        await tx.fetch(_PUT, values)
    return await addressees(work)
