"""The button on the tracking page by which a customer asks for a superior; it needs no JavaScript."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.service import service_router

from .ask_superior import ask_superior
from .may_ask_superior import Asking
from .policy import IntakePolicy
from .read_complaints import find_tracked
from .superior_section import why_not, words
from .tracking_page import SECURITY_HEADERS, tracking_page
from .visits import not_too_often

router = service_router("intake", tags=["form"])

Code = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_BEHIND = Statement("SELECT complaint_id, language FROM complaint WHERE tracking_code = :code")


@router.post(
    "/track/{code}/superior",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(not_too_often)],
)
async def ask(code: Code, work: Work, request: Request) -> Response:
    """From the tracking page; whoever has the address needs no token. Leads back to it, which says what became of it."""
    rows = await work.fetch(_BEHIND, {"code": code})
    if not rows:
        raise NotFoundError("this link is not known", "链接无效")
    policy: IntakePolicy = request.app.state.policy
    complaint_id: UUID = rows[0]["complaint_id"]
    language: str = rows[0]["language"]
    asking = await ask_superior(work, policy, complaint_id, words("press", language))
    if asking.is_allowed or asking is Asking.ASKED:
        return RedirectResponse(f"/intake/v1/track/{code}", 303, headers=SECURITY_HEADERS)
    found: Any = await find_tracked(work, code, policy)
    page = tracking_page(found, code, why_not(asking, language))
    return HTMLResponse(page, 409, headers=SECURITY_HEADERS)
