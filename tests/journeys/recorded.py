"""A journey of several complaints through six running services, kept as the events that they told of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from services.command.registry import SERVICES, create_service
from shared.bus.cloudevents import glance
from shared.bus.event_log import StoredRecord
from shared.bus.headers import unpack
from shared.events import topic_of
from shared.runtime.database import create_engine
from shared.runtime.embedded import EmbeddedPostgres
from shared.runtime.settings import Settings
from tests.databases import migrated_database, name_in
from tests.postgres_fixture import drop_database, fresh_database
from tests.service_under_test import SEALING_KEYS, NoLog, ServiceUnderTest

from .live import QUICK_POLICY, Live, live

WEB = "/intake/v1/channels/web/contacts"
# Nobody is in contact within a second, so that a promise is broken.
IMPATIENT_POLICY = QUICK_POLICY + "".join(
    f"[sla.matrix.{severity}.{grade}]\nCONTACT = 1.0\n" for severity in ("S2", "S3", "S4") for grade in "VS"
)

_TOLD = text(
    """
    SELECT published_at, subject, headers, value, position FROM journal
    UNION ALL SELECT clock_timestamp(), subject, headers, value, position FROM outbox ORDER BY 1, 5
    """
)


class Recorded(NamedTuple):
    """told: every event in the order in which it was published; databases: names by service, as they were
    when the first event was told (intake's holds the complaints)."""

    told: tuple[StoredRecord, ...]
    databases: dict[str, str]

    def heard_from(self, publishers: Sequence[str]) -> list[StoredRecord]:
        """What these publishers told."""
        return [record for record in self.told if glance(record.headers).publisher in publishers]


async def record(server: EmbeddedPostgres, templates: dict[str, str], folder: Path) -> Recorded:
    """Let three complaints go their way: one ends well, one is late and reopened, one stays open."""
    before = {name: await migrated_database(server, templates, name) for name in SERVICES}
    well, late, open_ = await _accept(before["intake"])
    running: dict[str, str] = {}

    async def copied(name: str) -> str:
        running[name] = await fresh_database(server, name_in(before[name]))
        return running[name]

    log_url = await fresh_database(server)
    async with live(copied, log_url, folder, IMPATIENT_POLICY) as redress:
        await _go(redress, well, late, open_)
    told = [entry for name, url in running.items() for entry in await _told_by(name, url)]
    for url in (*running.values(), log_url):
        await drop_database(server, url)
    told.sort(key=lambda entry: entry[0])
    return Recorded(tuple(record for _, record in told), {name: name_in(url) for name, url in before.items()})


async def _accept(url: str) -> list[str]:
    """Three customers complain before anybody hears of it; returns the complaints' ids."""
    settings = Settings(database_url=url, sealing_keys=SEALING_KEYS)
    intake = ServiceUnderTest(create_service("intake", settings, NoLog()))
    ids = []
    for number in range(3):
        customer = {"external_id": f"c{number}", "phone": f"1380013800{number}", "marketing_consent": True}
        body = {"contact_key": f"k{number}", "text": "本月账单多扣了两次流量费", "customer": customer}
        ids.append((await intake.client.post(WEB, json=body)).raise_for_status().json()["complaint_id"])
    await intake.close()
    return ids


async def _go(redress: Live, well: str, late: str, open_: str) -> None:
    await redress.solve(well)
    await redress.answer(well, solved=True, score=5, impression=5)
    await _promise_is(redress, late, "BROKEN")
    await redress.solve(late)
    await redress.answer(late, solved=False, score=1)
    await redress.until(lambda: _in_round(redress, late, 2))
    await redress.solve(late)
    await redress.answer(late, number=2, solved=True, score=3)
    consent = {"marketing": False, "source": "phone"}
    customer = (await redress.get(f"/intake/v1/complaints/{open_}"))["customer_id"]
    (await redress.http.put(f"/intake/v1/customers/{customer}/consent", json=consent)).raise_for_status()
    await _promise_is(redress, open_, "BROKEN")
    for complaint_id in (well, late):
        await redress.status(complaint_id, "CLOSED")
        await redress.until(partial(redress.get, f"/marketing/v1/complaints/{complaint_id}/decision"))


async def _promise_is(redress: Live, complaint_id: str, state: str) -> None:
    async def look() -> bool:
        shown = await redress.get(f"/intake/v1/complaints/{complaint_id}")
        return any(
            promise["kind"] == "CONTACT" and promise["state"] == state for promise in shown["promises"]
        )

    await redress.until(look)


async def _in_round(redress: Live, complaint_id: str, number: int) -> bool:
    case = await redress.get(f"/routing/v1/complaints/{complaint_id}")
    return bool(case["round"] == number)


async def _told_by(name: str, url: str) -> list[tuple[Any, StoredRecord]]:
    engine = create_engine(url, application="tests")
    async with engine.connect() as connection:
        rows = (await connection.execute(_TOLD)).all()
    await engine.dispose()
    now = datetime.now(UTC)
    return [
        (at, StoredRecord(topic_of(name), subject, unpack(headers), value, 0, offset, now))
        for offset, (at, subject, headers, value, _) in enumerate(rows)
    ]
