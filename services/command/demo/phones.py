"""The customers' phones: a small HTTP provider that notify hands its messages to."""

import json
import socket
from typing import Any
from uuid import uuid4

import uvicorn
from starlette.types import Receive, Scope, Send

from .people import Customers


class Phones:
    """Takes POSTs of messages, once per id, and lets the customers read them."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers
        self._taken: dict[str, str] = {}

    async def serve(self, sock: socket.socket) -> None:
        """Serve until cancelled."""
        config = uvicorn.Config(self, lifespan="off", log_config=None, access_log=False, server_header=False)
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[sock])
        try:
            await server.main_loop()
        finally:
            server.force_exit = True
            await server.shutdown(sockets=[sock])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200 with our id of the message."""
        assert scope["type"] == "http"
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        answer = json.dumps({"id": self._take(json.loads(body))}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _take(self, message: dict[str, Any]) -> str:
        known = self._taken.get(message["id"])
        if known is None:
            known = self._taken[message["id"]] = f"phone-{uuid4().hex[:12]}"
            self._customers.receive(message)
        return known
