"""Endpoints of calls: told part by part, read, called back, and compared with the telephone system's own list."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import Response
from pydantic import ValidationError
from pydantic_core import to_json

from shared.bus.transience import is_transient
from shared.events.intake import CallBackEnded
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError, UnavailableError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router

from . import metrics
from .call_forms import CallBackDone, CallPart, as_facts
from .call_statements import CALL_BACK_DONE, CALL_BACKS, KNOWN, ONE
from .calls import Calls, Told
from .csv_file import BODY, read_text, rows, wrong

router = service_router("intake", tags=["calls"])

Provider = Annotated[str, Query(max_length=100, description="the account of the telephone system")]
CallId = Annotated[str, Query(min_length=1, max_length=200)]
_COLUMNS = (
    "call_id",
    "leg_id",
    "caller_number",
    "called_number",
    "direction",
    "queue",
    "agent_id",
    "started_at",
    "answered_at",
    "ended_at",
    "hangup_reason",
    "disposition",
    "complaint",
)


@router.post("/channels/phone/calls", summary="Tell a part of a call")
async def tell_part(body: Annotated[CallPart, Body()], request: Request) -> Response:
    """In any order, as often as need be. The call is judged once it is over and nothing new comes."""
    told = await _tell(request, body)
    return _json(told._asdict() | {"outcome": "kept" if told.news else "already_known"})


@router.get("/calls", summary="One call")
async def call_of(work: Work, call_id: CallId, provider: Provider = "") -> Response:
    """What all parts together say, and what became of it."""
    found = await work.fetch(ONE, {"provider": provider, "call_id": call_id})
    if not found:
        raise NotFoundError("this call is not known", "没有这个通话")
    return _json(dict(found[0]))


@router.get("/call-backs", summary="Callers to be called back, by id")
async def call_backs(work: Work, after: After = None, limit: Limit = 100) -> Response:
    """Who hung up before anybody answered, and was not called back yet."""
    return _json(await read_page(work, CALL_BACKS, "call_ref", after, limit))


@router.post("/call-backs/{call_ref}/done", summary="A caller was called back")
async def call_back_done(call_ref: UUID, body: Annotated[CallBackDone, Body()], work: Work) -> Response:
    """Whether they were reached or not: it was tried."""
    async with work.begin(str(call_ref)) as tx:
        if not await tx.fetch(CALL_BACK_DONE, {"call": call_ref, "by": body.by, "reached": body.reached}):
            raise ConflictError("nobody is to be called back for this call any more", "此通话已无需回呼")
        tx.publish(
            CallBackEnded(
                call_ref=call_ref,
                why="CALLED",
                by=body.by,
                reached=body.reached,
                complaint_id=None,
                ended_at=tx.now,
            )
        )
    return _json({"call_ref": call_ref, "reached": body.reached})


@router.post("/calls/reconciliation", summary="Compare with a list of calls", openapi_extra=BODY)
async def reconcile(request: Request, provider: Provider = "") -> Response:
    """A CSV file with `call_id` and what else is known of each call. What we did not hold is filled in."""
    parts = [
        _row(line, given, provider) for line, given in rows(await read_text(request), _names(), "call_id")
    ]
    found = await request.app.state.unit_of_work.fetch(
        KNOWN, {"provider": provider, "calls": [part.call_id for part in parts]}
    )
    known = {call_id for (call_id,) in found}
    for part in parts:
        await _tell(request, part)
    missing = list(dict.fromkeys(part.call_id for part in parts if part.call_id not in known))
    metrics.CALLS_MISSING.inc(len(missing))
    return _json({"calls": len({part.call_id for part in parts}), "missing": missing})


def _names() -> dict[str, str]:
    return {name: name for name in _COLUMNS}


def _row(line: int, given: dict[str, str], provider: str) -> CallPart:
    facts = {name: value for name, value in given.items() if value}
    try:
        return CallPart.model_validate_json(to_json(facts | {"provider": provider}))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise wrong(f"{field} is not right", f"{field} 有误", line, field) from error


async def _tell(request: Request, part: CallPart) -> Told:
    calls: Calls = request.app.state.calls
    try:
        return await calls.tell(part.provider, part.call_id, as_facts(part))
    except Exception as error:
        if not is_transient(error):
            raise
        raise UnavailableError(
            "it may not be stored; send the same again",
            "可能尚未保存，请原样重新提交",
            headers={"Retry-After": "1"},
        ) from error


def _json(content: Any) -> Response:
    return Response(to_json(content), media_type="application/json")
