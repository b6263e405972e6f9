"""Faults with all services in one process and the event log in PostgreSQL: killed, it goes on where it was."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio

from tests.postgres_fixture import temporary_folder

from .installation import Together
from .journeys import whole_journeys_under_kills

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def together() -> AsyncIterator[Together]:
    folder = temporary_folder("redress-together-")
    installation = Together(folder)
    try:
        await installation.start()
        yield installation
    finally:
        await installation.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    "point",
    [
        "after_commit:60",
        "after_publish_before_outbox_delete:20",
        "after_apply_before_position_commit:20",
        "mid_batch:30",
        "during_handover:10",
    ],
)
async def test_everything_killed_at_a_crash_point_loses_and_doubles_nothing(
    together: Together, point: str
) -> None:
    up = together.process_of("intake")
    up.stop()
    up.start(crash_at=point)
    await together.ready("intake")
    await together.load_until(lambda: not up.running)
    await together.start()
    await together.send_again()
    await together.comes_to_rest_whole()


async def test_kill_nine_of_everything_under_load_loses_and_doubles_nothing(together: Together) -> None:
    for _ in range(2):
        load = asyncio.create_task(together.load(100, rate=50))
        await asyncio.sleep(1.0)
        together.process_of("intake").kill()
        await load
        await together.start()
    await together.send_again()
    await together.comes_to_rest_whole()


async def test_journeys_go_on_to_their_end_while_everything_is_killed(together: Together) -> None:
    await whole_journeys_under_kills(together, Random(7), ["intake"], count=30)


async def test_sigterm_finishes_what_is_open_and_ends_with_zero(together: Together) -> None:
    load = asyncio.create_task(together.load(50, rate=50))
    await asyncio.sleep(0.5)
    code = await asyncio.to_thread(together.process_of("intake").stop)
    await load
    assert code == 0
    await together.start()
    await together.send_again()
    await together.comes_to_rest_whole()
