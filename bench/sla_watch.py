"""How sla watches promises: firing with events, much due at once, idle looks, new promises, and how cost grows."""

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple
from uuid import uuid4

import psutil

from services.sla import recompute, recount, regulator_clocks
from services.sla.app import create_service
from services.sla.calendar_store import Timekeeper
from services.sla.count_time import Counting, as_data
from services.sla.policy import SlaPolicy
from services.sla.read_calendar import WEEKDAYS
from services.sla.save_calendar import save_calendar
from shared.bus.cloudevents import to_record
from shared.bus.database import Database
from shared.bus.event_log import StoredRecord
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events import Envelope
from shared.runtime.database import migrate
from shared.runtime.policy import load_policy
from shared.runtime.settings import Settings
from shared.runtime.timers import AT_A_TIME, TimerLoop
from tests.builders import complaint_received
from tests.service_under_test import NoLog

from .sla_due_dates import CALENDAR
from .sla_stock import KINDS, Stock, fill
from .stage import SEALING_KEYS, Stage

SIZES = (100_000, 1_000_000, 10_000_000)
DUE = 20_000
LOOKS = 200
DUE_IN = 60.0  # seconds after the rows are made, for their indexes
WARM, A_LITTLE, ROUNDS = 2_000, 2_000, 5
WAYS = ("sizes", "at_many_times", "scattered")
IN_A_WAY, A_BIT, FEWER_ROUNDS = 6_250, 1_000, 4
RECOMPUTED = 1_000_000
CALENDAR_NAME = "bench"
TEN_HOURS = as_data(Counting("bench", 1, 36_000.0, None))
SHORTER = {day: ["09:00-12:00", "13:30-17:00"] for day in WEEKDAYS[:5]}
_OUTBOX = Statement("SELECT count(*) AS events, extract(epoch FROM clock_timestamp()) AS now FROM outbox")
_COUNTED = Statement("SELECT count(*) FROM promise WHERE calendar_version = 2")
_OLDEST = Statement(
    "SELECT min(due_at) < now() - make_interval(mins => CAST(:minutes AS int)) FROM timer WHERE armed"
)
_LEFT = Statement("SELECT count(*) FROM timer WHERE armed AND due_at <= now()")


class Watch:
    """Sla's timers on one connection or more, without the rest of the service."""

    def __init__(self, url: str, connections: int) -> None:
        self.url = url
        self.database = Database(url, application="bench", pool_size=connections)
        self.work = UnitOfWork(self.database)
        policy = load_policy(SlaPolicy, "sla")
        self.keeper, self._rest = Timekeeper(policy), policy.rest
        made = (regulator_clocks.timers, recompute.timers, recount.timers)
        self.loop = TimerLoop(
            self.work, {kind: fire for each in made for kind, fire in each(policy, self.keeper).items()}
        )

    async def fire(self, at_most: int | None = None) -> tuple[int, float]:
        """Fire what is due, or so many; returns how many, and the seconds it took."""
        began, before = perf_counter(), self.loop.fired
        while at_most is None or self.loop.fired - before < at_most:
            if not await self.loop.fire_once():
                break
        return self.loop.fired - before, perf_counter() - began

    async def fire_all_of_the_hour(self, hour: int) -> None:
        """Fire until only what fell due half an hour later is left, of which some may go with it."""
        while (await self.database.fetch(_OLDEST, {"minutes": (len(WAYS) - hour) * 60 + 30}))[0][0]:
            await self.loop.fire_once()

    async def look_ms(self) -> float:
        """Median milliseconds of a look at which nothing is due."""
        times = []
        for _ in range(LOOKS):
            began = perf_counter()
            await self.loop.fire_once()
            times.append((perf_counter() - began) * 1000)
        return median(times)

    async def postgres_seconds(self) -> float:
        """Processor time that the connection's server process has used."""
        [(pid,)] = await self.database.fetch(Statement("SELECT pg_backend_pid()"), {})
        used = psutil.Process(pid).cpu_times()
        return float(used.user + used.system)

    async def save_calendar(self, document: Mapping[str, Any]) -> float:
        """Put a version of the calendar in force; returns the seconds it took."""
        began = perf_counter()
        async with self.work.begin("calendars") as tx:
            await save_calendar(tx, CALENDAR_NAME, document, self._rest)
        return perf_counter() - began

    async def events(self) -> int:
        """How many events lie in the outbox."""
        return int((await self.database.fetch(_OUTBOX, {}))[0][0])


@asynccontextmanager
async def watching(stage: Stage, stock: Stock, connections: int = 1) -> AsyncIterator[Watch]:
    """Sla's timers on a server with this stock."""
    server = await stage.postgres(["sla"])
    watched = Watch(server.url("sla"), connections)
    await migrate(watched.url, "sla")
    if stock.calendar is not None:
        await watched.save_calendar(CALENDAR)
    await fill(watched.url, stock)
    gc.collect()
    gc.freeze()  # as the services do
    gc.set_threshold(50_000, 20, 50)
    try:
        yield watched
    finally:
        await watched.database.close()


async def sla_watch(stage: Stage, due: int = DUE, at_once: int = 100_000) -> dict[str, Any]:
    """Firing beside 100,000 open promises, with and without clocks; much due in the same second, and new promises."""
    [fired] = await _at_sizes(stage, SIZES[:1], due)
    [laid] = await _at_sizes(stage, SIZES[:1], due, level="L3")
    async with (
        Stage(stage.folder.parent) as own,
        watching(own, Stock(at_once * KINDS, at_once, "L1", due_in=DUE_IN), AT_A_TIME) as watched,
    ):
        one_second = await _due_at_once(watched)
        made = await _from_events(watched)
    return {"fired": fired, "with_clocks": laid, "at_once": one_second, "promises": made}


async def sla_growth(
    stage: Stage, sizes: Sequence[int] = SIZES, recomputed: int = RECOMPUTED
) -> dict[str, Any]:
    """The cost of firing and of an idle look at each number of open promises; and counting many again.

    Fired is what came first, then what came at many times, then what came at any time.
    """
    grown = await _in_three_ways(stage, sizes)
    async with Stage(stage.folder.parent) as own:
        counted = await _recompute(own, recomputed)
    return grown | {"recompute": counted}


async def _in_three_ways(stage: Stage, sizes: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """By way and size; all sizes fire in turn, a little each, and the best of each counts."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with AsyncExitStack() as ends:
        all_watched = []
        for size in sizes:
            own = await ends.enter_async_context(Stage(stage.folder.parent))
            stock = Stock(size, min(IN_A_WAY, size // (4 * KINDS)), due_in=-3 * 3600.0, in_three_ways=True)
            all_watched.append(await ends.enter_async_context(watching(own, stock)))
            print(f"  {size:,} open: filled", flush=True)  # the next size may take minutes
        for hours, way in enumerate(WAYS, start=1):
            a_bit = min(A_BIT, min(sizes) // (32 * KINDS))
            for watched in all_watched:
                await watched.fire(a_bit)
            rounds = [[await _round(watched, a_bit) for watched in all_watched] for _ in range(FEWER_ROUNDS)]
            for watched in all_watched:
                await watched.fire_all_of_the_hour(hours)
            by_size = zip(sizes, all_watched, zip(*rounds, strict=True), strict=True)
            found[way] = [await _found(size, watched, of_one) for size, watched, of_one in by_size]
        for watched, at_size in zip(all_watched, found[WAYS[0]], strict=True):
            at_size["idle_look_ms"] = await watched.look_ms()
    return found


async def _at_sizes(
    stage: Stage, sizes: Sequence[int], due: int, *, level: str = "W1"
) -> list[dict[str, Any]]:
    """Levels fired beside so many open promises, each number on a server of its own, and looks when none is due.

    They fire in turn, a little each, so that what else the machine does strikes all alike; the best of each counts.
    """
    async with AsyncExitStack() as ends:
        all_watched = []
        for size in sizes:
            own = await ends.enter_async_context(Stage(stage.folder.parent))
            stock = Stock(size, min(due, size // (2 * KINDS)), level)
            all_watched.append(await ends.enter_async_context(watching(own, stock)))
            print(f"  {size:,} open: filled", flush=True)  # the next size may take minutes
        for watched in all_watched:
            await watched.fire(WARM)
        rounds: list[list[_Round]] = []
        while len(rounds) < ROUNDS and (those := [await _round(watched) for watched in all_watched])[0].fired:
            rounds.append(those)
        for watched in all_watched:
            await watched.fire()
        return [
            await _found(size, watched, of_one) | {"idle_look_ms": await watched.look_ms()}
            for size, watched, of_one in zip(sizes, all_watched, zip(*rounds, strict=True), strict=True)
        ]


class _Round(NamedTuple):
    fired: int
    seconds: float
    python: float
    postgres: float


async def _round(watched: Watch, at_most: int = A_LITTLE) -> _Round:
    python, postgres = process_time(), await watched.postgres_seconds()
    fired, seconds = await watched.fire(at_most)
    return _Round(fired, seconds, process_time() - python, await watched.postgres_seconds() - postgres)


async def _found(size: int, watched: Watch, rounds: Sequence[_Round]) -> dict[str, Any]:
    us_each = [one.seconds * 1e6 / one.fired for one in rounds]
    found = {
        "open": size,
        "fired": sum(one.fired for one in rounds),
        "per_s": 1e6 / min(us_each),
        "us_each": min(us_each),
        "us_each_of_rounds": us_each,
        "cpu_us": {
            "python": min(one.python * 1e6 / one.fired for one in rounds),
            "postgres": min(one.postgres * 1e6 / one.fired for one in rounds),
        },
        "events_missing": watched.loop.fired - await watched.events(),
    }
    print(f"  beside {size:,} open: {found}", flush=True)
    return found


async def _due_at_once(watched: Watch) -> dict[str, Any]:
    """From the second in which all are due until the last event of the last of them is in the outbox."""
    [(due_at,)] = await watched.database.fetch(
        Statement("SELECT extract(epoch FROM min(due_at)) FROM timer WHERE armed"), {}
    )
    running = asyncio.create_task(watched.loop.run())
    other = Database(watched.url, application="bench looks on")
    try:
        while True:
            [(left,)] = await other.fetch(_LEFT, {})
            [(events, now)] = await other.fetch(_OUTBOX, {})
            if events and not left:
                break
            await asyncio.sleep(0.25)  # it counts, which takes time from what it watches
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await other.close()
    return {"seconds": float(now - due_at), "timers": watched.loop.fired, "events": events}


async def _from_events(watched: Watch, complaints: int = 2_000) -> dict[str, Any]:
    """Promises made by the consumer from received complaints, in batches as it polls them."""
    settings = Settings(database_url=watched.url, sealing_keys=SEALING_KEYS)
    service = create_service(settings, NoLog())
    assert service.consumer is not None
    records = [_stored(number) for number in range(complaints + 500)]
    for begin in range(0, 500, 50):
        await service.consumer.apply(records[begin : begin + 50])
    began = perf_counter()
    for begin in range(500, len(records), 50):
        await service.consumer.apply(records[begin : begin + 50])
    seconds = perf_counter() - began
    await service.database.close()
    return {"promises": complaints * KINDS, "per_s": complaints * KINDS / seconds}


def _stored(offset: int) -> StoredRecord:
    now = datetime.now(UTC)
    record = to_record(Envelope(uuid4(), complaint_received(uuid4()), 1, now, now, {}))
    return StoredRecord(record.topic, record.key, record.headers, record.value, 0, offset, now)


async def _recompute(stage: Stage, promises: int) -> dict[str, Any]:
    """Open promises that count in a calendar, counted again after its change, in batches, until none is left."""
    stock = Stock(promises, calendar=CALENDAR_NAME, counted_by=TEN_HOURS)
    async with watching(stage, stock) as watched:
        ordered = await watched.save_calendar(CALENDAR | {"week": SHORTER})
        _, seconds = await watched.fire()
        [(counted,)] = await watched.database.fetch(_COUNTED, {})
        return {
            "promises": counted,
            "seconds": ordered + seconds,
            "ordered_in": ordered,
            "events": await watched.events(),
        }
