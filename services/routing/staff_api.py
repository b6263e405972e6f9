"""The doors of routing for those who keep the directory: departments, staff, and who is at work."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Body, Path, Query, Request
from pydantic import Field

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText, StrictBody, Whole

from .assign_member import Load, is_free
from .at_desk import AtDesk, known
from .at_work import Presence, at_work
from .bodies import Account
from .directory import Member
from .directory_entries import ID_PATTERN, DepartmentEntry, MemberEntry
from .presence import REPORT
from .staff_csv import COLUMNS, read_staff
from .workload import read_loads

router = service_router("routing", tags=["staff"])

By = Annotated[CleanText, Query(min_length=1, max_length=64, description="who changes it")]
Seen = Annotated[
    CleanText | None,
    Query(
        max_length=200,
        description="`version` of the directory as it was seen; if it is another one by now: 409 with the current entries",
    ),
]
AccountFilter = Annotated[CleanText | None, Query(max_length=64)]
CategoryFilter = Annotated[CleanText | None, Query(max_length=200)]
StaffId = Annotated[str, Path(pattern=ID_PATTERN)]
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


class ReportBody(StrictBody):
    """Somebody is there, busy or away, for so many seconds at most."""

    staff_id: Account
    presence: Presence
    seconds: Whole | None = Field(default=None, ge=1, le=86_400)


class ReportsBody(StrictBody):
    """What a telephone system reports of its agents."""

    reports: tuple[ReportBody, ...] = Field(min_length=1, max_length=1000)


@router.get("/staff", summary="Members of staff with their workload")
async def list_staff(work: Work, desk: AtDesk, department: AccountFilter = None) -> dict[str, Any]:
    """Everybody in the directory; `open` counts open complaints owned, or handled for another owner."""
    members = [
        member
        for member in desk.directory.staff.values()
        if department is None or member.department == department
    ]
    async with work.begin() as tx:
        now = await tx.read_clock()
        loads = await read_loads(tx, [member.id for member in members], desk.today(now))
    zone = ZoneInfo(desk.policy.assignment.zone)
    items = []
    for member in members:
        load = loads.get(member.id, Load())
        there = at_work(member.shifts, member.absences, load.report, now, zone)
        free = is_free(member, load, now, desk.policy.assignment, zone)
        items.append(_shown(member, load) | {"at_work": there, "free": free})
    return {"version": desk.directory.version, "items": items}


@router.put("/staff/{staff_id}", summary="Enter or change a member of staff")
async def put_member(
    *,
    staff_id: StaffId,
    work: Work,
    desk: AtDesk,
    by: By,
    version: Seen = None,
    body: Annotated[MemberEntry, Body()],
) -> dict[str, Any]:
    """Takes the place of what was known of this account; `left` takes them off every list. 409 if nobody could
    own any more, a department would have two leads, or there is no such department."""
    _same(staff_id, body.id)
    return {"version": (await desk.staff.change(work, [body], by, version)).version}


@router.post("/staff/import", summary="Enter or change many members of staff from CSV", openapi_extra=_CSV)
async def import_staff(
    request: Request, work: Work, desk: AtDesk, by: By, version: Seen = None
) -> dict[str, Any]:
    """All lines or none. Columns: see `staff_csv.COLUMNS`; a file of more than 256 KiB goes in parts."""
    entries = read_staff(await request.body())
    directory = await desk.staff.change(work, entries, by, version)
    return {"imported": len(entries), "version": directory.version, "columns": list(COLUMNS)}


@router.get("/departments", summary="Departments and what they serve")
async def list_departments(desk: AtDesk, category: CategoryFilter = None) -> dict[str, Any]:
    """Every department, as entered; with a category only those that serve it or what it lies under."""
    items = [
        entry.model_dump(mode="json", by_alias=True)
        for entry in desk.staff.departments.values()
        if category is None or entry.department().serves("", category)
    ]
    return {"version": desk.directory.version, "items": items}


@router.put("/departments/{department_id}", summary="Enter or change a department")
async def put_department(
    *,
    department_id: StaffId,
    work: Work,
    desk: AtDesk,
    by: By,
    version: Seen = None,
    body: Annotated[DepartmentEntry, Body()],
) -> dict[str, Any]:
    """Takes the place of what was known of this department; complaints heard from now on go by it."""
    _same(department_id, body.id)
    return {"version": (await desk.staff.change(work, [body], by, version)).version}


@router.put("/presence", summary="Report who is at work")
async def put_presence(work: Work, desk: AtDesk, body: Annotated[ReportsBody, Body()]) -> dict[str, Any]:
    """Believed until it expires, at the latest after the time of the policy; of two about one person the later."""
    for place, report in enumerate(body.reports):
        known(desk, f"reports.{place}.staff_id", report.staff_id)
    longest = desk.policy.assignment.presence_expires_after
    values = {
        "staff": [report.staff_id for report in body.reports],
        "presences": [report.presence for report in body.reports],
        "seconds": [report.seconds or longest for report in body.reports],
        "longest": longest,
    }
    return {"items": [dict(row) for row in await work.fetch(REPORT, values)]}


def _same(named: str, given: str) -> None:
    if named != given:
        raise UnprocessableError("must be the id in the address", "须与地址中的 id 相同", field="id")


def _shown(member: Member, load: Load) -> dict[str, Any]:
    return {
        "staff_id": member.id,
        "name": member.name,
        "department": member.department,
        "leads": member.leads,
        "languages": sorted(member.languages),
        "skills": sorted(member.skills),
        "rank": member.rank,
        "zone": member.zone,
        "coordinates": member.coordinates,
        "may_own": member.may_own,
        "open": load.open,
        "customers_today": load.customers,
        "contacts_today": load.contacts,
        "presence": load.report.presence if load.report else None,
        "rests_until": load.rests_until,
    }
