"""All six services in the test's own process, on real databases, with the event log in PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from services.command.registry import SERVICES, create_service
from shared.bus.database import Database
from shared.bus.event_log import EventLog
from shared.bus.postgres import PostgresEventLog
from shared.runtime.service import Service, Together
from shared.runtime.settings import Settings
from tests.databases import NewDatabase
from tests.service_under_test import SEALING_KEYS
from tests.waiting import eventually

# Customers are asked at once, and a lost hand-over is soon called unknown, so that no test waits for hours.
QUICK_POLICY = """
[feedback]
version = "feedback-quick"
[feedback.question]
ask_after = 0
[notify]
version = "notify-quick"
[notify.handover]
timeout = 2
lease = 6
look_for_lost = 1
"""

SIX_STEPS = ["VENT", "APOLOGISE_THANK", "ASK_CAUSE", "OWN_AND_PROPOSE", "INVITE_FEEDBACK"]


class Live:
    """Six running services; `http` speaks to all of them under their paths."""

    def __init__(self, services: dict[str, Service], http: httpx.AsyncClient, folder: Path) -> None:
        self.services = services
        self.http = http
        self.folder = folder

    async def complain(self, key: str, **changes: Any) -> dict[str, Any]:
        """Post a complaint by web; returns the answer."""
        body = {
            "contact_key": key,
            "text": "本月账单多扣了两次流量费，请尽快退款。",
            "customer": {"external_id": f"customer-{key}", "phone": "13800138000", "marketing_consent": True},
        } | changes
        answer = await self.http.post("/intake/v1/channels/web/contacts", json=body)
        answer.raise_for_status()
        return dict(answer.json())

    async def get(self, path: str) -> Any:
        """The JSON at a path, None while it is not there."""
        answer = await self.http.get(path)
        return answer.json() if answer.status_code == 200 else None

    async def until(self, look: Callable[[], Awaitable[Any]], seconds: float = 30.0) -> Any:
        """Wait until `look` finds something, and return it."""
        found: list[Any] = []

        async def there() -> bool:
            found[:] = [await look()]
            return bool(found[0])

        await eventually(there, seconds)
        return found[0]

    async def status(self, complaint_id: str, wanted: str) -> Any:
        """Wait until intake shows a status; returns what it shows."""

        async def look() -> Any:
            shown = await self.get(f"/intake/v1/complaints/{complaint_id}")
            return shown if shown and shown["status"] == wanted else None

        return await self.until(look)

    async def owner(self, complaint_id: str) -> str:
        """Wait until the complaint has an owner; returns the owner's account."""
        case = await self.until(lambda: self.get(f"/routing/v1/complaints/{complaint_id}"))
        return str(case["owner"]["staff_id"])

    async def solve(self, complaint_id: str) -> None:
        """Propose and resolve, as the owner would."""
        by = await self.owner(complaint_id)
        base = f"/routing/v1/complaints/{complaint_id}"
        proposal = {"by": by, "text": "双倍退还多扣费用", "steps": SIX_STEPS[:4]}
        (await self.http.post(f"{base}/proposal", json=proposal)).raise_for_status()
        resolution = {"by": by, "text": "已退款", "steps": SIX_STEPS[4:]}
        (await self.http.post(f"{base}/resolution", json=resolution)).raise_for_status()

    async def answer(self, complaint_id: str, number: int = 1, **said: Any) -> None:
        """Answer the question that was sent to the customer as the `number`-th about this complaint."""

        async def asked() -> Any:
            path = f"/notify/v1/intents?complaint_id={complaint_id}&kind=QUESTION&state=SENT"
            sent = await self.get(path)
            return sent["items"] if sent and len(sent["items"]) >= number else None

        await self.until(asked)
        (await self.http.post(self._newest_link(), json=said)).raise_for_status()

    def _newest_link(self) -> str:
        texts = "".join(p.read_text(encoding="utf-8") for p in (self.folder / "messages").iterdir())
        questions = [line for line in texts.splitlines() if '"QUESTION"' in line]
        code = questions[-1].split("/feedback/v1/answers/")[1].split()[0].split('"')[0]
        return f"/feedback/v1/answers/{code}"


@asynccontextmanager
async def live(
    new_database: NewDatabase,
    log_url: str,
    folder: Path,
    policy: str = QUICK_POLICY,
    event_log: EventLog | None = None,
) -> AsyncIterator[Live]:
    """Start all services; stop them on leaving."""
    event_log = event_log or PostgresEventLog(Database(log_url, application="tests", pool_size=16))
    policy_file = folder / "policy.toml"
    policy_file.write_text(policy, encoding="utf-8")
    services = {}
    for name in SERVICES:
        settings = Settings(
            database_url=await new_database(name),
            sealing_keys=SEALING_KEYS,
            policy_file=policy_file,
            outbound_folder=folder / "messages",
        )
        services[name] = create_service(name, settings, event_log, max_records=50)
    together = Together(list(services.values()), Settings(), closes=event_log)
    async with (
        together.running(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=together), base_url="http://redress", timeout=30
        ) as http,
    ):
        yield Live(services, http, folder)
