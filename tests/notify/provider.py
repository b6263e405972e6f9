"""A provider for tests: a real HTTP server that takes letters, refuses them, or breaks off half-way."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any


class Provider:
    """Keeps every letter that reached it. `behaves` says by letter what happens: see `_answer`."""

    def __init__(self) -> None:
        self.letters: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.behaves: Callable[[dict[str, Any]], str] = lambda _letter: "take"
        self.at_once = self.most_at_once = 0
        self.url = ""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def keys(self) -> list[str]:
        """The idempotency keys of the letters that arrived, in order."""
        return [headers["idempotency-key"] for headers in self.headers]

    @property
    def open_now(self) -> int:
        """How many connections are open."""
        return len(self._open)

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/messages"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read one request and behave; false if the connection ends with it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        letter = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.letters.append(letter)
        self.headers.append(headers)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        match self.behaves(letter):
            case "take":
                writer.write(_http(200, json.dumps({"id": f"p-{letter['id'][-4:]}"})))
            case "take and close":
                writer.write(_http(200, json.dumps({"id": "p-1"})))
                writer.write_eof()
                await reader.read()  # until the other end has closed too
                return False
            case "hang":
                await asyncio.Event().wait()
            case "cut":
                return False
            case "cut the answer":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{")
                return False
            case "never end":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b" " * 100_000)
            case "garbage":
                writer.write(_http(200, "<html>welcome</html>"))
            case "no http":
                writer.write(b"\x00\x01 what?\r\n\r\n")
            case status:
                writer.write(_http(int(status), "{}"))
        return True


def _http(status: int, body: str) -> bytes:
    data = body.encode()
    head = "Location: /elsewhere\r\nSet-Cookie: known=1"
    return b"HTTP/1.1 %d X\r\n%s\r\nContent-Length: %d\r\n\r\n%s" % (status, head.encode(), len(data), data)


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    """A provider that listens until the end."""
    provider = Provider()
    await provider.listen()
    try:
        yield provider
    finally:
        await provider.close()
