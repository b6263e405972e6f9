"""What the tests of remedies say again and again: people high enough, a remedy proposed, signed, paid."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, post, staff_file, taken_by

HEADS = """
[[staff]]
id = "s2"
name = "Supervisor"
department = "billing"
languages = ["en"]
rank = 2

[[staff]]
id = "h3"
name = "Head"
department = "billing"
languages = ["en"]
rank = 3

[[staff]]
id = "law"
name = "Legal"
department = "front"
languages = ["en"]
skills = ["legal"]
"""


async def company(start_service: StartService, folder: Path, policy: str = "") -> ServiceUnderTest:
    """The small company with a supervisor, a head and legal, and these choices about remedies."""
    text = f"[routing]\nversion='t'\n[routing.remedy]\n{policy}" if policy else ""
    return await start_service("routing", text, staff_file=staff_file(folder, STAFF + HEADS))


async def propose(
    routing: ServiceUnderTest, complaint_id: UUID, amount: int, **body: object
) -> httpx.Response:
    """Its owner, b1 unless said, proposes a refund or something else."""
    said = {"kind": "REFUND", "amount": amount, "text": "Charged twice.", "by": "b1"}
    return await post(routing, complaint_id, "remedies", **(said | body))


async def proposed(routing: ServiceUnderTest, amount: int, **body: object) -> tuple[UUID, dict[str, Any]]:
    """A complaint of b1's with a remedy that b1 proposed."""
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    answer = await propose(routing, complaint_id, amount, **body)
    assert answer.status_code == 200, answer.text
    return complaint_id, answer.json()["items"][-1]


async def signed(
    routing: ServiceUnderTest, complaint_id: UUID, remedy: dict[str, Any], by: str
) -> httpx.Response:
    """Somebody signs it."""
    return await post(routing, complaint_id, f"remedies/{remedy['remedy_id']}/approval", by=by)


async def paid(
    routing: ServiceUnderTest, complaint_id: UUID, remedy: dict[str, Any], payment: str
) -> httpx.Response:
    """b1 notes that it was paid under this number."""
    return await post(
        routing, complaint_id, f"remedies/{remedy['remedy_id']}/payment", by="b1", payment=payment
    )
