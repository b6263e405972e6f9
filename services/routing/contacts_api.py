"""The doors of routing for what reaches the owner: later contacts, and word to the superior where nobody is responsible."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .at_desk import AtDesk, said
from .bodies import DisputeBody
from .case_view import view_case
from .of_complaint import OfComplaint
from .report_unclear import report_unclear

router = service_router("routing", tags=["later contacts"])

Person = Annotated[CleanText | None, Query(max_length=64)]

_CONTACTS = OfComplaint("later_contact", "contact_id")
_ALL = Listing("*", "later_contact", "contact_id", {"passed_to": "passed_to = :passed_to"})


@router.get("/complaints/{complaint_id}/contacts", summary="Later contacts on a complaint, by id")
async def list_contacts(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """With who was told of each: the owner, or who stands in while the owner is away (FC-20)."""
    return await _CONTACTS.page(work, complaint_id, after, limit)


@router.get("/contacts", summary="Later contacts on all complaints, by id")
async def list_all_contacts(
    work: Work, after: After = None, limit: Limit = 100, passed_to: Person = None
) -> dict[str, Any]:
    """Those that one person was told of, if named."""
    return await _ALL.read(work, after, limit, passed_to=passed_to)


@router.post("/complaints/{complaint_id}/superior", summary="Say that responsibility is unclear")
async def post_superior(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By the owner, to the superior, the same day; the owner answers the customer all the same (FC-15)."""
    async with said(work, desk, complaint_id, body):
        await report_unclear(work, desk, complaint_id, by=body.by, text=body.text)
        return await view_case(work, desk, complaint_id)
