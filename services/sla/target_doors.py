"""The doors of targets: read how they were swapped, judge a complaint's severity anew, apply the policy to what is open."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, StringConstraints

from shared.bus.statement import Statement
from shared.events.vocabulary import PromiseKind, Severity
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from .pause_doors import Deciding, StaffId
from .promises import load_complaints
from .regrade import Cause, News
from .swap_pages import LOCK, order_swapping
from .swap_targets import Swap, swap_targets

router = service_router("sla", tags=["targets"])

_SWAPS = Statement("SELECT * FROM swap WHERE complaint_id = :complaint_id ORDER BY swapped_at, swap_id")

Reason = Annotated[str, StringConstraints(min_length=3, max_length=500), Storable]


class JudgementForm(StrictBody):
    """How severe it is, who says so, and why."""

    severity: Severity
    reason: Reason
    by: StaffId


class Moved(BaseModel):
    """A promise whose due time has moved."""

    kind: PromiseKind
    was_due_at: AwareDatetime
    due_at: AwareDatetime


class Ordered(BaseModel):
    """How many complaints are looked at again, and by which version of the policy."""

    complaints: int
    policy_version: str


@router.get("/complaints/{complaint_id}/swaps", summary="How the targets of a complaint were swapped")
async def swaps_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """Every time, with its cause, and severity, grade, policy and targets before and after."""
    return [dict(row) for row in await work.fetch(_SWAPS, {"complaint_id": complaint_id})]


@router.put("/complaints/{complaint_id}/severity", summary="Judge the severity of a complaint anew")
async def judge(complaint_id: UUID, form: JudgementForm, work: Work, deciding: Deciding) -> list[Moved]:
    """Targets are swapped; start and pauses stay, and what has moved is told (section 2.4)."""
    policy, keeper = deciding
    async with work.begin(str(complaint_id)) as tx:
        if not await load_complaints(tx, [complaint_id]):
            raise NotFoundError("there is no such complaint", "没有这个投诉")
        news = News(Cause.STAFF, form.severity, Cause.STAFF.value)
        moved = await swap_targets(tx, policy, keeper, [Swap(complaint_id, news, form.by, form.reason)])
    return [
        Moved(kind=before.kind, was_due_at=before.due_at, due_at=after.due_at)
        for before, after in moved.get(complaint_id, ())
    ]


@router.post("/targets", status_code=202, summary="Apply the policy in force to everything that is open")
async def apply_policy(work: Work, deciding: Deciding) -> Ordered:
    """Every complaint with open promises of another version: page by page, and on after a restart."""
    policy, _ = deciding
    async with work.begin(LOCK) as tx:
        count = await order_swapping(tx, policy)
    return Ordered(complaints=count, policy_version=policy.version)
