"""The doors of notify: what operators may read about messages. Addresses are shown masked, links never."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from shared.bus.statement import Statement
from shared.events.vocabulary import MessageKind
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router

from .judge_outcome import State

router = service_router("notify", tags=["notify"])

_LISTED = """intent_id, complaint_id, kind, role, told_of, round, language, channel, address_hint, template_version,
    policy_version, state, reason, attempts, not_before, provider, provider_id, created_at, decided_at"""
_INTENTS = Listing(
    _LISTED,
    "intent",
    "intent_id",
    {"complaint_id": "complaint_id = :complaint_id", "kind": "kind = :kind", "state": "state = :state"},
)
_OF_COMPLAINT = Statement(
    f"SELECT {_LISTED}, text FROM intent WHERE complaint_id = :complaint_id ORDER BY intent_id"  # noqa: S608 - ours
)

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
    return await _INTENTS.read(work, after, limit, complaint_id=complaint_id, kind=kind, state=state)


@router.get("/incidents/{incident_id}/messages", summary="The messages to desks about one incident")
async def messages_of_incident(incident_id: UUID, work: Work) -> list[dict[str, Any]]:
    """What is due about it, and what was not given in time (SLA-M); its id stands in `complaint_id`."""
    return [dict(row) for row in await work.fetch(_OF_COMPLAINT, {"complaint_id": incident_id})]


@router.get("/complaints/{complaint_id}/messages", summary="The messages about one complaint")
async def messages_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """What was said to whom, the first first; `{link}` stands for a link."""
    return [dict(row) for row in await work.fetch(_OF_COMPLAINT, {"complaint_id": complaint_id})]
