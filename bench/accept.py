"""How many complaints intake's web door takes beside the ceilings, in alternating rounds, and how soon it answers."""

import asyncio
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

import asyncpg

from shared.runtime.embedded import EmbeddedPostgres

from .client import Result, closed_loop, latencies, open_loop
from .complaints import Complaints
from .processes import cpu_seconds, family, free_port
from .stage import Served, Stage
from .watchers import plain

CONNECTIONS = 48
RATE = 300.0
WARM_UP = 1.0
DRAIN_SECONDS = 60.0
NOWHERE = "127.0.0.1:1"
"""A broker that is away: nobody listens there."""


class Load(NamedTuple):
    """Rounds of every case and of the open loop, and the seconds of one round of either."""

    rounds: int = 3
    seconds: float = 5.0
    open_loop: float = 10.0


class _Case(NamedTuple):
    served: Served
    requests: Iterator[bytes]
    database: str | None


async def accept(stage: Stage, load: Load) -> dict[str, Any]:
    """Rates and ratios to the reference, with a broker and without, and latencies at a fixed rate."""
    server = await stage.postgres(["reference", "with_kafka", "kafka_away"])
    broker = await stage.broker()
    bare = await _bare(stage, server)
    ours = await stage.serve("intake", server.url("with_kafka"), broker.bootstrap)
    away = await stage.serve("intake", server.url("kafka_away"), NOWHERE, name="intake-kafka-away")
    for one, path in ((bare, "/docs"), (ours, "/health/ready"), (away, "/health/ready")):
        await one.ready(path)
    cases = {
        "reference": _Case(bare, Complaints("reference", "/store"), None),
        "validate_only": _Case(bare, Complaints("validate", "/validate"), None),
        "ours": _Case(ours, Complaints("ours"), server.url("with_kafka")),
        "ours_kafka_away": _Case(away, Complaints("away"), None),
    }
    found = await _alternate(cases, server, load)
    requests = Complaints("open")
    answers = [await open_loop(ours.port, requests, RATE, load.open_loop) for _ in range(load.rounds)]
    found["open_loop"] = {"rate": RATE, "seconds_each": load.open_loop} | latencies(answers)
    return found


async def _bare(stage: Stage, server: EmbeddedPostgres) -> Served:
    port = free_port()
    arguments = ["-m", "bench.ceilings", plain(server.url("reference")), str(port)]
    return Served(port, stage.start("ceilings", arguments, {}))


async def _alternate(cases: Mapping[str, _Case], server: EmbeddedPostgres, load: Load) -> dict[str, Any]:
    rates: dict[str, list[float]] = {name: [] for name in cases}
    costs: dict[str, list[dict[str, float]]] = {name: [] for name in cases}
    answers: dict[str, list[Result]] = {name: [] for name in cases}
    backlogs: list[int] = []
    for case in cases.values():
        await closed_loop(case.served.port, case.requests, CONNECTIONS, WARM_UP)
        await _drained(case)
    for _ in range(load.rounds):
        for name, case in cases.items():
            before = _cpu(case, server)
            result = await closed_loop(case.served.port, case.requests, CONNECTIONS, load.seconds)
            after = _cpu(case, server)
            rates[name].append(result.rate)
            answers[name].append(result)
            done = max(len(result.latencies), 1)
            costs[name].append({part: (after[part] - before[part]) / done * 1e6 for part in before})
            if case.database:
                backlogs.append(await _drained(case))
    return {
        "connections": CONNECTIONS,
        "rounds": load.rounds,
        "seconds_each": load.seconds,
        "outbox_rows_left_after_a_round": backlogs,
        "errors": {name: sum(result.errors for result in results) for name, results in answers.items()},
        "cases": {
            name: {
                "per_s": median(rates[name]),
                "rounds_per_s": [round(rate, 1) for rate in rates[name]],
                "ratio": median(
                    ours / bare for ours, bare in zip(rates[name], rates["reference"], strict=True)
                ),
                "p50_ms": median(result.percentile(0.5) for result in answers[name]),
                "p99_ms": median(result.percentile(0.99) for result in answers[name]),
                "cpu_us_per_request": {
                    part: round(median(cost[part] for cost in costs[name])) for part in ("server", "postgres")
                },
            }
            for name in cases
        },
    }


def _cpu(case: _Case, server: EmbeddedPostgres) -> dict[str, float]:
    return {"server": cpu_seconds([case.served.process.pid]), "postgres": cpu_seconds(family(server.pid))}


async def _drained(case: _Case) -> int:
    """Wait until the relay has moved everything, so that the next round has the machine; what was left at first."""
    if case.database is None:
        return 0
    connection = await asyncpg.connect(plain(case.database))
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            first = left = await connection.fetchval("SELECT count(*) FROM outbox")
            while left:
                await asyncio.sleep(0.05)
                left = await connection.fetchval("SELECT count(*) FROM outbox")
    finally:
        await connection.close()
    return int(first)
