"""The doors of routing for what is written to customers: always in the owner's name."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .answers import answer_customer, release, return_answer
from .at_desk import AtDesk, said
from .bodies import AcceptanceBody, AnswerBody, DisputeBody
from .of_complaint import OfComplaint

router = service_router("routing", tags=["answers to customers"])

Owner = Annotated[CleanText | None, Query(max_length=64)]

_ANSWERS = OfComplaint("answer", "answer_id")
_ALL = Listing(
    "answer_id, complaint_id, receipt_number, owner_id, written_by, written_at, answer.state, release_at",
    "answer JOIN complaint USING (complaint_id)",
    "answer_id",
    {"owner_id": "owner_id = :owner_id", "state": "answer.state = :state"},
)


@router.post("/complaints/{complaint_id}/answers", summary="Write to the customer")
async def post_answer(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[AnswerBody, Body()]
) -> dict[str, Any]:
    """By owner or handler; it goes out under the owner's name. What a handler writes is held until the owner releases
    it, or for an open hour, of S1 ten minutes (FC-13). Who stands in for an absent owner answers at once (FC-20). With a
    `standard_answer` its approved text is used, and it is noted that it was.
    """
    async with said(work, desk, complaint_id, body):
        await answer_customer(
            work, desk, complaint_id, text=body.text, by=body.by, standard_answer=body.standard_answer
        )
    return await _ANSWERS.all(work, complaint_id)


@router.get(
    "/complaints/{complaint_id}/answers", summary="What was written to the customer, the oldest first"
)
async def list_answers(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """With what is held, and what the owner did not let go out."""
    return await _ANSWERS.page(work, complaint_id, after, limit)


@router.get("/answers", summary="What waits for the owner's word")
async def list_held(
    *,
    work: Work,
    after: After = None,
    limit: Limit = 100,
    owner_id: Owner = None,
    state: Literal["HELD", "RELEASED", "RETURNED"] = "HELD",
) -> dict[str, Any]:
    """Answers of all complaints, of one owner if named, with when each goes out by itself."""
    return await _ALL.read(work, after, limit, owner_id=owner_id, state=state)


@router.post("/complaints/{complaint_id}/answers/{answer_id}/release", summary="Let an answer go out")
async def post_release(
    complaint_id: UUID, answer_id: UUID, work: Work, desk: AtDesk, body: Annotated[AcceptanceBody, Body()]
) -> dict[str, Any]:
    """By the owner (FC-13)."""
    async with said(work, desk, complaint_id, body):
        await release(work, desk, complaint_id, answer_id, body.by)
    return await _ANSWERS.all(work, complaint_id)


@router.post("/complaints/{complaint_id}/answers/{answer_id}/return", summary="Keep an answer back")
async def post_return(
    complaint_id: UUID, answer_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By the owner, with what is to be changed; it does not go out."""
    async with said(work, desk, complaint_id, body):
        await return_answer(work, complaint_id, answer_id, body.by, body.text)
    return await _ANSWERS.all(work, complaint_id)
