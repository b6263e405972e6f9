"""Whole journeys while processes are killed: complaints, staff, customers, and the end that everybody sees."""

import asyncio
from collections.abc import Sequence
from random import Random

from .installation import Installation
from .people import People


async def whole_journeys_under_kills(
    installation: Installation, random: Random, services: Sequence[str], count: int
) -> None:
    """Let `count` complaints go from POST to the marketing decision while processes are killed at random."""
    before = set(installation.history.acknowledged.values())
    killing = asyncio.create_task(_kill_for_ever(installation, random, services))
    people = People(installation)
    try:
        await installation.load(count, rate=20)
        await installation.send_again()
        ours = set(installation.history.acknowledged.values()) - before
        await asyncio.gather(*(people.see_through(complaint_id) for complaint_id in ours))
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
    await installation.start_again()
    await people.everybody_sees_the_end()
    await installation.comes_to_rest_whole()
    assert len(people.answered) + len(people.unasked) == len(ours)
    assert len(ours) >= count * 0.7
    assert people.answered, "a kill takes the letters that are just being handed over, not all there are"


async def _kill_for_ever(installation: Installation, random: Random, services: Sequence[str]) -> None:
    while True:
        service = random.choice(services)
        process = installation.process_of(service)
        await asyncio.to_thread(process.kill)
        await asyncio.sleep(random.uniform(0.1, 0.5))
        process.start()
        await installation.ready(service)
        await asyncio.sleep(random.uniform(0.5, 2.0))
