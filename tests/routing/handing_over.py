"""Hands work over in routing with a changed policy, and looks who has it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.routing.policy import RoutingPolicy
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .people import offer, post, shown, staff_file, taken_by

HOURS = load_policy(RoutingPolicy, "routing").hours


HALF_AN_HOUR = timedelta(minutes=30)


async def start(start_service: StartService, folder: Path, policy: str) -> ServiceUnderTest:
    changed = f"[routing]\nversion='t'\n[routing.transfer]\n{policy}"
    return await start_service("routing", changed, staff_file=staff_file(folder))


async def handler(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["handler"]["staff_id"])


async def transfers(routing: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/transfers")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def away(routing: ServiceUnderTest, staff_id: str) -> None:
    reports = [{"staff_id": staff_id, "presence": "AWAY"}]
    await routing.client.put("/routing/v1/presence", json={"reports": reports})


async def disputed(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    answer = await post(routing, complaint_id, "transfer/dispute", by="b1", text="It is the network.")
    assert answer.status_code == 200, answer.text
    return complaint_id
