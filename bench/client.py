"""A lean HTTP/1.1 client for load: kept connections, prepared bytes, only status and body are read.

It shares the machine with what it measures, so every microsecond here is one that Redress does not get.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any, cast

Answer = tuple[int, bytes]


class Link(asyncio.Protocol):
    """One kept connection with at most one request under way."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiter: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def usable(self) -> bool:
        """False once either side has closed it."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See Protocol."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """See Protocol; gives the waiter a whole answer."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = content_length(bytes(self._buffer[:end]))
        if len(self._buffer) < end + 4 + length:
            return
        status = int(self._buffer[9:12])
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result((status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """See Protocol."""
        self._transport = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ConnectionError("the server closed the connection"))

    def ask(self, request: bytes) -> "asyncio.Future[Answer]":
        """Send a request; the future has status and body."""
        if self._transport is None:
            raise ConnectionError("the connection is closed")
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiter

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


def content_length(head: bytes) -> int:
    """The length of the body behind these header lines."""
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def post(path: str, body: bytes) -> bytes:
    """The bytes of a JSON POST."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def get(path: str) -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


async def connect(port: int) -> Link:
    """A new connection."""
    _, link = await asyncio.get_running_loop().create_connection(Link, "127.0.0.1", port)
    return link


class Pool:
    """At most `size` connections to one port; who finds none free waits in line."""

    def __init__(self, port: int, size: int) -> None:
        self._port = port
        self._free: deque[Link] = deque()
        self._slots = asyncio.Semaphore(size)

    async def ask(self, request: bytes) -> Answer:
        """Send a request that may be sent twice, and return status and body.

        A server may close a kept connection while the request is on its way: then it is sent once more.
        """
        async with self._slots:
            link = self._free.pop() if self._free else await connect(self._port)
            try:
                answer = await (link if link.usable else (link := await connect(self._port))).ask(request)
            except ConnectionError:
                link = await connect(self._port)
                answer = await link.ask(request)
            self._free.append(link)
            return answer

    def close(self) -> None:
        """Close all connections."""
        while self._free:
            self._free.pop().close()


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
        return percentile(self.latencies, share) * 1000


def latencies(rounds: list[Result]) -> dict[str, Any]:
    """Medians over rounds of p50 and p99 in milliseconds, each round's own beside them, and the errors of all."""
    shares = {"p50": 0.5, "p99": 0.99}
    each = {name: [one.percentile(share) for one in rounds] for name, share in shares.items()}
    return {
        "errors": sum(one.errors for one in rounds),
        **{f"{name}_ms": median(values) for name, values in each.items()},
        **{f"rounds_{name}_ms": [round(value, 1) for value in values] for name, values in each.items()},
    }


def percentile(values: list[float], share: float) -> float:
    """The value that this share of `values` does not exceed; not a number if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


async def closed_loop(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Result:
    """Every connection sends its next request as soon as it has an answer."""
    result = Result(seconds)
    links = [await connect(port) for _ in range(connections)]
    began = perf_counter()

    async def work(link: Link) -> None:
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
    seen: Callable[[float, bytes], None] = lambda _due, _body: None,
) -> Result:
    """Requests at a fixed rate whether answered or not; a latency counts from when its request was due.

    `seen` is given that time (perf_counter) and the body of each good answer.
    """
    result = Result(seconds)
    pool = Pool(port, connections)

    async def one(due: float) -> None:
        status, body = await pool.ask(next(requests))
        if status < 300:
            result.latencies.append(perf_counter() - due)
            seen(due, body)
        else:
            result.errors += 1

    async with asyncio.TaskGroup() as tasks:
        began = perf_counter()
        for n in range(int(rate * seconds)):
            due = began + n / rate
            if (pause := due - perf_counter()) > 0:
                await asyncio.sleep(pause)
            tasks.create_task(one(due))
    pool.close()
    return result
