"""Errors as people and programs meet them: RFC 9457 problem JSON that names the field and what would be right.

The texts exist in zh-CN and English; Accept-Language chooses.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.bus.transience import is_transient

from .error_texts import field_text, title_text

MEDIA_TYPE = "application/problem+json"
TRY_AGAIN_AFTER = "1"
"""Seconds, as the header Retry-After says it."""

_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


class ProblemError(Exception):
    """An expected refusal. Subclasses set `status` and `kind`; `detail` is (English, Chinese).

    extensions: what else the caller may want to know, as members of the problem beside the standard ones.
    """

    status = 400
    kind = "bad-request"

    def __init__(
        self,
        english: str,
        chinese: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(english)
        self.details = {"en": english, "zh-CN": chinese}
        self.field = field
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})


class NotFoundError(ProblemError):
    """There is no such thing."""

    status = 404
    kind = "not-found"


class ConflictError(ProblemError):
    """The thing is not in a state in which this can be done."""

    status = 409
    kind = "conflict"


class UnprocessableError(ProblemError):
    """The request can be read, but a value in it cannot be right."""

    status = 422
    kind = "validation"


class UnavailableError(ProblemError):
    """It cannot be done now; the caller should try again."""

    status = 503
    kind = "unavailable"


class TooManyError(ProblemError):
    """The caller asks too often; it may be done later."""

    status = 429
    kind = "too-many"


class GoneError(ProblemError):
    """It was there, and is no longer kept."""

    status = 410
    kind = "gone"


def refusal(description: str) -> dict[str, Any]:
    """How an OpenAPI document describes a refusal."""
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}


REFUSALS: dict[int | str, dict[str, Any]] = {"default": refusal("refused; nothing is stored or changed")}
"""What every endpoint may answer besides what it is for."""


def language_of(request: Request) -> str:
    """zh-CN if the caller's first choice is Chinese, else en."""
    wanted = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return "zh-CN" if wanted.startswith("zh") else "en"


def problem(
    request: Request,
    status: int,
    kind: str,
    detail: str | None = None,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """A problem+json answer in the caller's language."""
    body: dict[str, Any] = {
        **jsonable_encoder(extensions or {}),
        "type": f"urn:redress:problem:{kind}",
        "title": title_text(kind, language_of(request)),
        "status": status,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def add_error_handlers(app: FastAPI) -> None:
    """Answer every refusal of this application as problem+json."""

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ProblemError)
        language = language_of(request)
        detail = error.details[language]
        errors = [{"field": error.field, "message": detail}] if error.field else []
        return problem(
            *(request, error.status, error.kind, detail),
            errors=errors,
            headers=error.headers,
            extensions=error.extensions,
        )

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        language = language_of(request)
        errors = [
            {"field": _field_name(item), "code": item["type"], "message": field_text(item, language)}
            for item in error.errors()[:20]
        ]
        first = f"{errors[0]['field']}: {errors[0]['message']}"
        return problem(request, 422, "validation", first, errors=errors)

    async def http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        kinds = {401: "unauthorized", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
        kind = kinds.get(error.status_code, "bad-request")
        return problem(request, error.status_code, kind, headers=error.headers)

    async def failed(request: Request, error: Exception) -> JSONResponse:
        if is_transient(error):
            return problem(request, 503, "unavailable", headers={"Retry-After": TRY_AGAIN_AFTER})
        return problem(request, 500, "internal")

    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(ProblemError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)


def _field_name(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return "body"
    parts = [str(part) for part in item["loc"]]
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:] or [parts[0]]
    return ".".join(parts)
