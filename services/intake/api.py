"""What may be read of complaints and customers, the tracking page, and a customer's consent to offers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic_core import to_json

from shared.bus.statement import Statement
from shared.events.vocabulary import Channel
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router
from shared.runtime.strict_json import StrictBody, YesNo

from .change_consent import change_consent
from .customer_view import find_customer
from .next_status import Status
from .policy import IntakePolicy
from .read_complaints import find_complaint, find_history, find_tracked, list_complaints
from .tracking_page import SECURITY_HEADERS, tracking_page
from .visits import not_too_often

router = service_router("intake", tags=["complaints"])

Lang = Annotated[Literal["zh-CN", "en"] | None, Query(description="the complaint's language if left out")]
Code = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
ReceiptNumber = Annotated[
    str | None, Query(max_length=40, pattern=r"^[A-Za-z0-9]+$", description="only the one with this number")
]
OfStatus = Annotated[Status | None, Query(description="only those with this status")]

_CONTACTS = Statement(
    """
    SELECT contact_id, channel, provider, contact_key, complaint_id, received_at FROM contact
    WHERE contact_id > :after ORDER BY contact_id LIMIT :limit
    """
)


class ConsentBody(StrictBody):
    """Whether a customer agrees to offers, and where they said so."""

    marketing: YesNo
    source: Channel


@router.get("/complaints", summary="Complaints, by id")
async def complaints(
    work: Work,
    after: After = None,
    limit: Limit = 100,
    status: OfStatus = None,
    receipt_number: ReceiptNumber = None,
) -> Response:
    """Every complaint with its status, its owner and the promise that is due next."""
    return _json(await list_complaints(work, after, limit, status, receipt_number))


@router.get("/complaints/{complaint_id}", summary="One complaint")
async def complaint_of(complaint_id: UUID, work: Work) -> Response:
    """Everything known of it, in one local read; seconds_left of a promise is negative when it is late."""
    found = await find_complaint(work, complaint_id)
    if found is None:
        raise NotFoundError("this complaint is not known", "没有这个投诉")
    return _json(found)


@router.get("/complaints/{complaint_id}/history", summary="What happened to one complaint")
async def history_of(complaint_id: UUID, work: Work) -> Response:
    """Every event about it, the oldest first; `detail` names all steps or promises of one occasion."""
    found = await find_history(work, complaint_id)
    if not found:
        raise NotFoundError("this complaint is not known", "没有这个投诉")
    return _json({"items": found})


@router.get("/contacts", summary="Contacts, by id")
async def contacts(work: Work, after: After = None, limit: Limit = 100) -> Response:
    """Every contact's key and the complaint it belongs to."""
    return _json(await read_page(work, _CONTACTS, "contact_id", after, limit))


@router.get("/customers/{customer_id}", summary="One customer, and how we treated them")
async def customer_of(customer_id: UUID, work: Work) -> Response:
    """The record with every key; totals over the newest 200 complaints: contacts, promises, answers, offers."""
    found = await find_customer(work, customer_id)
    if found is None:
        raise NotFoundError("this customer is not known", "没有这个客户")
    return _json(found)


@router.put("/customers/{customer_id}/consent", summary="Agree to offers, or withdraw")
async def put_consent(customer_id: UUID, work: Work, body: Annotated[ConsentBody, Body()]) -> dict[str, Any]:
    """The last word counts at once. `changed` is false if it was the same before."""
    changed = await change_consent(work, customer_id, body.marketing, body.source)
    return {"customer_id": customer_id, "marketing": body.marketing, "changed": changed}


@router.get(
    "/track/{code}",
    response_class=HTMLResponse,
    summary="The tracking page behind the link",
    dependencies=[Depends(not_too_often)],
)
async def track(code: Code, work: Work, request: Request, lang: Lang = None) -> Response:
    """What the customer may see; JSON if the caller accepts that. Whoever has the link needs no token.

    In the complaint's language, or in `lang`; the page leads to the other one. Times: in the customer's `zone` (CAL-3).
    """
    policy: IntakePolicy = request.app.state.policy
    found = await find_tracked(work, code, policy, lang)
    if found is None:
        raise NotFoundError("this link is not known", "链接无效")
    if "application/json" in request.headers.get("accept", ""):
        return Response(to_json(found), media_type="application/json", headers=SECURITY_HEADERS)
    return HTMLResponse(tracking_page(found, code), headers=SECURITY_HEADERS)


def _json(content: Any) -> Response:
    return Response(to_json(content), media_type="application/json")
