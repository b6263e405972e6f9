"""How soon after its POST a complaint has an owner, as a stranger on the topic sees it; all processes apart."""

import asyncio
from collections.abc import Mapping
from time import perf_counter, time
from typing import Any, NamedTuple

import asyncpg
from pydantic_core import from_json

from services.command.registry import SERVICES

from .client import Result, latencies, open_loop
from .complaints import Complaints
from .provider import Provider, listening
from .stage import Stage, serve_all
from .watchers import OWNER_NAMED, KafkaWatcher, plain, watching

RATE = 100.0
LAST_SECONDS = 10.0


async def owned(stage: Stage, seconds: float = 10.0, warm_up: float = 6.0, rounds: int = 3) -> dict[str, Any]:
    """From when a POST was due to a plain consumer having `OwnerNamed`; beside it, to its row in the journal."""
    server = await stage.postgres(SERVICES)
    broker = await stage.broker()
    seen: dict[str, float] = {}

    def note(kind: str, complaint_id: str, _owner: str | None) -> None:
        if kind == OWNER_NAMED:
            seen[complaint_id] = perf_counter()

    async with listening(Provider()) as provider:
        served = await serve_all(stage, server, broker.bootstrap, provider.url)
        urls = {name: server.url(name) for name in SERVICES}
        async with watching(KafkaWatcher(broker.bootstrap, urls, note)):
            await open_loop(served["intake"].port, Complaints("warm"), RATE, warm_up)
            found = [
                await _round(served["intake"].port, Complaints(f"owned{n}"), seconds, seen, urls["routing"])
                for n in range(rounds)
            ]
    return {
        "rate": RATE,
        "seconds_each": seconds,
        "post_ms": latencies([one.answered for one in found]),
        "to_journal_ms": latencies([one.stored for one in found]),
        **latencies([one.told for one in found]),
        "errors": sum(one.answered.errors for one in found),
    }


class _Round(NamedTuple):
    """What a round of complaints saw. told: by the topic; stored: by the journal, in the same seconds."""

    answered: Result
    told: Result
    stored: Result


async def _round(
    port: int, requests: Complaints, seconds: float, seen: Mapping[str, float], routing: str
) -> _Round:
    due: dict[str, float] = {}
    to_wall = time() - perf_counter()
    answered = await open_loop(
        port,
        requests,
        RATE,
        seconds,
        seen=lambda at, body: due.update({from_json(body)["complaint_id"]: at}),
    )
    stored: dict[str, float] = {}
    async with asyncio.timeout(LAST_SECONDS):
        while due.keys() - seen.keys():
            await asyncio.sleep(0.02)
        while due.keys() - stored.keys():
            stored = await _journal_times(routing)
    return _Round(
        answered,
        Result(seconds, [seen[complaint_id] - at for complaint_id, at in due.items()]),
        Result(seconds, [stored[complaint_id] - (at + to_wall) for complaint_id, at in due.items()]),
    )


async def _journal_times(url: str) -> dict[str, float]:
    """When routing had each owner in its journal, by the database's clock, which is this machine's."""
    connection = await asyncpg.connect(plain(url))
    rows = await connection.fetch(
        "SELECT subject, extract(epoch FROM published_at) FROM journal WHERE type = $1", OWNER_NAMED
    )
    await connection.close()
    return {subject: float(at) for subject, at in rows}
