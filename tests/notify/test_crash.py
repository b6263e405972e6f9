"""A process that is killed during the hand-over: the provider has what it has, and nothing is sent twice."""

import asyncio
import os
import sys
from pathlib import Path

from services.notify.record_outcomes import give_up_lost
from shared.events.notify import MessageSent, MessageUnknown
from tests.builders import complaint_received
from tests.ending_with_us import ending_with_us
from tests.service_under_test import SEALING_KEYS, StartService

from .provider import Provider, running_provider

ROOT = Path(__file__).parents[2]


async def send_in_a_process(database_url: str, provider: Provider, crash_at: str) -> int:
    """Send what waits in a process of its own; returns its exit code."""
    environment = {
        **os.environ,
        "REDRESS_DATABASE_URL": database_url,
        "REDRESS_SEALING_KEYS": SEALING_KEYS,
        "REDRESS_CRASH_AT": crash_at,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.notify.sender_process",
        provider.url,
        env=environment,
        cwd=ROOT,
        preexec_fn=ending_with_us(),
    )
    return await process.wait()


async def test_a_kill_during_the_hand_over_leaves_messages_unknown_and_sends_none_twice(
    start_service: StartService,
) -> None:
    async with running_provider() as provider:
        notify = await start_service("notify", outbound_url=provider.url)
        await notify.hears(*(complaint_received() for _ in range(10)))
        database_url = notify.service.settings.database_url
        assert database_url is not None
        assert await send_in_a_process(database_url, provider, "during_handover:3") == -9
        assert 3 <= len(provider.letters) < 10
        assert await notify.said() == []
        async with notify.engine.begin() as connection:
            await connection.exec_driver_sql(
                "UPDATE intent SET claimed_until = claimed_until - interval '61 s'"
            )
        assert await give_up_lost(notify.service.unit_of_work) == 10
        await notify.hears(complaint_received())
        assert await send_in_a_process(database_url, provider, "") == 0
        assert len(set(provider.keys)) == len(provider.keys) < 11
        assert len(await notify.said(MessageUnknown)) == 10
        assert len(await notify.said(MessageSent)) == 1
