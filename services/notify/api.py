"""The doors of notify: what operators may read about messages. Addresses are shown masked, links never."""

from itertools import combinations
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from shared.bus.statement import Statement
from shared.events.vocabulary import MessageKind
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router

from .judge_outcome import State

router = service_router("notify", tags=["notify"])

_LISTED = """intent_id, complaint_id, kind, role, told_of, round, language, channel, address_hint, template_version,
    policy_version, state, reason, attempts, not_before, provider, provider_id, created_at, decided_at"""
_FILTERS = ("complaint_id", "kind", "state")


def _intents(columns: str, where: str) -> Statement:
    return Statement(f"SELECT {columns} FROM intent WHERE {where}")  # noqa: S608 - names of our own columns


def _page_of(filters: tuple[str, ...]) -> Statement:
    wanted = "".join(f"{name} = :{name} AND " for name in filters)
    return _intents(_LISTED, f"{wanted}intent_id > :after ORDER BY intent_id LIMIT :limit")


_PAGES = {some: _page_of(some) for count in range(4) for some in combinations(_FILTERS, count)}
_OF_COMPLAINT = _intents(f"{_LISTED}, text", "complaint_id = :complaint_id ORDER BY intent_id")

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
    given = {"complaint_id": complaint_id, "kind": kind, "state": state}
    wanted = {name: value for name, value in given.items() if value is not None}
    return await read_page(work, _PAGES[tuple(wanted)], "intent_id", after, limit, **wanted)


@router.get("/complaints/{complaint_id}/messages", summary="The messages about one complaint")
async def messages_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """What was said to whom, the first first; `{link}` stands for a link."""
    return [dict(row) for row in await work.fetch(_OF_COMPLAINT, {"complaint_id": complaint_id})]
