"""The doors of routing for the talk with a customer: what moves them, when to call, what it took, who is to be called."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .at_desk import AtDesk, said
from .motives import note_motives
from .refusals import refusals
from .talk_forms import CallBody, InvestigationBody, MotivesBody, UrgencyBody
from .urgency import set_urgency
from .work_times import note_call, note_investigation, slots, times

router = service_router("routing", tags=["talk"])


Person = Annotated[CleanText | None, Query(max_length=64)]
Open = Annotated[bool | None, Query(description="only those that are still to be called, or only the others")]

_CALL_BACKS = Listing(
    "*",
    "call_back",
    "call_ref",
    {"given_to": "given_to = :given_to", "still_open": "(ended_at IS NULL) = CAST(:still_open AS boolean)"},
)


@router.put("/complaints/{complaint_id}/urgency", summary="Set how urgent it is")
async def put_urgency(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[UrgencyBody, Body()]
) -> dict[str, Any]:
    """By owner or handler. It weighs in the queue, and the customer hears again and again how far it is."""
    async with said(work, desk, complaint_id, body) as by:
        return await set_urgency(work, desk, complaint_id, body.urgency, by.id)


@router.put("/complaints/{complaint_id}/motives", summary="Note what moves the customer")
async def put_motives(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[MotivesBody, Body()]
) -> dict[str, Any]:
    """By owner or handler; in the place of what was known. The answer has hints for the talk, the strictest first."""
    async with said(work, desk, complaint_id, body) as by:
        return await note_motives(work, desk, complaint_id, body.motives, by.id)


@router.post("/complaints/{complaint_id}/calls", summary="Note that the customer was called")
async def post_call(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[CallBody, Body()]
) -> dict[str, Any]:
    """Whether or not they answered: both say when to call next. By owner or handler; the answer has all times so far."""
    async with said(work, desk, complaint_id, body) as by:
        return await note_call(
            work, complaint_id, by=by.id, at=body.at, reached=body.reached, minutes=body.talk_minutes
        )


@router.post("/complaints/{complaint_id}/investigations", summary="Note how long it was looked into")
async def post_investigation(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[InvestigationBody, Body()]
) -> dict[str, Any]:
    """By owner or handler; the answer has all times so far."""
    async with said(work, desk, complaint_id, body) as by:
        return await note_investigation(work, complaint_id, by=by.id, minutes=body.minutes, note=body.note)


@router.get("/complaints/{complaint_id}/times", summary="What the work on it took")
async def show_times(complaint_id: UUID, work: Work) -> dict[str, Any]:
    """Minutes of investigation, of talk and of waiting, and calls tried, each apart."""
    async with refusals(work, complaint_id):
        return await times(work, complaint_id)


@router.get("/complaints/{complaint_id}/call-slots", summary="When to call this customer")
async def show_slots(complaint_id: UUID, work: Work, desk: AtDesk) -> dict[str, Any]:
    """By when this customer answered before, on whatever complaint; the likeliest slot first. `chance` is one in two for
    a slot that was never tried."""
    async with refusals(work, complaint_id):
        return {"items": [slot._asdict() for slot in await slots(work, desk, complaint_id)]}


@router.get("/call-backs", summary="Callers who hung up, and who calls them back")
async def list_call_backs(
    work: Work, after: After = None, limit: Limit = 100, given_to: Person = None, still_open: Open = None
) -> dict[str, Any]:
    """By id; `call_by` is until when. Intake has the whole number, and takes down that they were called."""
    return await _CALL_BACKS.read(work, after, limit, given_to=given_to, still_open=still_open)
