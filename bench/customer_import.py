"""How many customers of the operator's systems intake enters a second: new and known ones, as JSON and as CSV."""

import json
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import asyncpg

from shared.runtime.database import migrate

from .accept import NOWHERE
from .client import Pool, post
from .processes import cpu_seconds, family
from .stage import Stage, StartError
from .watchers import plain

CUSTOMERS = 40_000
AT_A_TIME = {"json": 1_000, "csv": 1_500}
"""Records of one request; a body has 256 KiB at most."""
_HEAD = "external_id,name,phones,emails,accounts,star,value_rank,language,key_account_manager,monthly_fee"


async def customer_import(stage: Stage, customers: int = CUSTOMERS) -> dict[str, Any]:
    """Records a second, one request after another: first all are new, then all are known and changed."""
    server = await stage.postgres(["intake"])
    url = server.url("intake")
    await migrate(url, "intake")
    served = await stage.serve("intake", url, NOWHERE)
    await served.ready()
    pool = Pool(served.port, 1)
    found: dict[str, Any] = {"customers": customers}

    def used() -> float:
        return cpu_seconds([served.process.pid]) + cpu_seconds(family(server.pid))

    before = used()
    for form, first in (("json", 0), ("csv", customers)):
        for what in ("new", "known"):
            star = 3 if what == "new" else 5
            found[f"{form}_{what}_per_s"] = round(
                customers / await _send(pool, _requests(form, first, customers, star))
            )
    pool.close()
    found["cpu_us_per_customer"] = round((used() - before) / (4 * customers) * 1e6)
    found["stored"] = await _stored(url)
    return found


async def _send(pool: Pool, requests: Iterator[bytes]) -> float:
    """Seconds for all of them; making them counts too, as reading a file would."""
    began = perf_counter()
    for request in requests:
        status, body = await pool.ask(request)
        if status != 200:
            raise StartError(f"an import was refused: {body[:200]!r}")
    return perf_counter() - began


def _requests(form: str, first: int, customers: int, star: int) -> Iterator[bytes]:
    size = AT_A_TIME[form]
    for start in range(first, first + customers, size):
        numbers = range(start, min(start + size, first + customers))
        yield _as_json(numbers, star) if form == "json" else _as_csv(numbers, star)


def _as_json(numbers: range, star: int) -> bytes:
    customers = [
        {
            "external_id": f"c{n}",
            "name": f"Customer {n}",
            "phones": [f"138{n:08d}"],
            "emails": [f"c{n}@example.com"],
            "accounts": [f"adsl-{n}"],
            "star": star,
            "value_rank": 0.4,
            "language": "zh-CN",
            "key_account_manager": "m1",
            "monthly_fee": "99",
        }
        for n in numbers
    ]
    return post("/intake/v1/customers", json.dumps({"customers": customers}).encode())


def _as_csv(numbers: range, star: int) -> bytes:
    lines = [
        f"c{n},Customer {n},138{n:08d},c{n}@example.com,adsl-{n},{star},0.4,zh-CN,m1,99" for n in numbers
    ]
    request = post("/intake/v1/customers/import", "\n".join([_HEAD, *lines]).encode())
    return request.replace(b"application/json", b"text/csv", 1)


async def _stored(url: str) -> int:
    connection = await asyncpg.connect(plain(url))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM customer WHERE star = 5"))
    finally:
        await connection.close()
