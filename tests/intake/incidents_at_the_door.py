"""What tests of incidents do at intake's door: complain, look, decide, and let time pass."""

from typing import Any

import httpx

from tests.service_under_test import ServiceUnderTest

from .doors import post

FEW = "[intake]\nversion='t'\n[intake.incident]\npropose_from=2\nopen_from=4\ncustomers_from=4"
OUTAGE = "no signal at home"


async def complain(intake: ServiceUnderTest, times: int, **fields: Any) -> None:
    for _ in range(times):
        await post(intake, **({"text": OUTAGE, "area": "A7"} | fields))


async def look(intake: ServiceUnderTest) -> dict[str, int]:
    found: dict[str, int] = (await intake.client.post("/intake/v1/incidents/look")).json()
    return found


async def do(intake: ServiceUnderTest, incident: object, what: str) -> httpx.Response:
    return await intake.client.post(f"/intake/v1/incidents/{incident}/{what}", json={"by": "l1"})


async def time_passes(intake: ServiceUnderTest, minutes: int, *, only: str = "true") -> None:
    """All complaints so far, or only some, came in so much earlier."""
    async with intake.engine.begin() as connection:
        for table in ("complaint", "heard"):
            await connection.exec_driver_sql(
                f"UPDATE {table} SET received_at = received_at - interval '{minutes} minutes' WHERE {only}"
            )
