"""Whole journeys through all six services, as channel, staff, provider and customer would drive them over HTTP.

A journey: POST, owned, four promises, receipt, proposal, resolution, question, answer, closed, offer decision. It
counts when both its closing and its offer decision have been seen from outside.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Any, NamedTuple

from pydantic_core import from_json

from services.command.registry import SERVICES
from shared.runtime.embedded import EmbeddedPostgres
from tests.faults.checker import History, violations
from tests.faults.holdings import read_holdings

from .client import Pool, percentile, post
from .complaints import Complaints
from .processes import cpu_seconds, family, memory_mib
from .provider import Provider, listening
from .stage import Served, Stage, serve_all
from .watchers import (
    CLOSED,
    DECIDED,
    OWNER_NAMED,
    Backlog,
    FeedWatcher,
    KafkaWatcher,
    Watcher,
    growth,
    watching,
)

IN_FLIGHT = 600
"""Loops that nobody waits for rest, so a journey lasts seconds: with 400 under way a quarter of a core had nothing to do."""
STUCK_AFTER = 60.0
REST_SECONDS = 60.0
GROWING = 0.02
"""The backlog counts as growing when more than this share of the events published is left lying."""
WAITING_PER_JOURNEY = 12
"""No journey begins while, for each one under way, more events than this wait: half of all that it has.

Services that no journey waits for, as intake with its history, would else be overtaken without limit.
"""
LOOK_EVERY = 0.5
SOON = 2.0
"""It also counts as growing when, after the last journey, more than so many seconds of it are left."""

_ANSWER = b'{"solved":true,"score":5,"impression":5}'
_PROPOSAL = (
    '{"by":"%s","text":"双倍退还多扣的费用，并在下个账单日前到账",'
    '"steps":["VENT","APOLOGISE_THANK","ASK_CAUSE","OWN_AND_PROPOSE"]}'
)
_RESOLUTION = '{"by":"%s","text":"已退款并回电确认","steps":["INVITE_FEEDBACK"]}'


Pids = Callable[[], list[int]]


class Span(NamedTuple):
    """Seconds to warm up and to measure."""

    warm_up: float = 8.0
    measured: float = 20.0


class _Case:
    """What was seen of one complaint."""

    __slots__ = ("closed", "decided", "ended", "owner")

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.owner: asyncio.Future[str] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.closed = self.decided = False


class Driver:
    """Keeps at most `in_flight` journeys under way."""

    def __init__(self, run: str, ports: Mapping[str, int], in_flight: int) -> None:
        self.in_flight = in_flight
        self._may_begin = asyncio.Event()
        self._may_begin.set()
        self._complaints = Complaints(run)
        self._pools = {name: Pool(ports[name], 48) for name in ("intake", "routing", "feedback")}
        self._cases: dict[str, _Case] = {}
        self._answers: set[asyncio.Task[None]] = set()
        self._posted = 0
        self._stopping = False
        self.history = History()
        self.errors: Counter[str] = Counter()
        self.ended_at: list[float] = []
        self.durations: list[float] = []

    def seen(self, kind: str, complaint_id: str, owner: str | None) -> None:
        """Take note of an event."""
        if kind == OWNER_NAMED:
            case = self._case(complaint_id)
            if not case.owner.done():
                case.owner.set_result(owner or "")
        elif kind == CLOSED or kind in DECIDED:
            case = self._case(complaint_id)
            case.closed |= kind == CLOSED
            case.decided |= kind in DECIDED
            if case.closed and case.decided and not case.ended.done():
                case.ended.set_result(None)

    def link(self, path: bytes) -> None:
        """Answer a question as a satisfied customer would."""
        task = asyncio.create_task(self._answer(path.decode()))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    def may_begin(self, yes: bool) -> None:
        """Whether new journeys may begin."""
        if yes:
            self._may_begin.set()
        else:
            self._may_begin.clear()

    @asynccontextmanager
    async def driving(self) -> AsyncIterator[None]:
        """Drive journeys beside what is done inside; on leaving, let those under way end."""
        slots = [asyncio.create_task(self._slot()) for _ in range(self.in_flight)]
        try:
            yield
            self._stopping = True
            self._may_begin.set()
            await asyncio.gather(*slots)
        finally:
            for task in slots:
                task.cancel()
            for pool in self._pools.values():
                pool.close()

    async def _slot(self) -> None:
        while True:
            await self._may_begin.wait()
            if self._stopping:
                return
            try:
                async with asyncio.timeout(STUCK_AFTER):
                    await self._journey()
            except TimeoutError:
                self.errors["a journey did not end"] += 1
            except (_RefusedError, OSError) as error:
                self.errors[str(error)] += 1

    async def _journey(self) -> None:
        number, self._posted = self._posted, self._posted + 1
        began = perf_counter()
        body = await self._ask("intake", self._complaints.request(number))
        complaint_id = from_json(body)["complaint_id"]
        self.history.answered(self._complaints.key(number), complaint_id)
        case = self._case(complaint_id)
        owner = await case.owner
        path = f"/routing/v1/complaints/{complaint_id}"
        await self._ask("routing", post(f"{path}/proposal", (_PROPOSAL % owner).encode()))
        await self._ask("routing", post(f"{path}/resolution", (_RESOLUTION % owner).encode()))
        await case.ended
        now = perf_counter()
        self.ended_at.append(now)
        self.durations.append(now - began)
        del self._cases[complaint_id]

    async def _answer(self, path: str) -> None:
        try:
            await self._ask("feedback", post(path, _ANSWER))
        except (_RefusedError, OSError) as error:
            self.errors[str(error)] += 1

    async def _ask(self, service: str, request: bytes) -> bytes:
        status, body = await self._pools[service].ask(request)
        if status >= 300:
            raise _RefusedError(f"{service} answered {status}: {body[:200].decode(errors='replace')}")
        return body

    def _case(self, complaint_id: str) -> _Case:
        return self._cases.get(complaint_id) or self._cases.setdefault(complaint_id, _Case())


class _RefusedError(Exception):
    pass


class _Scene(NamedTuple):
    """A running Redress: who watches it, which processes it has (several under one name), where its data lie."""

    watcher: KafkaWatcher | FeedWatcher
    processes: Mapping[str, Pids]
    urls: Mapping[str, str]


async def apart(stage: Stage, span: Span, in_flight: int = IN_FLIGHT) -> dict[str, Any]:
    """Each service in a process of its own, on Kafka."""
    server = await stage.postgres(SERVICES)
    broker = await stage.broker()
    async with listening(Provider()) as provider:
        served = await serve_all(stage, server, broker.bootstrap, provider.url)
        driver = Driver("apart", {name: one.port for name, one in served.items()}, in_flight)
        provider.on_link = driver.link
        urls = {name: server.url(name) for name in SERVICES}
        processes: dict[str, Pids] = {
            "kafka": lambda: [broker.jvm.pid],
            "postgres": lambda: family(server.pid),
        }
        for name, one in served.items():
            processes[name] = _just(one)
        scene = _Scene(KafkaWatcher(broker.bootstrap, urls, driver.seen), processes, urls)
        found = await _drive(scene, driver, span)
        found["memory_mib"] = {name: memory_mib(one.process.pid) for name, one in served.items()}
        found["messages"] = provider.taken
        return found


async def together(stage: Stage, span: Span, in_flight: int = IN_FLIGHT) -> dict[str, Any]:
    """All services in one process, on the log in PostgreSQL."""
    async with listening(Provider()) as provider:
        one = await (await stage.up(outbound_url=provider.url)).ready()
        server = EmbeddedPostgres.attach(stage.folder / "data" / "postgres")
        urls = {name: server.url(name) for name in SERVICES}
        driver = Driver("together", dict.fromkeys(SERVICES, one.port), in_flight)
        provider.on_link = driver.link
        processes: dict[str, Pids] = {
            "redress": _just(one),
            "postgres": lambda: family(one.process.pid)[1:],
        }
        watcher = FeedWatcher(one.port, urls, server.url("event_log"), driver.seen)
        found = await _drive(_Scene(watcher, processes, urls), driver, span)
        found["memory_mib"] = {"redress": memory_mib(one.process.pid)}
        found["messages"] = provider.taken
        return found


def _just(one: Served) -> Pids:
    return lambda: [one.process.pid]


async def _drive(scene: _Scene, driver: Driver, span: Span) -> dict[str, Any]:
    watcher = scene.watcher
    async with watching(watcher):
        async with driver.driving():
            await _look_while(watcher, driver, span.warm_up)
            before = await _count(scene)
            looks = await _look_while(watcher, driver, span.measured)
            after = await _count(scene)
        resting = perf_counter()
        came_to_rest = await _rest(watcher)
        rest_seconds = perf_counter() - resting
    found = violations(driver.history, await read_holdings(scene.urls))
    events_per_s = (after.published - before.published) / (after.at - before.at)
    return {
        "in_flight": driver.in_flight,
        **_rates(before, after, driver),
        "backlog": {
            "first": looks[0]._asdict(),
            "last": looks[-1]._asdict(),
            "most": max(look.total for look in looks),
            "grows_by_per_s": round(growth(looks), 1),
            "growing": growth(looks) > GROWING * events_per_s or rest_seconds > SOON,
            "came_to_rest": came_to_rest,
            "rest_seconds": round(rest_seconds, 2),
        },
        "errors": dict(driver.errors),
        "violations": len(found),
        "first_violations": found[:3],
        "posted": len(driver.history.acknowledged),
    }


class _Counts(NamedTuple):
    """What had been used and done at one time."""

    at: float
    published: int
    cpu: dict[str, float]
    commits: dict[str, int]
    held: dict[str, int]


async def _count(scene: _Scene) -> _Counts:
    outboxes = scene.watcher.outboxes
    commits, held, published = (
        await outboxes.transactions(),
        await outboxes.held(),
        await outboxes.published(),
    )
    cpu = {name: cpu_seconds(pids()) for name, pids in scene.processes.items()}
    return _Counts(perf_counter(), published, cpu | {"driver": cpu_seconds([os.getpid()])}, commits, held)


def _rates(before: _Counts, after: _Counts, driver: Driver) -> dict[str, Any]:
    seconds = after.at - before.at
    journeys = sum(before.at <= at < after.at for at in driver.ended_at)

    def per_journey(
        ended: Mapping[str, float], began: Mapping[str, float], times: float = 1
    ) -> dict[str, float]:
        return {
            name: round((count - began.get(name, 0)) * times / max(journeys, 1), 2)
            for name, count in ended.items()
        }

    return {
        "seconds": round(seconds, 1),
        "journeys": journeys,
        "journeys_per_s": journeys / seconds,
        "events_per_s": (after.published - before.published) / seconds,
        "journey_ms": {
            "p50": round(percentile(driver.durations, 0.5) * 1000),
            "p99": round(percentile(driver.durations, 0.99) * 1000),
        },
        "cpu_ms_per_journey": per_journey(after.cpu, before.cpu, 1000),
        "cores_in_use": round((sum(after.cpu.values()) - sum(before.cpu.values())) / seconds, 2),
        "commits_per_journey": per_journey(after.commits, before.commits),
        "held_per_journey": per_journey(after.held, before.held),
    }


async def _look_while(watcher: Watcher, driver: Driver, seconds: float) -> list[Backlog]:
    """Look at the backlog for so long, and let the driver begin journeys only while it is small."""
    end = perf_counter() + seconds
    looks = []
    while (left := end - perf_counter()) > 0:
        looks.append(await watcher.backlog())
        driver.may_begin(looks[-1].total <= driver.in_flight * WAITING_PER_JOURNEY)
        await asyncio.sleep(min(LOOK_EVERY, left))
    return looks


async def _rest(watcher: Watcher) -> bool:
    """Wait until nothing is on its way any more; false if that takes too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(REST_SECONDS):
            still = 0
            while still < 3:  # an event may be between an outbox and a reader
                still = still + 1 if (await watcher.backlog()).total == 0 else 0
                await asyncio.sleep(0.05)
            return True
    return False
