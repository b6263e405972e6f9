"""The doors of routing for appeals: what customers do not accept, and who decides about it until when."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .appeals import appeal, decide_appeal
from .at_desk import AtDesk, must_be_reason, said
from .bodies import AppealBody, AppealDecisionBody
from .of_complaint import OfComplaint

router = service_router("routing", tags=["appeals"])

Person = Annotated[CleanText | None, Query(max_length=64)]
Undecided = Annotated[bool | None, Query(description="only those that are to be decided, or only the others")]

_APPEALS = OfComplaint("appeal", "appeal_id")
_ALL = Listing(
    "*",
    "appeal",
    "appeal_id",
    {
        "decider_id": "decider_id = :decider_id",
        "undecided": "(decided_at IS NULL) = CAST(:undecided AS boolean)",
    },
)


@router.post("/complaints/{complaint_id}/appeal", summary="Note that the customer does not accept the end")
async def post_appeal(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[AppealBody, Body()]
) -> dict[str, Any]:
    """After a resolution, a rejection or a close, until the day that was told (`appeal_until`): later it is refused with
    that day. It stays open until the next senior person has decided (FC-22).
    """
    async with said(work, desk, complaint_id, body):
        return (await appeal(work, desk, complaint_id, text=body.text, by=body.by)).shown()


@router.post("/complaints/{complaint_id}/appeal/decision", summary="Decide an appeal")
async def post_appeal_decision(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[AppealDecisionBody, Body()]
) -> dict[str, Any]:
    """By the senior person named when it was appealed: upheld opens it again, otherwise it is closed (FC-22). Whose
    business it is not is no reason to close it (FC-12).
    """
    async with said(work, desk, complaint_id, body):
        if not body.upheld:
            must_be_reason(body.text, desk)
        done = await decide_appeal(
            *(work, desk, complaint_id), upheld=body.upheld, text=body.text, by=body.by
        )
        return done.shown()


@router.get("/complaints/{complaint_id}/appeals", summary="Appeals of a complaint, the oldest first")
async def list_appeals(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """With who decides or decided, and in `passed` who let the time pass before."""
    return await _APPEALS.page(work, complaint_id, after, limit)


@router.get("/appeals", summary="Appeals of all complaints")
async def list_all_appeals(
    work: Work,
    after: After = None,
    limit: Limit = 100,
    decider_id: Person = None,
    undecided: Undecided = None,
) -> dict[str, Any]:
    """Those that one person decides, or those that are undecided, if asked for."""
    return await _ALL.read(work, after, limit, decider_id=decider_id, undecided=undecided)
