"""The receipt that customers see after the form, and the files that they add to it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError, UnavailableError, UnprocessableError
from shared.runtime.service import service_router

from .attachment_store import CHUNK, RefusedError
from .attachments import Attachments
from .form_page import headers, receipt_page, word
from .visits import not_too_many_files, not_too_often

router = service_router("intake", tags=["form"])

Code = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_BEHIND = Statement(
    "SELECT complaint_id, receipt_number, language FROM complaint WHERE tracking_code = :code"
)


@router.get(
    "/form/receipt/{code}",
    response_class=HTMLResponse,
    summary="The receipt after the form",
    dependencies=[Depends(not_too_often)],
)
async def show_receipt(code: Code, work: Work, request: Request) -> Response:
    """The receipt number and the way to the tracking page; whoever has the address needs no token."""
    return await _shown(request, await _behind(work, code), code)


@router.post(
    "/track/{code}/attachments",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(not_too_many_files)],
)
async def add_file(code: Code, work: Work, request: Request) -> Response:
    """From the receipt page; whoever has the address needs no token. Leads back to the receipt."""
    found = await _behind(work, code)
    attachments: Attachments = request.app.state.attachments
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise UnprocessableError("is required", "必须填写", field="file")
        try:
            await attachments.take(found["complaint_id"], _name(file.filename), _pieces(file))
        except RefusedError as error:
            return await _shown(request, found, code, word(str(error), found["language"]), status=422)
        except (ConflictError, UnavailableError) as error:
            return await _shown(request, found, code, error.details[found["language"]], status=error.status)
    return RedirectResponse(f"/intake/v1/form/receipt/{code}", 303)


async def _behind(work: Work, code: str) -> Any:
    rows = await work.fetch(_BEHIND, {"code": code})
    if not rows:
        raise NotFoundError("this receipt is not known", "没有这个回执")
    return rows[0]


async def _shown(
    request: Request, found: Any, code: str, problem: str | None = None, status: int = 200
) -> Response:
    attachments: Attachments = request.app.state.attachments
    complaint: UUID = found["complaint_id"]
    files = len(await attachments.of(complaint)) if attachments.can_keep else None
    page = receipt_page(found["language"], found["receipt_number"], code, files=files, problem=problem)
    embed_in = request.app.state.policy.form.embed_in
    return HTMLResponse(page, status, headers=headers(embed_in) | {"X-Robots-Tag": "noindex"})


async def _pieces(file: UploadFile) -> Any:
    while piece := await file.read(CHUNK):
        yield piece


def _name(given: str) -> str:
    """The last part of a name, without what could be taken for a path or a line."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:200] or "file"
