"""Endpoints of attachments; contents are streamed both ways."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic_core import to_json

from shared.runtime.errors import UnprocessableError
from shared.runtime.service import service_router

from .attachment_store import RefusedError
from .attachments import Attachments

router = service_router("intake", tags=["attachments"])

Name = Annotated[
    str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f/\\]+$", description="file name")
]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "/complaints/{complaint_id}/attachments", status_code=201, summary="Add a file", openapi_extra=_BODY
)
async def add_attachment(complaint_id: UUID, name: Name, request: Request) -> Response:
    """The body is the file. What it is, is told by its content; the same content again is the same file."""
    attachments: Attachments = request.app.state.attachments
    try:
        kept = await attachments.take(complaint_id, name, request.stream())
    except RefusedError as error:
        if str(error) == "large":
            raise HTTPException(413) from error
        raise UnprocessableError(
            "is of no kind that is taken", "不是可接受的文件类型", field="body"
        ) from error
    return Response(to_json(kept), 201, media_type="application/json")


@router.get("/complaints/{complaint_id}/attachments", summary="The files of a complaint")
async def attachments_of(complaint_id: UUID, request: Request) -> Response:
    """QUARANTINED until a scanner, where there is one, has said CLEAN or INFECTED."""
    attachments: Attachments = request.app.state.attachments
    return Response(to_json({"items": await attachments.of(complaint_id)}), media_type="application/json")


@router.get(
    "/attachments/{attachment_id}",
    summary="The content of a file",
    response_class=StreamingResponse,
    responses={200: {"content": {"*/*": {}}}},
)
async def content_of(attachment_id: UUID, request: Request) -> Response:
    """To be saved, never to be shown in the browser. 409 while it is in quarantine."""
    attachments: Attachments = request.app.state.attachments
    row, content = await attachments.find(attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
        "Content-Length": str(row["size"]),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, media_type=row["media_type"], headers=headers)
