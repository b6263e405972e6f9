"""A small real HTTP server with the doors and lists of the services; it loses what a test tells it to."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

from services.command.replay.conservation import Place
from tests.waiting import eventually

Item = dict[str, Any]
KEYS = {"web": "contact_key", "phone": "call_id", "sms": "message_id"}


class FakeServices:
    """Set the attributes to make it misbehave.

    answers: given to the next posts, in order, before it takes any. refuse: a problem for some bodies. lost:
    ids that a place never lists. delay: seconds before each post is answered. token: that callers must send.
    """

    def __init__(self) -> None:
        self.address = ""
        self.taken: dict[tuple[str, str], UUID] = {}
        self.bodies: list[Item] = []
        self.posts = 0
        self.under_way = 0
        self.most_under_way = 0
        self.answers: list[Response] = []
        self.refuse: Callable[[Item], Response | None] = lambda _body: None
        self.lost: dict[Place, Callable[[UUID], bool]] = {}
        self.receipt: Callable[[UUID], Item] = lambda _id: {"state": "SKIPPED", "reason": "NO_ADDRESS"}
        self.made_up: dict[Place, list[Item]] = {}
        self.delay = 0.0
        self.token: str | None = None
        self.looks: Counter[str] = Counter()

    def app(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route("/intake/v1/channels/{channel}/contacts", self._take, methods=["POST"]),
                Route("/intake/v1/complaints", self._list(Place.RECEIVED, lambda _id: {})),
                Route("/routing/v1/complaints", self._list(Place.OWNED, lambda _id: {"owner_id": "a1"})),
                Route(
                    "/sla/v1/complaints",
                    self._list(Place.PROMISED, lambda _id: {"promises": {"ACK": 1, "SOLVE": 1}}),
                ),
                Route("/notify/v1/intents", self._list(Place.ACKNOWLEDGED, self._receipt)),
            ]
        )

    def _receipt(self, complaint_id: UUID) -> Item:
        return self.receipt(complaint_id)

    async def _take(self, request: Request) -> Response:
        self.posts += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.delay)
            return self._answer(request.path_params["channel"], await request.json(), request)
        finally:
            self.under_way -= 1

    def _answer(self, channel: str, body: Item, request: Request) -> Response:
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({}, 401)
        if self.answers:
            return self.answers.pop(0)
        if (refusal := self.refuse(body)) is not None:
            return refusal
        key = (channel, body[KEYS[channel]])
        known = key in self.taken
        complaint_id = self.taken.setdefault(key, UUID(int=uuid7().int))
        if not known:
            self.bodies.append(body)
        outcome = "already_known" if known else "created"
        return JSONResponse({"outcome": outcome, "complaint_id": str(complaint_id)}, 200 if known else 201)

    def _list(self, place: Place, facts: Callable[[UUID], Item]) -> Callable[[Request], Any]:
        key = "intent_id" if place is Place.ACKNOWLEDGED else "complaint_id"

        async def answer(request: Request) -> Response:
            self.looks[place] += 1
            if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
                return JSONResponse({}, 401)
            lost = self.lost.get(place)
            kept = [one for one in self.taken.values() if lost is None or not lost(one)]
            items = [{"complaint_id": str(one), **facts(one)} for one in kept]
            items += self.made_up.get(place, [])
            if key == "intent_id":
                items = [item | {"intent_id": item["complaint_id"]} for item in items]
            items = [item for item in items if item[key] > request.query_params["after"]]
            limit = int(request.query_params["limit"])
            page = sorted(items, key=lambda item: str(item[key]))[:limit]
            return JSONResponse({"items": page, "next": page[-1][key] if len(page) == limit else None})

        return answer


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the test."""
        yield


@asynccontextmanager
async def serving(fake: FakeServices) -> AsyncIterator[FakeServices]:
    """Serve on a free port of this machine."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    fake.address = f"http://127.0.0.1:{sock.getsockname()[1]}"
    server = _Server(uvicorn.Config(fake.app(), log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await eventually(lambda: server.started)
        yield fake
    finally:
        server.should_exit = True
        await task
        sock.close()
