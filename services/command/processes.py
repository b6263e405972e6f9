"""Runs each service in a process of its own on one data folder, and starts again those that die."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

from shared.runtime.logs import configure_logs
from shared.runtime.settings import Settings

from .data_folder import open_data_folder
from .demo.start import Demo
from .failure import fail
from .logs_of_events import require_broker
from .registry import SERVICES
from .together import migrate_all, settings_for, with_links_to

log = structlog.get_logger()

LONGEST_BACKOFF = 5.0


def run_processes(settings: Settings, folder: Path, demo: Demo | None = None) -> None:
    """Serve on settings.port, +1, +2 … until stopped; every service's address is in <folder>/addresses.json."""
    if not settings.kafka:
        fail("--processes needs --kafka: only a broker carries events between processes", 2)
    require_broker(settings)
    with open_data_folder(folder) as data:
        asyncio.run(migrate_all(data))
        configure_logs(settings.log_level, file=demo.log_file if demo else None)
        addresses = {name: f"http://{settings.host}:{settings.port + n}" for n, name in enumerate(SERVICES)}
        data.write_addresses(addresses)
        settings = with_links_to(addresses["feedback"], settings)  # the only service that customers answer
        for name, address in addresses.items():
            print(f"  {name:<10} {address}/{name}/docs", flush=True)
        commands = {
            name: environment_of(
                settings_for(name, settings, data).model_copy(update={"port": settings.port + n})
            )
            for n, name in enumerate(SERVICES)
        }
        asyncio.run(_supervise(commands, demo))
    if demo and demo.code:
        fail("the demo did not reach its end")


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as environment variables."""
    given = settings.model_dump(exclude_none=True, mode="json")
    return {f"REDRESS_{name.upper()}": str(value) for name, value in given.items()}


async def _supervise(commands: Mapping[str, Mapping[str, str]], demo: Demo | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    if demo:
        demo.start(stopping.set)
    async with asyncio.TaskGroup() as tasks:
        for name, environment in commands.items():
            tasks.create_task(_keep_running(name, environment, stopping))


async def _keep_running(name: str, environment: Mapping[str, str], stopping: asyncio.Event) -> None:
    backoff = 0.2
    while not stopping.is_set():
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services",
            "serve",
            name,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(stopping.wait())
        started = loop_time()
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not ended.done():
            process.terminate()
            await ended
            return
        if stopping.is_set():
            return
        backoff = 0.2 if loop_time() - started > 30 else min(backoff * 2, LONGEST_BACKOFF)
        log.error("process.died", service=name, code=process.returncode, again_in_s=backoff)
        await asyncio.sleep(backoff)


def loop_time() -> float:
    """Seconds on the loop's own clock."""
    return asyncio.get_running_loop().time()
