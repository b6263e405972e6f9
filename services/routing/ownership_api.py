"""The doors of routing for who answers: let somebody else answer for a complaint, and who did so before."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body

from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router

from .at_desk import AtDesk, known, said
from .bodies import OwnerBody
from .change_owner import change_owner
from .of_complaint import OfComplaint

router = service_router("routing", tags=["ownership"])

_CHANGES = OfComplaint("owner_change", "change_id")


@router.post("/complaints/{complaint_id}/owner", summary="Let somebody else answer for it")
async def post_owner(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[OwnerBody, Body()]
) -> dict[str, Any]:
    """For one of the reasons of FC-9 only, which the customer is told. `owner_id` is who answers for it now, as you
    see it; if that has changed meanwhile, the answer is 409 with who it is.
    """
    async with said(work, desk, complaint_id, body) as by:
        to = known(desk, "to", body.to)
        done = await change_owner(
            *(work, desk, complaint_id), seen=body.owner_id, to=to, reason=body.reason, text=body.text, by=by
        )
        return done.shown()


@router.get("/complaints/{complaint_id}/owners", summary="Every change of the owner, the oldest first")
async def list_owners(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """Who answered for it before, until when, and why it changed. Most complaints have none."""
    return await _CHANGES.page(work, complaint_id, after, limit)
