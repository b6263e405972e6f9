"""A small company for the tests: a front desk, billing, network, and a duty desk."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.bus.statement import Statement
from shared.events.intake import ContactAttached
from shared.events.vocabulary import Channel, Severity
from tests.builders import complaint_received, now
from tests.service_under_test import ServiceUnderTest

STAFF = """
duty_desk = "night"

[[department]]
id = "front"
name = { zh-CN = "前台", en = "Front desk" }
case_types = ["SUGGESTION", "COMPLAINT"]

[[department]]
id = "billing"
name = { zh-CN = "账务部", en = "Billing" }
case_types = ["BILLING"]
categories = ["billing"]

[[department]]
id = "network"
name = { zh-CN = "网络部", en = "Network" }
categories = ["network", "billing/roaming"]

[[department]]
id = "night"
name = { zh-CN = "值班台", en = "Duty desk" }

[[staff]]
id = "f1"
name = "Front desk 1"
department = "front"
languages = ["zh-CN", "en"]
contact = { channel = "email", address = "f1@example.com" }

[[staff]]
id = "b1"
name = "Billing 1"
department = "billing"
languages = ["en"]
contact = { channel = "email", address = "b1@example.com" }

[[staff]]
id = "b2"
name = "Billing 2"
department = "billing"
languages = ["en"]

[[staff]]
id = "b9"
name = "Billing lead"
department = "billing"
lead = true
languages = ["zh-CN"]
contact = { channel = "email", address = "b9@example.com" }

[[staff]]
id = "n1"
name = "Network 1"
department = "network"
languages = ["zh-CN", "en"]
may_own = false

[[staff]]
id = "duty1"
name = "Duty 1"
department = "night"
lead = true
languages = ["zh-CN", "en"]
contact = { channel = "email", address = "duty@example.com" }
"""


def staff_file(folder: Path, text: str = STAFF) -> Path:
    """A file with these departments and staff."""
    path = folder / f"staff-{uuid4()}.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def taken_by(routing: ServiceUnderTest, account: str | None, **facts: object) -> UUID:
    """A complaint is received, taken by this account; returns its id."""
    complaint_id = uuid4()
    await routing.hears(complaint_received(complaint_id, taken_by=account, **facts))
    return complaint_id


async def post(routing: ServiceUnderTest, complaint_id: UUID, what: str, **body: object) -> httpx.Response:
    """Staff say something about a complaint."""
    return await routing.client.post(f"/routing/v1/complaints/{complaint_id}/{what}", json=body)


async def execute(routing: ServiceUnderTest, sql: str) -> None:
    """Change rows behind the service's back, as time would."""
    await routing.service.database.fetch(Statement(sql), {})


PACKET = {
    "facts": "Charged twice.",
    "demand": "The money back.",
    "problem": "I cannot see the bill.",
    "measures": "Asked for the bill.",
    "promised_at": "2099-01-01T00:00:00Z",
}


async def offer(routing: ServiceUnderTest, complaint_id: UUID, to: str, **body: object) -> httpx.Response:
    """Somebody is asked to work on it, with everything they have to be told; by f1, who is absent, unless said."""
    said = {"to": to, "reason": "ABSENT", "by": "f1"} | PACKET | body
    return await post(routing, complaint_id, "transfer", **said)


async def hand_over(routing: ServiceUnderTest, complaint_id: UUID, to: str, **body: object) -> None:
    """Somebody else is asked to work on it, and accepts."""
    offered = await offer(routing, complaint_id, to, **body)
    assert offered.status_code == 200, offered.text
    accepted = await post(routing, complaint_id, "transfer/acceptance", by=to)
    assert accepted.status_code == 200, accepted.text


FIRST_FOUR = ["VENT", "APOLOGISE_THANK", "ASK_CAUSE", "OWN_AND_PROPOSE"]


async def resolve(routing: ServiceUnderTest, complaint_id: UUID, by: str) -> None:
    """The owner or handler goes through all five steps and resolves the complaint."""
    proposed = await post(routing, complaint_id, "proposal", text="We pay it back.", by=by, steps=FIRST_FOUR)
    assert proposed.status_code == 200, proposed.text
    resolved = await post(routing, complaint_id, "resolution", by=by, steps=["INVITE_FEEDBACK"])
    assert resolved.status_code == 200, resolved.text


async def shown(routing: ServiceUnderTest, complaint_id: UUID) -> dict[str, Any]:
    """What staff see of a complaint."""
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def attached(complaint_id: UUID, *, reopens: bool = False, taken_by: str | None = None) -> ContactAttached:
    """The customer spoke again about a complaint, by short message."""
    return ContactAttached(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=Channel.SMS,
        rule="REP-4" if reopens else "REP-1",
        reopens=reopens,
        severity=Severity.S3,
        tags=(),
        risk_score=0,
        taken_by=taken_by,
        occurred_at=now(),
        received_at=now(),
        policy_version="intake-test",
    )
