"""The long forms: faults that last, and whole journeys under many of them. Run by `make soak`."""

import asyncio
from random import Random

import pytest

from services.command.registry import SERVICES
from tests.kafka.broker import Broker

from .apart_fixtures import apart, broker
from .installation import Apart
from .journeys import whole_journeys_under_kills

__all__ = ["apart", "broker"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1800),
]


@pytest.mark.parametrize("seconds", [60, 180])
async def test_intake_keeps_answering_however_long_the_broker_is_down(
    apart: Apart, broker: Broker, seconds: int
) -> None:
    unanswered_before = len(apart.history.unknown)
    broker.kill()
    await apart.load(seconds * 40, rate=40)
    assert len(apart.history.unknown) == unanswered_before
    await asyncio.to_thread(broker.restart)
    await apart.comes_to_rest_whole()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_journeys_reach_their_end_through_minutes_of_kills(apart: Apart, seed: int) -> None:
    await whole_journeys_under_kills(apart, Random(seed), SERVICES, count=200)


@pytest.mark.parametrize("times", [5])
async def test_a_database_server_that_dies_again_and_again_loses_nothing(apart: Apart, times: int) -> None:
    for _ in range(times):
        load = asyncio.create_task(apart.load(200, rate=40))
        await asyncio.sleep(1.5)
        await asyncio.to_thread(apart.postgres.restart, "immediate")
        await load
    await apart.send_again()
    await apart.comes_to_rest_whole()
