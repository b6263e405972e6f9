"""What stands before every application: size limit, bearer token, trace context, request metrics."""

import hmac
import secrets
from time import perf_counter
from typing import Any

from fastapi import HTTPException
from prometheus_client import Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.bus.unit_of_work import traceparent

from .errors import problem
from .metrics import HTTP_SECONDS

MAX_BODY_BYTES = 256 * 1024
MAX_FILE_BYTES, FILES = 20 * 1024 * 1024, "/attachments"
"""Bodies of paths that end so are files; their endpoints stream them and know limits of their own."""
PUBLIC_PREFIXES = (
    "/health/",
    "/intake/v1/track/",
    "/intake/v1/form",
    "/intake/v1/providers/",
    "/feedback/v1/answers/",
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class TooLargeError(HTTPException):
    """The body went over the limit while it was streamed in."""

    def __init__(self) -> None:
        super().__init__(413, headers={"Connection": "close"})


class Gate:
    """Lets in only what is small enough and may come in; measures how long the answer took."""

    def __init__(
        self, app: ASGIApp, *, service: str, token: str | None, max_body: int = MAX_BODY_BYTES
    ) -> None:
        self._app = app
        self._service = service
        self._token = token
        self._max_body = max_body
        self._histograms: dict[tuple[str, str, str, str], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        exchange = _Exchange(receive, send, self._largest(scope))
        trace = _trace_context(scope)
        context = traceparent.set(trace)
        try:
            await self._serve(scope, exchange)
        finally:
            traceparent.reset(context)
            self._seconds(scope, exchange.status // 100).observe(perf_counter() - started)

    def _seconds(self, scope: Scope, status_class: int) -> Histogram:
        """The metric of such requests; looking its labels up anew each time would cost more than counting."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        labels = (self._service, method, route_template(scope), f"{status_class}xx")
        if labels not in self._histograms:
            self._histograms[labels] = HTTP_SECONDS.labels(*labels)
        return self._histograms[labels]

    async def _serve(self, scope: Scope, exchange: "_Exchange") -> None:
        request = Request(scope)
        if self._token and not self._may_enter(request):
            refusal = problem(request, 401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
            await refusal(scope, exchange.receive, exchange.send)
            return
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self._largest(request.scope):
            await self._refuse_size(request, exchange)
            return
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except TooLargeError:
            await self._refuse_size(request, exchange)

    async def _refuse_size(self, request: Request, exchange: "_Exchange") -> None:
        if exchange.answered:
            return
        limit = f"{self._largest(request.scope)} bytes"
        answer = problem(
            request, 413, "too-large", f"at most {limit} / 最多 {limit}", headers={"Connection": "close"}
        )
        await answer(request.scope, exchange.receive, exchange.send)

    def _largest(self, scope: Scope) -> int:
        return MAX_FILE_BYTES if scope["path"].endswith(FILES) else self._max_body

    def _may_enter(self, request: Request) -> bool:
        assert self._token is not None
        path = request.url.path
        if (
            path.startswith((*PUBLIC_PREFIXES, f"/{self._service}/docs"))
            or path == f"/{self._service}/openapi.json"
        ):
            return True
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode(), self._token.encode()
        )


class _Exchange:
    """One request and answer: counts the bytes that come in and remembers the status that went out."""

    def __init__(self, receive: Receive, send: Send, max_body: int) -> None:
        self._receive = receive
        self._send = send
        self._left = max_body
        self.status = 500
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise TooLargeError
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answered = True
        await self._send(message)


def route_template(scope: Scope) -> str:
    """The template of the matched route with its prefix, `unmatched` where there is none: never the raw path."""
    context: Any = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(context, "path", None)
    if path is None:
        path = getattr(scope.get("route"), "path", None)
    return str(path) if path else "unmatched"


def _trace_context(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"traceparent" and len(value) == 55:
            return str(value.decode("latin-1"))
    ids = secrets.token_hex(24)
    return f"00-{ids[:32]}-{ids[32:]}-01"
