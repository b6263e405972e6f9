"""From the button on the tracking page to sla's promise of a superior's answer, through all services (section 5)."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.databases import NewDatabase

from .live import live


async def test_section_5_the_button_on_the_tracking_page_makes_slas_promise_and_tells_the_customer(
    new_database: NewDatabase, fresh_database_url: str, tmp_path: Path
) -> None:
    async with live(new_database, fresh_database_url, tmp_path) as redress:
        received = await redress.complain("k1")
        complaint_id, track = received["complaint_id"], received["tracking_path"]
        await redress.solve(complaint_id)
        await redress.answer(complaint_id, solved=False, score=1)
        await redress.status(complaint_id, "REOPENED")
        for _ in range(2):
            assert (await redress.http.post(f"{track}/superior")).status_code == 303

        async def answer_is_promised() -> Any:
            shown = await redress.http.get(track, headers={"accept": "application/json"})
            return shown.json()["superior"]["due_at"]

        due_at = await redress.until(answer_is_promised)
        promises = (await redress.get(f"/intake/v1/complaints/{complaint_id}"))["promises"]
        made = [datetime.fromisoformat(p["due_at"]) for p in promises if p["kind"] == "SUPERIOR"]
        assert made == [datetime.fromisoformat(due_at)]

        async def customer_was_told() -> Any:
            path = f"/notify/v1/intents?complaint_id={complaint_id}&kind=SUPERIOR_PROMISED"
            return (await redress.get(path))["items"]

        assert len(await redress.until(customer_was_told)) == 1
        page = (await redress.http.get(track)).text
        assert "您已要求上级答复" in page
        assert "承诺最迟答复时间" in page
