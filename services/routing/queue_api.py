"""The doors of routing for what to do next: a department's queue, and the next one of it."""

from typing import Annotated, Any

from fastapi import Body, Path, Query

from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.service import service_router

from .at_desk import AtDesk, known
from .bodies import AcceptanceBody
from .desk import Desk
from .directory_entries import ID_PATTERN
from .take_next import queue, take_next

router = service_router("routing", tags=["queues"])

Department = Annotated[str, Path(pattern=ID_PATTERN)]
Most = Annotated[int, Query(ge=1, le=500, description="how many at most")]


@router.get("/queues/{department}", summary="What a department has to do, the most urgent first")
async def show_queue(department: Department, work: Work, desk: AtDesk, limit: Most = 100) -> dict[str, Any]:
    """Complaints that its people work on and that do not wait, by the priority score of this moment."""
    return {"items": await queue(work, desk, _people(desk, department), limit)}


@router.post("/queues/{department}/next", summary="Take the next complaint")
async def post_next(
    department: Department, work: Work, desk: AtDesk, body: Annotated[AcceptanceBody, Body()]
) -> dict[str, Any]:
    """The most urgent on one's own desk; if that is empty, the most urgent that nobody has begun and whose handler is
    not at work, which is then one's own. `next` is null if there is nothing. Two who ask at once get two.
    """
    by = known(desk, "by", body.by)
    return {"next": await take_next(work, desk, by, _people(desk, department))}


def _people(desk: Desk, department: str) -> list[str]:
    if department not in desk.directory.departments:
        raise NotFoundError("there is no such department", "没有这个部门")
    return [member.id for member in desk.directory.members_of(department).members]
