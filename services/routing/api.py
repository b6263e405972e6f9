"""The doors of routing for staff: who answers for what, and the six steps to a resolution."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .accept_resolution import no_reason_in
from .at_desk import AtDesk, Together, known
from .bodies import ProposalBody, ResolutionBody, StepBody
from .case_view import view_case
from .next_state import State
from .refusals import refusals
from .take_next import take_next
from .work_on_case import propose, resolve, take_step

router = service_router("routing", tags=["routing"])

AccountFilter = Annotated[CleanText | None, Query(max_length=64)]

AndNext = Annotated[bool, Query(description="give the next complaint to work on as well")]

_COMPLAINTS = Listing(
    "complaint_id, receipt_number, received_at, owner_id, owner_name, department, rule, handler_id, state, round, "
    "escalation",
    "complaint",
    "complaint_id",
    {"owner_id": "owner_id = :owner_id", "handler_id": "handler_id = :handler_id", "state": "state = :state"},
)


@router.get("/complaints", summary="Complaints with their owners, by id")
async def list_complaints(
    *,
    work: Work,
    after: After = None,
    limit: Limit = 100,
    owner_id: AccountFilter = None,
    handler_id: AccountFilter = None,
    state: State | None = None,
) -> dict[str, Any]:
    """Every complaint routing has heard of; each has an owner."""
    return await _COMPLAINTS.read(work, after, limit, owner_id=owner_id, handler_id=handler_id, state=state)


@router.get("/complaints/{complaint_id}", summary="One complaint: owner, handler, work done, and why")
async def show_complaint(complaint_id: UUID, work: Work, desk: AtDesk) -> dict[str, Any]:
    """Who answers for it and by which rule, who works on it, and the steps and solutions of every round."""
    async with refusals(work, complaint_id):
        return await view_case(work, desk, complaint_id)


@router.post("/complaints/{complaint_id}/steps", summary="Note one of the six steps")
async def post_step(
    complaint_id: UUID, work: Work, desk: AtDesk, together: Together, body: Annotated[StepBody, Body()]
) -> dict[str, Any]:
    """In their order, FOLLOW_UP after the resolution; 409 names what is missing. A noted one stays noted."""
    by = known(desk, "by", body.by)
    async with refusals(work, complaint_id, body.version):
        return await together.on(complaint_id, partial(take_step, desk, step=body.step, by=by.id))


@router.post("/complaints/{complaint_id}/proposal", summary="Note the solution the customer was told of")
async def post_proposal(
    complaint_id: UUID, work: Work, desk: AtDesk, together: Together, body: Annotated[ProposalBody, Body()]
) -> dict[str, Any]:
    """By owner or handler, once the steps before OWN_AND_PROPOSE are noted or given in `steps`.

    The same proposal again is taken as said; another text is a new proposal until the complaint is resolved. With a
    `standard_answer` its approved text is used, and it is noted that it was.
    """
    by = known(desk, "by", body.by)
    async with refusals(work, complaint_id, body.version):
        do = partial(
            propose,
            desk,
            text=body.text,
            by=by.id,
            steps=body.steps,
            standard_answer=body.standard_answer,
        )
        return await together.on(complaint_id, do)


@router.post("/complaints/{complaint_id}/resolution", summary="Note that it was put right")
async def post_resolution(
    *,
    complaint_id: UUID,
    work: Work,
    desk: AtDesk,
    together: Together,
    body: Annotated[ResolutionBody, Body()],
    and_next: AndNext = False,
) -> dict[str, Any]:
    """By owner or handler, after a proposal and with the first five steps noted or given in `steps`.

    It stays RESOLVED until the customer confirms, disagrees or says nothing in time. A text that only says
    whose business it is not is refused (FC-12). With `and_next` the answer has the next one to do, as
    `POST /queues/{department}/next` gives it.
    """
    by = known(desk, "by", body.by)
    if words := no_reason_in(body.text, body.reason, desk.policy.work):
        raise UnprocessableError(
            f"“{words}” does not resolve a complaint (FC-12): say what was done, or give a reason",
            f"“{words}”不能作为办结理由（FC-12）：请写明处理结果，或选择 reason",
            field="text",
        )
    async with refusals(work, complaint_id, body.version):
        do = partial(resolve, desk, text=body.text, reason=body.reason, by=by.id, steps=body.steps)
        answer = await together.on(complaint_id, do)
    if and_next:
        people = [member.id for member in desk.directory.members_of(by.department).members]
        answer["next"] = await take_next(work, desk, by, people)
    return answer
