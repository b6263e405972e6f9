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
        self.keys: list[str] = []
        self.behaves: Callable[[dict[str, Any]], str] = lambda _letter: "take"
        self.at_once = self.most_at_once = 0
        self.url = ""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    def taken(self) -> list[str]:
        """The ids of the letters that arrived, in order."""
        return [letter["id"] for letter in self.letters]

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
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read one request and behave; false if the connection ends with it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        letter = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.letters.append(letter)
        self.keys.append(headers["idempotency-key"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        match self.behaves(letter):
            case "take":
                writer.write(_http(200, json.dumps({"id": f"p-{letter['id'][-4:]}"})))
            case "hang":
                await asyncio.Event().wait()
            case "cut":
                return False
            case "cut the answer":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{")
                return False
            case "garbage":
                writer.write(_http(200, "<html>welcome</html>"))
            case "no http":
                writer.write(b"\x00\x01 what?\r\n\r\n")
            case status:
                writer.write(_http(int(status), "{}"))
        return True


def _http(status: int, body: str) -> bytes:
    data = body.encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(data), data)


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    """A provider that listens until the end."""
    provider = Provider()
    await provider.listen()
    try:
        yield provider
    finally:
        await provider.close()
