"""The provider to which notify posts messages: takes each at once, and hands on the answer links it finds."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from .client import content_length

_LINK = re.compile(rb"(/feedback/v1/answers/[A-Za-z0-9_-]+)")
_ID = re.compile(rb'"id":\s*"([^"]+)"')
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Provider:
    """Counts messages; `on_link` is called with the path in each question."""

    def __init__(self) -> None:
        self.on_link: Callable[[bytes], None] = lambda _path: None
        self.port = 0
        self.taken = 0

    @property
    def url(self) -> str:
        """Where messages are posted."""
        return f"http://127.0.0.1:{self.port}/messages"

    def take(self, body: bytes) -> bytes:
        """The answer to one message."""
        self.taken += 1
        if (link := _LINK.search(body)) is not None:
            self.on_link(link[1])
        found = _ID.search(body)
        answer = b'{"id":"%s"}' % (found[1] if found else b"?")
        return _HEAD % len(answer) + answer


class _Inbound(asyncio.Protocol):
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._buffer = bytearray()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + content_length(bytes(self._buffer[:end]))
            if len(self._buffer) < whole:
                return
            body = bytes(self._buffer[end + 4 : whole])
            del self._buffer[:whole]
            self._transport.write(self._provider.take(body))  # type: ignore[union-attr]


@asynccontextmanager
async def listening(provider: Provider) -> AsyncIterator[Provider]:
    """Serve on a free port."""
    server = await asyncio.get_running_loop().create_server(lambda: _Inbound(provider), "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    try:
        yield provider
    finally:
        server.close()
