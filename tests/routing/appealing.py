"""What the tests of appeals and of other ends say again and again: resolved, rejected, appealed, decided."""

from typing import Any
from uuid import UUID

import httpx

from services.routing.policy import RoutingPolicy
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest

from .people import post, resolve, shown, taken_by

HOURS = load_policy(RoutingPolicy, "routing").hours


REJECTION: dict[str, Any] = {"reason": "NO_GROUND", "text": "The bill is right.", "by": "b1"}


async def state(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["state"])


async def appealed(routing: ServiceUnderTest, complaint_id: UUID) -> httpx.Response:
    return await post(routing, complaint_id, "appeal", text="It is not right.", by="f1")


async def decided(routing: ServiceUnderTest, complaint_id: UUID, by: str, *, upheld: bool) -> httpx.Response:
    body = {"by": by, "upheld": upheld, "text": "We looked again."}
    return await post(routing, complaint_id, "appeal/decision", **body)


async def on_desks(routing: ServiceUnderTest) -> int:
    items = (await routing.client.get("/routing/v1/staff")).json()["items"]
    return sum(item["open"] for item in items)


async def resolved(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await resolve(routing, complaint_id, "b1")
    return complaint_id


async def rejected(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    answer = await post(routing, complaint_id, "rejection", **REJECTION)
    assert answer.status_code == 200, answer.text
    return complaint_id
