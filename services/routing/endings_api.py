"""The doors of routing for waiting, and for ends other than a resolution: rejected, cancelled."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body

from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router

from .at_desk import AtDesk, must_be_reason, said
from .bodies import AcceptanceBody, CancellationBody, RejectionBody, WaitBody
from .end_case import cancel, reject
from .of_complaint import OfComplaint
from .waiting import resume, wait

router = service_router("routing", tags=["waiting and endings"])

_ENDINGS = OfComplaint("ending", "ending_id")


@router.post("/complaints/{complaint_id}/wait", summary="Let it wait")
async def post_wait(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[WaitBody, Body()]
) -> dict[str, Any]:
    """By owner or handler, for a reason of PAU-1. Waiting for the customer needs evidence: a message that was sent,
    or two failed calls (PAU-2); an appointment its time. It goes on at the customer's next word (PAU-4), or in time.
    """
    async with said(work, desk, complaint_id, body):
        done = await wait(
            *(work, desk, complaint_id),
            reason=body.reason,
            by=body.by,
            evidence=body.evidence,
            failed_calls=body.failed_calls,
            until=body.until,
            note=body.note,
        )
        return done.shown()


@router.post("/complaints/{complaint_id}/resume", summary="Go on with it")
async def post_resume(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[AcceptanceBody, Body()]
) -> dict[str, Any]:
    """By owner or handler."""
    async with said(work, desk, complaint_id, body):
        return (await resume(work, complaint_id, body.by)).shown()


@router.post("/complaints/{complaint_id}/rejection", summary="End it as not justified")
async def post_rejection(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[RejectionBody, Body()]
) -> dict[str, Any]:
    """With a reason and a text for the customer, who may appeal. Whose business it is not is no reason (FC-12)."""
    async with said(work, desk, complaint_id, body):
        must_be_reason(body.text, desk)
        done = await reject(work, desk, complaint_id, reason=body.reason, text=body.text, by=body.by)
        return done.shown()


@router.post("/complaints/{complaint_id}/cancellation", summary="End it at the customer's wish")
async def post_cancellation(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[CancellationBody, Body()]
) -> dict[str, Any]:
    """By owner or handler, with what the customer said. Whose business it is not is no reason (FC-12)."""
    async with said(work, desk, complaint_id, body):
        must_be_reason(body.text, desk)
        return (await cancel(work, desk, complaint_id, text=body.text, by=body.by)).shown()


@router.get("/complaints/{complaint_id}/endings", summary="How it ended, each time, the oldest first")
async def list_endings(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """Every close, reopening, rejection and cancellation with its reason, who said it, and the version of the policy by
    which it was decided. `said_by` is null for the customer's own word or silence.
    """
    return await _ENDINGS.page(work, complaint_id, after, limit)
