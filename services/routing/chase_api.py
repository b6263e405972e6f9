"""The doors of routing for chasing an idle handler, and for the report on what was missed."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.service import service_router

from .at_desk import AtDesk, said
from .bodies import DisputeBody
from .chase import chase, chases_of, report
from .refusals import refusals

router = service_router("routing", tags=["chases"])

Quarter = Annotated[str, Query(pattern=r"^20[0-9]{2}Q[1-4]$", description="such as 2026Q4")]


@router.post("/complaints/{complaint_id}/chases", summary="Ask an idle handler to go on")
async def post_chase(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By the owner, whose duty it is every 24 hours, S1 every hour (FC-18); of another department also by anybody of the
    one that answers for it (FC-2)."""
    async with said(work, desk, complaint_id, body) as by:
        await chase(work, desk, complaint_id, by=by, text=body.text)
        return await chases_of(work, desk, complaint_id)


@router.get("/complaints/{complaint_id}/chases", summary="The log of chases of a complaint")
async def list_chases(complaint_id: UUID, work: Work, desk: AtDesk) -> dict[str, Any]:
    """And how many are missing until now: each interval in which neither owner nor handler did anything (FC-18)."""
    async with refusals(work, complaint_id):
        return await chases_of(work, desk, complaint_id)


@router.get("/reports/accountability", summary="Points for missed chases in a quarter")
async def show_report(work: Work, desk: AtDesk, quarter: Quarter) -> dict[str, Any]:
    """By owner: 1 without harm, 3 if it was escalated, 6 if far up (FC-19). For people to read; nothing follows."""
    year, number = int(quarter[:4]), int(quarter[-1])
    zone = ZoneInfo(desk.policy.assignment.zone)
    since = datetime(year, 3 * number - 2, 1, tzinfo=zone)
    until = datetime(year + number // 4, 3 * number % 12 + 1, 1, tzinfo=zone)
    return {"quarter": quarter} | await report(work, desk, since, until)
