"""The doors of routing for parts of a complaint that other departments deliver; one department leads."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .at_desk import AtDesk, said
from .bodies import DisputeBody, LeadDepartmentBody, TaskBody
from .desk import Desk
from .of_complaint import OfComplaint
from .settle_task import TaskState, TaskWord
from .tasks import ask, name_lead, say

router = service_router("routing", tags=["tasks of departments"])

Department = Annotated[CleanText | None, Query(max_length=64)]

_TASKS = OfComplaint("task", "task_id")
_ALL = Listing(
    "task_id, complaint_id, department, text, state, asked_by, asked_at, due_at, overdue_at, refusal, result",
    "task",
    "task_id",
    {"department": "department = :department", "state": "state = :state"},
)


@router.post("/complaints/{complaint_id}/tasks", summary="Ask another department for its part")
async def post_task(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[TaskBody, Body()]
) -> dict[str, Any]:
    """By owner or handler, of legal, quality or any department but the one that leads (FC-11). It is due within the time
    of FC-16, and the complaint is not resolved before it is delivered or released.
    """
    async with said(work, desk, complaint_id, body):
        _exists(desk, body.department)
        await ask(work, desk, complaint_id, department=body.department, text=body.text, by=body.by)
    return await _TASKS.all(work, complaint_id)


@router.get("/complaints/{complaint_id}/tasks", summary="Tasks of a complaint, the oldest first")
async def list_tasks(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """With what was delivered or refused."""
    return await _TASKS.page(work, complaint_id, after, limit)


@router.get("/tasks", summary="Tasks of all complaints")
async def list_all_tasks(
    *,
    work: Work,
    after: After = None,
    limit: Limit = 100,
    department: Department = None,
    state: TaskState | None = None,
) -> dict[str, Any]:
    """Those of one department or in one state, if named."""
    return await _ALL.read(work, after, limit, department=department, state=state)


@router.post("/complaints/{complaint_id}/tasks/{task_id}/result", summary="Deliver the department's part")
async def post_result(
    complaint_id: UUID, task_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By somebody of the department, with what can be done; once refused, by who leads it (FC-16)."""
    return await _say(work, desk, (complaint_id, task_id), TaskWord.DELIVER, body)


@router.post("/complaints/{complaint_id}/tasks/{task_id}/refusal", summary="Say no to a task")
async def post_refusal(
    complaint_id: UUID, task_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By somebody of the department, once and with the reason. It then lies with who leads the department (FC-16)."""
    return await _say(work, desk, (complaint_id, task_id), TaskWord.REFUSE, body)


@router.post("/complaints/{complaint_id}/tasks/{task_id}/release", summary="Do without the department's part")
async def post_release(
    complaint_id: UUID, task_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By owner or handler, with the reason."""
    return await _say(work, desk, (complaint_id, task_id), TaskWord.RELEASE, body)


@router.post("/complaints/{complaint_id}/lead-department", summary="Say which department leads")
async def post_lead(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[LeadDepartmentBody, Body()]
) -> dict[str, Any]:
    """By a coordinator. Until then it is the department of who worked on it when another was asked first (FC-11)."""
    async with said(work, desk, complaint_id, body):
        _exists(desk, body.department)
        await name_lead(work, desk, complaint_id, body.department, body.by)
    return {"complaint_id": complaint_id, "lead_department": body.department}


async def _say(
    work: Work, desk: Desk, of: tuple[UUID, UUID], word: TaskWord, body: DisputeBody
) -> dict[str, Any]:
    complaint_id, task_id = of
    async with said(work, desk, complaint_id, body) as by:
        await say(work, desk, complaint_id, task_id, word, by=by, text=body.text)
    return await _TASKS.all(work, complaint_id)


def _exists(desk: Desk, department: str) -> None:
    if department not in desk.directory.departments:
        raise UnprocessableError("is no department here", "没有这个部门", field="department")
