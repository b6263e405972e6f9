"""The doors of marketing: what was decided after each complaint, and what an adviser may say."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router

from .tables import complaint, customer, decision

router = service_router("marketing", tags=["marketing"])

_OFFER = (
    "offer_id",
    "complaint_id",
    "customer_id",
    "template",
    "family",
    "fit",
    "texts",
    "decided_at",
    "may_be_presented",
)
_SHOWN = [column for column in decision.c if column.name != "texts"]


@router.get("/decisions", summary="Decisions after closed complaints, by id")
async def list_decisions(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Every decision: the offer, or every reason why there is none."""
    async with work.read() as connection:
        return await read_page(connection, select(*_SHOWN), decision, "decision_id", after, limit)


@router.get("/complaints/{complaint_id}/decision", summary="The decision after one complaint")
async def decision_of(complaint_id: UUID, work: Work) -> dict[str, Any]:
    """There is one as soon as the complaint is closed."""
    async with work.read() as connection:
        found = await connection.execute(select(*_SHOWN).where(decision.c.complaint_id == complaint_id))
        row = found.mappings().first()
    if row is None:
        raise NotFoundError("nothing is decided about this complaint yet", "此投诉尚无决定")
    return dict(row)


@router.get("/offers/{offer_id}", summary="An offer with its texts for the adviser")
async def show_offer(offer_id: UUID, work: Work) -> dict[str, Any]:
    """What may be said in zh-CN and English.

    It may not be presented once the customer has withdrawn consent (OF-7) or has an open complaint (OF-4).
    """
    open_one = exists().where(
        complaint.c.customer_id == decision.c.customer_id, complaint.c.closed_at.is_(None)
    )
    statement = (
        select(decision, (customer.c.marketing & ~open_one).label("may_be_presented"))
        .join(customer, customer.c.customer_id == decision.c.customer_id)
        .where(decision.c.offer_id == offer_id)
    )
    async with work.read() as connection:
        row = (await connection.execute(statement)).mappings().first()
    if row is None:
        raise NotFoundError("there is no such offer", "没有这个优惠")
    return {name: row[name] for name in _OFFER}
