"""The doors of notify: what operators may read about messages. Addresses are shown masked, links never."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from shared.events.vocabulary import MessageKind
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router

from .judge_outcome import State
from .tables import intent

router = service_router("notify", tags=["notify"])

_HIDDEN = {"reply_to", "link", "claimed_until"}
_SHOWN = [column for column in intent.c if column.name not in _HIDDEN]
_LISTED = [column for column in _SHOWN if column.name != "text"]

OfComplaint = Annotated[UUID | None, Query(description="only messages about this complaint")]
OfKind = Annotated[MessageKind | None, Query(description="only messages of this kind")]
InState = Annotated[State | None, Query(description="only messages in this state")]


@router.get("/intents", summary="Messages that were called for, by id")
async def list_intents(
    work: Work,
    *,
    after: After = None,
    limit: Limit = 100,
    complaint_id: OfComplaint = None,
    kind: OfKind = None,
    state: InState = None,
) -> dict[str, Any]:
    """Every message with its state; sent, unknown, skipped and failed ones stay so."""
    statement = select(*_LISTED)
    if complaint_id is not None:
        statement = statement.where(intent.c.complaint_id == complaint_id)
    if kind is not None:
        statement = statement.where(intent.c.kind == kind)
    if state is not None:
        statement = statement.where(intent.c.state == state)
    async with work.read() as connection:
        return await read_page(connection, statement, intent, "intent_id", after, limit)


@router.get("/complaints/{complaint_id}/messages", summary="The messages about one complaint")
async def messages_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """What was said to whom, the first first; `{link}` stands for a link."""
    async with work.read() as connection:
        rows = await connection.execute(
            select(*_SHOWN).where(intent.c.complaint_id == complaint_id).order_by(intent.c.intent_id)
        )
        return [dict(row) for row in rows.mappings()]
