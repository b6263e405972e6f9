"""One complaint through all six services, on both logs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.bus.kafka import KafkaEventLog
from tests.databases import NewDatabase
from tests.faults.checker import History, violations
from tests.faults.holdings import read_holdings
from tests.kafka.broker import Broker
from tests.kafka.fixtures import TIMINGS, StartBroker
from tests.waiting import eventually

from .live import Live, live


@pytest.fixture(scope="module")
def own_broker(start_kafka: StartBroker) -> Broker:
    """A broker whose topics nobody else uses."""
    return start_kafka({})


@pytest.fixture(
    params=[
        "postgres",
        pytest.param("kafka", marks=pytest.mark.kafka),
    ]
)
async def redress(
    request: pytest.FixtureRequest, new_database: NewDatabase, fresh_database_url: str, tmp_path: Path
) -> AsyncIterator[Live]:
    event_log = None
    if request.param == "kafka":
        broker: Broker = request.getfixturevalue("own_broker")
        event_log = KafkaEventLog(broker.bootstrap, timings=TIMINGS)
    async with live(new_database, fresh_database_url, tmp_path, event_log=event_log) as running:
        yield running


async def decision(redress: Live, complaint_id: str) -> Any:
    return await redress.until(lambda: redress.get(f"/marketing/v1/complaints/{complaint_id}/decision"))


async def test_a_satisfied_customers_complaint_travels_from_the_door_to_an_offer(redress: Live) -> None:
    received = await redress.complain("k1")
    complaint_id = received["complaint_id"]
    await redress.solve(complaint_id)
    await redress.answer(complaint_id, solved=True, score=5, impression=5)
    shown = await redress.status(complaint_id, "CLOSED")
    assert shown["owner_name"]
    assert {(p["kind"], p["state"]) for p in shown["promises"]} == {
        ("ACK", "KEPT"),
        ("CONTACT", "KEPT"),
        ("UPDATE", "KEPT"),
        ("SOLVE", "KEPT"),
    }
    decided = await decision(redress, complaint_id)
    assert decided["decision"] == "OFFERED"
    await nothing_lost_or_doubled(redress, received)


async def test_a_dissatisfied_customers_complaint_opens_again_with_the_same_owner(redress: Live) -> None:
    received = await redress.complain("k1")
    complaint_id = received["complaint_id"]
    owner = await redress.owner(complaint_id)
    await redress.solve(complaint_id)
    await redress.answer(complaint_id, solved=False, score=1)
    await redress.status(complaint_id, "REOPENED")
    assert await redress.owner(complaint_id) == owner

    async def second_round() -> Any:
        case = await redress.get(f"/routing/v1/complaints/{complaint_id}")
        return case if case["round"] == 2 else None

    await redress.until(second_round)
    await redress.solve(complaint_id)
    await redress.answer(complaint_id, number=2, solved=True, score=5)
    await redress.status(complaint_id, "CLOSED")
    decided = await decision(redress, complaint_id)
    assert (decided["decision"], "OF-6" in decided["reasons"]) == ("WITHHELD", True)
    await nothing_lost_or_doubled(redress, received)


async def test_a_hundred_complaints_at_once_are_each_owned_promised_and_acknowledged_once(
    redress: Live,
) -> None:
    answers = await asyncio.gather(*(redress.complain(f"k{n}") for n in range(100)))
    await nothing_lost_or_doubled(redress, *answers)


async def test_the_feed_of_every_service_tells_its_part_of_the_journey(redress: Live) -> None:
    received = await redress.complain("k1")

    async def owned() -> Any:
        page = await redress.get("/routing/v1/events?after=0&wait=5")
        return [event for event in page["events"] if event["type"] == "redress.routing.owner_named.v1"]

    [event] = await redress.until(owned)
    assert event["subject"] == received["complaint_id"]
    assert "owner_reply_to" not in event["data"]


async def nothing_lost_or_doubled(redress: Live, *answers: dict[str, Any]) -> None:
    """The checker finds nothing, once everything has come to rest."""
    history = History()
    for n, answered in enumerate(answers):
        history.answered(f"k{n}" if len(answers) > 1 else "k1", answered["complaint_id"])
    urls = {name: str(service.settings.database_url) for name, service in redress.services.items()}
    found: list[str] = []

    async def whole() -> bool:
        found[:] = violations(history, await read_holdings(urls))
        return not found

    try:
        await eventually(whole, 30, every=0.2)
    except AssertionError:
        raise AssertionError(found[:5]) from None
