"""The doors of news and of regulators' profiles: say that a customer was told how it stands; read which clocks run."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from shared.events.sla import NewsTold
from shared.events.vocabulary import PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.service import service_router
from shared.runtime.strict_json import StrictBody

from .pause_doors import Deciding, StaffId
from .promises import load_complaints, load_live_of
from .settle_promises import End
from .tell_news import tell_news

router = service_router("sla", tags=["news"])


class NewsForm(StrictBody):
    """Who told the customer how it stands."""

    by: StaffId


class NextNews(BaseModel):
    """When the next news is due; None where no more is promised."""

    due_at: AwareDatetime | None


@router.post(
    "/complaints/{complaint_id}/news", status_code=201, summary="Say that the customer was told how it stands"
)
async def told(complaint_id: UUID, form: NewsForm, work: Work, deciding: Deciding) -> NextNews:
    """Keeps the promise that waits for news, and promises the next until it is solved."""
    policy, keeper = deciding
    async with work.begin(str(complaint_id)) as tx:
        if not await load_complaints(tx, [complaint_id]):
            raise NotFoundError("there is no such complaint", "没有这个投诉")
        if not await load_live_of(tx, [complaint_id], [PromiseKind.SOLVE]):
            raise ConflictError("no result is promised any more", "已没有待兑现的结果承诺")
        because = tx.publish(NewsTold(complaint_id=complaint_id, by=form.by, told_at=tx.now))
        kinds = (PromiseKind.UPDATE, PromiseKind.SUPERIOR)
        await tell_news(tx, policy, keeper, [End(because, tx.now, kinds, done_by=(form.by,))])
        following = await load_live_of(tx, [complaint_id], [PromiseKind.UPDATE])
    return NextNews(due_at=following[0].due_at if following else None)


@router.get("/regulator-profiles", summary="The clocks of regulators and standards")
async def profiles(deciding: Deciding) -> dict[str, Any]:
    """Every profile with its clocks and what the customer may do afterwards, and the one of this installation."""
    regulator = deciding[0].regulator
    shown = {name: one.model_dump(mode="json", exclude_none=True) for name, one in regulator.profiles.items()}
    return {"in_force": regulator.profile or None, "profiles": shown}
