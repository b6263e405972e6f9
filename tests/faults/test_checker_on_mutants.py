"""The checker against services that are broken on purpose: it must find out, or it proves nothing about whole ones."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from shared.bus import consumer as consumer_module
from shared.bus import outbox as outbox_module
from shared.bus.database import Connection, Database, fetch
from shared.bus.event_log import LogUnavailableError, Record, StoredRecord
from shared.bus.headers import unpack
from shared.bus.inbox import Arrival, Place, Plan
from shared.bus.outbox import Relay
from shared.bus.postgres import PostgresEventLog
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Stream
from shared.events import topic_of
from tests.builders import now
from tests.databases import NewDatabase
from tests.journeys.live import Live, live
from tests.waiting import eventually

from .checker import History, violations
from .holdings import HEARS, read_holdings

COMPLAINTS = 12

_JOURNAL = Statement("SELECT subject, headers, value FROM journal ORDER BY position")


async def run_and_check(redress: Live, within: float = 15.0) -> list[str]:
    """Post some complaints, hear everything a second time, and say what the checker finds in the end."""
    history = await complain(redress)
    await _rest(redress, history, within)
    await _deliver_everything_again(redress)
    return await _rest(redress, history, within)


async def complain(redress: Live) -> History:
    """Post some complaints, and note the answers."""
    history = History()
    for n in range(COMPLAINTS):
        history.answered(f"k{n}", (await redress.complain(f"k{n}"))["complaint_id"])
    return history


async def _rest(redress: Live, history: History, within: float) -> list[str]:
    urls = {name: str(service.settings.database_url) for name, service in redress.services.items()}
    found: list[str] = []

    async def whole() -> bool:
        found[:] = violations(history, await read_holdings(urls))
        return not found

    try:
        await eventually(whole, within, every=0.25)
    except AssertionError:
        return found
    return []


async def _deliver_everything_again(redress: Live) -> None:
    journals: dict[str, list[StoredRecord]] = {}
    for name, service in redress.services.items():
        rows = await service.database.fetch(_JOURNAL, {})
        journals[name] = [
            StoredRecord(topic_of(name), subject, unpack(headers), value, 0, n, now())
            for n, (subject, headers, value) in enumerate(rows)
        ]
    for name, service in redress.services.items():
        assert service.consumer is not None
        again = [record for publisher in sorted(HEARS[name]) for record in journals[publisher]]
        await asyncio.wait_for(service.consumer.apply(again), 30)


def without_sequence_checks(
    _streams: Mapping[str, Stream],
    arrivals: Iterable[Arrival],
    _heard: Collection[str],
    poison: Collection[Place] = (),
) -> Plan:
    """Every event at hand is applied, whether it was before or not."""
    at_hand = list(arrivals)
    return Plan(
        waves=[[arrival] for arrival in at_hand if arrival.place not in poison],
        parked=[arrival for arrival in at_hand if arrival.place in poison],
        released=[arrival for arrival in at_hand if arrival.held],
    )


async def delete_before_acknowledgement(relay: Relay, connection: Connection) -> int:
    """The outbox is emptied first and the log asked afterwards."""
    rows = await fetch(connection, outbox_module._NEXT, {"limit": outbox_module.BATCH, "acknowledged": []})
    await fetch(connection, outbox_module._MOVE, {"positions": [row[0] for row in rows]})
    await relay._log.publish([Record(relay._topic, row[1], unpack(row[2]), row[3]) for row in rows])
    return len(rows)


class StumblingLog(PostgresEventLog):
    """A log that refuses every fourth batch, as a broker does that is restarted."""

    asked = 0

    async def publish(self, records: Sequence[Record]) -> None:
        """Refuse now and then."""
        self.asked += 1
        if self.asked % 4 == 2:
            raise LogUnavailableError("as told")
        await super().publish(records)


def stumbling(url: str) -> StumblingLog:
    return StumblingLog(Database(url, application="tests", pool_size=16))


async def test_whole_services_stand_redelivery_and_a_stumbling_log(
    new_database: NewDatabase, fresh_database_url: str, tmp_path: Path
) -> None:
    async with live(
        new_database, fresh_database_url, tmp_path, event_log=stumbling(fresh_database_url)
    ) as redress:
        assert await run_and_check(redress, within=40) == []


async def test_without_sequence_checks_redelivery_is_found(
    new_database: NewDatabase, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "sort_out", without_sequence_checks)
    async with live(new_database, fresh_database_url, tmp_path) as redress:
        assert await run_and_check(redress, within=5)


async def test_deleting_from_the_outbox_before_the_acknowledgement_is_found(
    new_database: NewDatabase, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "_publish_next", delete_before_acknowledgement)
    async with live(
        new_database, fresh_database_url, tmp_path, event_log=stumbling(fresh_database_url)
    ) as redress:
        history = await complain(redress)
        found = await _rest(redress, history, within=5)
    assert any(" applied " in line for line in found), found
