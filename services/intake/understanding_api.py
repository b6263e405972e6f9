"""Endpoints of what intake understands by: the category tree."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Request
from pydantic import Field

from shared.events.vocabulary import Finding, RepeatReason, SuggestionOutcome
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from . import csv_file
from .categories import Categories, list_categories, read_tree
from .findings import give_account, give_reason, list_unexplained, make_finding
from .suggestions import decide_suggestion, list_undecided

router = service_router("intake", tags=["understanding"])

Under = Annotated[
    str | None,
    Query(
        min_length=1, max_length=200, pattern=r"^[^\x00]+$", description="only this path and what is below it"
    ),
]


@router.get("/categories", summary="The category tree")
async def categories(work: Work, under: Under = None) -> dict[str, Any]:
    """Every category by path; what is empty holds as in the category above."""
    return {"items": await list_categories(work, under)}


@router.put("/categories", summary="Import the category tree", openapi_extra=csv_file.BODY)
async def put_categories(request: Request, work: Work) -> dict[str, Any]:
    """Replace the whole tree by a CSV file of up to three levels with department, case type and fault."""
    tree = read_tree(await csv_file.read_text(request))
    known: Categories = request.app.state.categories
    return {"version": await known.replace(work, tree), "categories": len(tree)}


Account = Annotated[str, Field(min_length=1, max_length=100), Storable]


class AccountBody(StrictBody):
    """How the member of staff whom a complaint is about saw it."""

    by: Account
    text: Annotated[str, Field(min_length=1, max_length=5_000), Storable]


class FindingBody(StrictBody):
    """Whether a complaint was right."""

    by: Account
    finding: Finding


class ReasonBody(StrictBody):
    """Why a complaint came again."""

    by: Account
    reason: RepeatReason


@router.put("/complaints/{complaint_id}/account", summary="The accused member of staff's account")
async def put_account(complaint_id: UUID, work: Work, body: Annotated[AccountBody, Body()]) -> dict[str, Any]:
    """Only of a complaint about staff, and only by that person where one is named."""
    await give_account(work, complaint_id, body.by, body.text)
    return {"complaint_id": complaint_id}


@router.put("/complaints/{complaint_id}/finding", summary="Find a complaint right, partly or not")
async def put_finding(complaint_id: UUID, work: Work, body: Annotated[FindingBody, Body()]) -> dict[str, Any]:
    """Of a complaint about staff only after their account, and never by the person it is about."""
    await make_finding(work, complaint_id, body.by, body.finding)
    return {"complaint_id": complaint_id, "finding": body.finding}


@router.put("/complaints/{complaint_id}/repeat-reason", summary="Say why a complaint came again")
async def put_reason(complaint_id: UUID, work: Work, body: Annotated[ReasonBody, Body()]) -> dict[str, Any]:
    """One of nine reasons (REP-6); only of what was repeated, attached to or opened again."""
    await give_reason(work, complaint_id, body.by, body.reason)
    return {"complaint_id": complaint_id, "reason": body.reason}


class SuggestionBody(StrictBody):
    """What becomes of a suggestion."""

    by: Account
    outcome: SuggestionOutcome


@router.put("/complaints/{complaint_id}/suggestion", summary="Say what becomes of a suggestion")
async def put_suggestion(
    complaint_id: UUID, work: Work, body: Annotated[SuggestionBody, Body()]
) -> dict[str, Any]:
    """Its sender sees it on their page; the last word holds."""
    await decide_suggestion(work, complaint_id, body.outcome, body.by)
    return {"complaint_id": complaint_id, "outcome": body.outcome}


@router.get("/suggestions/undecided", summary="Suggestions whose senders have heard nothing yet")
async def undecided(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """By id, closed ones too: the sender of a suggestion always hears the outcome."""
    return await list_undecided(work, after, limit)


@router.get("/repeats/unexplained", summary="Repeats whose reason nobody has said yet")
async def unexplained(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Complaints that came again, by id; REP-6 wants a reason for each."""
    return await list_unexplained(work, after, limit)
