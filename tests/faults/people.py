"""Staff and customers who do their part over HTTP alone, and say it again until they are heard."""

import asyncio
import json
from typing import Any

import httpx

from tests.journeys.live import SIX_STEPS
from tests.waiting import eventually

from .installation import Installation

PATIENCE = 120.0


class People:
    """Those who work on the complaints of an installation, and those who complained."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.answered: set[str] = set()
        self.unasked: set[str] = set()

    async def see_through(self, complaint_id: str) -> None:
        """Propose, resolve and answer; a customer whom the question never reached stays silent."""
        base = f"/routing/v1/complaints/{complaint_id}"
        by = (await self._insist("GET", "routing", base))["owner"]["staff_id"]
        proposal = {"by": by, "text": "双倍退还多扣费用", "steps": SIX_STEPS[:4]}
        await self._insist("POST", "routing", f"{base}/proposal", proposal)
        await self._insist("POST", "routing", f"{base}/resolution", {"by": by, "steps": SIX_STEPS[4:]})
        link = await self._link(complaint_id)
        if link is None:
            self.unasked.add(complaint_id)
            return
        await self._insist("POST", "feedback", link, {"solved": True, "score": 5})
        self.answered.add(complaint_id)

    async def everybody_sees_the_end(self) -> None:
        """Wait until every answered complaint is closed for intake and routing, and marketing has decided on it."""

        async def ended() -> bool:
            looks = [self._has_ended(complaint_id) for complaint_id in self.answered]
            return all(await asyncio.gather(*looks))

        await eventually(ended, PATIENCE, every=0.5)

    async def _has_ended(self, complaint_id: str) -> bool:
        shown = await self._once("GET", "intake", f"/intake/v1/complaints/{complaint_id}")
        case = await self._once("GET", "routing", f"/routing/v1/complaints/{complaint_id}")
        decided = await self._once("GET", "marketing", f"/marketing/v1/complaints/{complaint_id}/decision")
        return bool(shown and case and decided and shown["status"] == case["state"] == "CLOSED")

    async def _link(self, complaint_id: str) -> str | None:
        """The path of the link that came with the question; None if it is known to have come to nobody."""
        path = f"/notify/v1/intents?complaint_id={complaint_id}&kind=QUESTION"

        async def ended() -> str | None:
            page = await self._once("GET", "notify", path) or {"items": []}
            [question] = page["items"] or [{"state": "MISSING"}]
            done = question["state"] in {"SENT", "UNKNOWN", "FAILED", "SKIPPED"}
            return str(question["intent_id"]) if done else None

        return self._read_letter(await eventually(ended, PATIENCE, every=0.2))

    def _read_letter(self, intent_id: str) -> str | None:
        for file in (self._installation.folder / "messages").iterdir():
            for line in file.read_text(encoding="utf-8").splitlines():
                if intent_id in line:
                    words = str(json.loads(line)["text"])
                    return (
                        "/feedback/v1/answers/" + words.split("/feedback/v1/answers/")[1].split(maxsplit=1)[0]
                    )
        return None

    async def _insist(self, method: str, service: str, path: str, body: Any = None) -> Any:
        return await eventually(lambda: self._once(method, service, path, body), PATIENCE, every=0.2)

    async def _once(self, method: str, service: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; None if nobody answered, or answered that it cannot now."""
        url = self._installation.address(service) + path
        try:
            answer = await self._installation.http.request(method, url, json=body)
        except httpx.TransportError:
            return None
        if answer.status_code >= 500 or answer.status_code == 404:
            return None
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()
