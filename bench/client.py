"""A lean HTTP/1.1 client for load: keep-alive connections, prepared bytes, only status and length are read."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ConnectionError("the server closed the connection"))

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        assert self._transport is not None
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiter

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def post(path: str, body: object, host: str = "127.0.0.1") -> bytes:
    """The bytes of a JSON POST."""
    data = json.dumps(body, ensure_ascii=False).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


class Pool:
    """Connections to one address, handed out one request at a time."""

    def __init__(self, port: int, size: int) -> None:
        self._port = port
        self._size = size
        self._free: asyncio.Queue[_Connection] = asyncio.Queue()

    async def __aenter__(self) -> "Pool":
        loop = asyncio.get_running_loop()
        for _ in range(self._size):
            _, connection = await loop.create_connection(_Connection, "127.0.0.1", self._port)
            self._free.put_nowait(connection)
        return self

    async def __aexit__(self, *_: object) -> None:
        while not self._free.empty():
            self._free.get_nowait().close()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request on a free connection and return status and body."""
        connection = await self._free.get()
        try:
            return await connection.ask(request)
        finally:
            self._free.put_nowait(connection)


@dataclass
class Result:
    """What a load saw: latencies in seconds, errors, and how long it ran."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else float("nan")


async def closed_loop(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Result:
    """Every connection sends its next request as soon as it has an answer."""
    loop = asyncio.get_running_loop()
    result = Result(seconds)
    links = []
    for _ in range(connections):
        _, link = await loop.create_connection(_Connection, "127.0.0.1", port)
        links.append(link)
    began = perf_counter()

    async def work(link: _Connection) -> None:
        while (sent := perf_counter()) - began < seconds:
            status, _ = await link.ask(next(requests))
            if status < 300:
                result.latencies.append(perf_counter() - sent)
            else:
                result.errors += 1

    await asyncio.gather(*map(work, links))
    result.seconds = perf_counter() - began
    for link in links:
        link.close()
    return result


async def open_loop(
    port: int,
    requests: Iterator[bytes],
    rate: float,
    seconds: float,
    connections: int = 64,
    seen: Callable[[float, bytes], None] = lambda _sent, _body: None,
) -> Result:
    """Requests at a fixed rate whether answered or not; latency counts from when each was due."""
    result = Result(seconds)
    async with Pool(port, connections) as pool, asyncio.TaskGroup() as tasks:
        began = perf_counter()

        async def one(due: float) -> None:
            status, body = await pool.ask(next(requests))
            if status < 300:
                result.latencies.append(perf_counter() - due)
                seen(due, body)
            else:
                result.errors += 1

        for n in range(int(rate * seconds)):
            due = began + n / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            tasks.create_task(one(due))
    return result
