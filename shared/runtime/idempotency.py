"""`Idempotency-Key` on every POST of a service: a request that succeeded is not done again, its answer is.

A key belongs to the caller's token. The same key with another request is refused; while the first one is at work,
the second is told to wait; what failed is forgotten, so that it can be tried again. Answers are kept for 72 hours.
What a request does and what it answered commit apart: after a crash between them the request is done again once
`ABANDONED_AFTER` has passed. Endpoints are therefore made so that doing them twice changes nothing.
"""

import hashlib
import re
from typing import TYPE_CHECKING, Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from shared.bus.database import Database
from shared.bus.transience import is_transient

from .errors import language_of, problem
from .idempotency_store import Claim, claim, forget, keep_answer, keep_swept

if TYPE_CHECKING:
    from .service import Service

log = structlog.get_logger()

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
LARGEST_ANSWER = 64 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,200}")

_TEXTS = {
    "key": ("must have 1 to 200 visible ASCII characters", "须为 1 到 200 个可见 ASCII 字符"),
    "other": ("was used for another request; take a new key", "已用于另一个请求，请换用新的编号"),
    "busy": ("the first request with this key is still at work", "使用此编号的首个请求仍在处理"),
    "down": ("not done: the key cannot be looked up just now", "暂时无法核对编号，请求未执行"),
}


class Idempotency:
    """Stands before a service's application; requests without the header pass untouched.

    `open_to_all`: beginnings of paths that need no token. Their callers cannot be told apart, so one could read
    the answer to another: there the header is not looked at.
    """

    def __init__(self, app: ASGIApp, *, database: Database, open_to_all: tuple[str, ...] = ()) -> None:
        self._app = app
        self._database = database
        self._open_to_all = open_to_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        key = None
        if scope["type"] == "http" and scope["method"] == "POST":
            key = Headers(scope=scope).get(HEADER)
        if key is None or scope["path"].startswith(self._open_to_all):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if not _KEY.fullmatch(key):
            await _refuse(request, send, 422, "validation", "key")
            return
        body = await request.body()
        attempt = Claim(_caller(request), key, uuid7(), _digest(request, body))
        try:
            found = await claim(self._database, attempt)
        except Exception as error:
            if not is_transient(error):
                raise
            await _refuse(request, send, 503, "unavailable", "down", headers={"Retry-After": "1"})
            return
        if found is None:
            await self._do(attempt, scope, _Again(body, receive), send)
        elif found["request"] != attempt.request:
            await _refuse(request, send, 422, "validation", "other")
        elif found["status"] is None:
            await _refuse(request, send, 409, "conflict", "busy", headers={"Retry-After": "1"})
        else:
            await _replay(found, send)

    async def _do(self, attempt: Claim, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; keep the answer before it is sent if it is a success, else forget the key."""
        answer = _Answer()
        try:
            await self._app(scope, receive, answer.take)
        finally:
            await self._settle(attempt, answer)
        for message in answer.messages:
            await send(message)

    async def _settle(self, attempt: Claim, answer: "_Answer") -> None:
        try:
            if answer.worth_keeping:
                await keep_answer(self._database, attempt, answer.status, answer.media_type, answer.body)
            else:
                await forget(self._database, attempt)
        except Exception as error:  # noqa: BLE001 - the request is done; its answer must go out all the same
            log.warning("idempotency.not_kept", reason=type(error).__name__)


class _Answer:
    """Collects an answer, so that it is kept before anybody has seen it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.status = 500
        self.media_type: str | None = None
        self.body = b""

    async def take(self, message: Message) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.media_type = MutableHeaders(raw=message["headers"]).get("content-type")
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    @property
    def worth_keeping(self) -> bool:
        return 200 <= self.status < 300 and len(self.body) <= LARGEST_ANSWER


class _Again:
    """Gives a body that was read already to the application, and then what the client does."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message if message is not None else await self._receive()


def answer_once(service: "Service", open_to_all: tuple[str, ...] = ()) -> None:
    """Let a service look at the header, describe it, and forget old answers. Its tables have `idempotency`."""
    service.app.add_middleware(Idempotency, database=service.database, open_to_all=open_to_all)
    service.runs(lambda: keep_swept(service.database))
    without = service.app.openapi

    def with_header() -> dict[str, Any]:
        return _described(without(), open_to_all)

    service.app.openapi = with_header  # type: ignore[method-assign]  # FastAPI's own way of changing the document


def _described(document: dict[str, Any], open_to_all: tuple[str, ...]) -> dict[str, Any]:
    parameter = {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "the same key with the same request gets the first successful answer again, for 72 hours",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }
    for path, operations in document.get("paths", {}).items():
        if "post" in operations and not path.startswith(open_to_all):
            parameters = operations["post"].setdefault("parameters", [])
            if not any(known["name"] == HEADER for known in parameters):
                parameters.append(parameter)
    return document


async def _replay(found: Any, send: Send) -> None:
    headers = MutableHeaders(raw=[])
    headers["content-length"] = str(len(found["body"]))
    headers[REPLAYED] = "true"
    if found["media_type"]:
        headers["content-type"] = found["media_type"]
    await send({"type": "http.response.start", "status": found["status"], "headers": headers.raw})
    await send({"type": "http.response.body", "body": found["body"]})


async def _refuse(
    request: Request, send: Send, status: int, kind: str, text: str, *, headers: dict[str, str] | None = None
) -> None:
    english, chinese = _TEXTS[text]
    detail = english if language_of(request) == "en" else chinese
    errors = [{"field": HEADER, "message": detail}] if status != 503 else []
    answer = problem(request, status, kind, f"{HEADER}: {detail}", errors=errors, headers=headers)
    await answer(request.scope, request.receive, send)


def _caller(request: Request) -> str:
    return hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()


def _digest(request: Request, body: bytes) -> str:
    about = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(about.encode() + body).hexdigest()
