"""How soon intake shows a customer when there are very many of them, each with some complaints and promises."""

import json
import random
from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import asyncpg

from services.intake.customer_view import COUNTED, SHOWN, VIEW
from shared.runtime.database import migrate

from .accept import NOWHERE
from .client import Result, closed_loop, get
from .many_customers import COMPLAINTS_EACH, customer_id, fill
from .stage import Stage
from .watchers import plain

CUSTOMERS, MILLION = 100_000, 1_000_000
SECONDS = 10.0
AT_ONCE = (1, 8)


async def customer_view(stage: Stage, customers: int = CUSTOMERS, seconds: float = SECONDS) -> dict[str, Any]:
    """Milliseconds of a GET of customers chosen by chance, one and eight at a time, and how the server finds them."""
    server = await stage.postgres(["intake"])
    url = server.url("intake")
    await migrate(url, "intake")
    began = perf_counter()
    await fill(url, customers)
    filled = perf_counter() - began
    plan = await _explain(url, customers)
    served = await stage.serve("intake", url, NOWHERE)
    await served.ready()
    requests = _requests(customers)
    await closed_loop(served.port, requests, 2, seconds / 5)
    found = {f"{many}_at_once": await closed_loop(served.port, requests, many, seconds) for many in AT_ONCE}
    return {
        "customers": customers,
        "complaints": customers * COMPLAINTS_EACH,
        "seconds_to_fill": round(filled, 1),
        "errors": sum(result.errors for result in found.values()),
        "whole_tables_read": sorted(_reads(plan, "Seq Scan", "Relation Name")),
        "indexes_used": sorted(_reads(plan, "Index", "Index Name")),
        **{name: _milliseconds(result) for name, result in found.items()},
    }


def _requests(customers: int) -> Iterator[bytes]:
    chance = random.Random(1)
    while True:
        yield get(f"/intake/v1/customers/{customer_id(chance.randint(1, customers))}")


def _milliseconds(result: Result) -> dict[str, float]:
    shares = {f"p{share}_ms": round(result.percentile(share / 100), 2) for share in (50, 95, 99)}
    return shares | {"per_s": round(result.rate)}


async def _explain(url: str, customers: int) -> Mapping[str, Any]:
    connection = await asyncpg.connect(plain(url))
    try:
        values = {"customer": customer_id(customers // 2), "counted": COUNTED, "shown": SHOWN}
        plans = await connection.fetchval(
            "EXPLAIN (FORMAT JSON) " + VIEW.sql, *[values[name] for name in VIEW.names]
        )
    finally:
        await connection.close()
    plan: Mapping[str, Any] = json.loads(plans)[0]["Plan"]
    return plan


def _reads(node: Mapping[str, Any], kind: str, name: str) -> set[str]:
    """The names of what is read in this way anywhere in a plan."""
    here = {node[name]} if kind in node["Node Type"] and name in node else set()
    return here.union(*(_reads(part, kind, name) for part in node.get("Plans", ())))
