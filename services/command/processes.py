"""Runs each service in a process of its own on one data folder, and starts again those that die."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path

import structlog
import typer

from shared.runtime.logs import configure_logs
from shared.runtime.settings import Settings

from .data_folder import open_data_folder
from .demo.start import Demo
from .failure import fail
from .logs_of_events import require_broker
from .reader import choose_language
from .registry import SERVICES
from .server import address_of, listen
from .together import migrate_all, settings_for, with_links_to

log = structlog.get_logger()

LONGEST_BACKOFF = 5.0
HIGHEST_PORT = 65535


def run_processes(settings: Settings, folder: Path, demo: Demo | None = None) -> None:
    """Serve on settings.port, +1, +2 … until stopped; every service's address is in <folder>/addresses.json."""
    if not settings.kafka:
        fail(
            "--processes needs --kafka: only a broker carries events between processes"
            "|--processes 需要 --kafka：进程之间的事件只能由消息代理传送",
            2,
        )
    ports = _free_ports(settings)
    require_broker(settings)
    with open_data_folder(folder) as data:
        asyncio.run(migrate_all(data))
        configure_logs(settings.log_level, file=demo.log_file if demo else None)
        addresses = {name: address_of(settings.host, port) for name, port in ports.items()}
        data.write_addresses(addresses)
        settings = with_links_to(addresses["feedback"], settings)  # the only service that customers answer
        for name, address in addresses.items() if not demo else ():
            typer.echo(f"  {name:<10} {address}/{name}/docs")
        commands = {
            name: environment_of(settings_for(name, settings, data).model_copy(update={"port": port}))
            for name, port in ports.items()
        }
        asyncio.run(_supervise(commands, demo))
    if demo and demo.code:
        fail("the demo did not reach its end|演示没有走到终点")


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as environment variables."""
    given = settings.model_dump(exclude_none=True, mode="json")
    return {f"REDRESS_{name.upper()}": str(value) for name, value in given.items()}


def _free_ports(settings: Settings) -> dict[str, int]:
    """A port of each service: settings.port and those after it, or free ones for 0. Fails in one line."""
    first = settings.port
    if first + len(SERVICES) - 1 > HIGHEST_PORT:
        fail(
            f"--processes needs {len(SERVICES)} ports from {first} on. Choose another with --port."
            f"|--processes 需要从 {first} 起的 {len(SERVICES)} 个端口，请用 --port 另选",
            2,
        )
    with ExitStack() as held:
        return {
            name: held.enter_context(
                listen(settings.model_copy(update={"port": first and first + n}))
            ).getsockname()[1]
            for n, name in enumerate(SERVICES)
        }


async def _supervise(commands: Mapping[str, Mapping[str, str]], demo: Demo | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    if demo:
        demo.start(stopping.set)
    async with asyncio.TaskGroup() as tasks:
        for name, environment in commands.items():
            tasks.create_task(_keep_running(name, environment, stopping, demo.log_file if demo else None))


async def _keep_running(
    name: str, environment: Mapping[str, str], stopping: asyncio.Event, log_file: Path | None
) -> None:
    backoff = 0.2
    while not stopping.is_set():
        with log_file.open("ab") if log_file else nullcontext() as stream:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services",
                "serve",
                name,
                "--lang",
                choose_language(os.environ),
                "--until-eof",  # so that it ends with us, even if we are killed
                stdin=asyncio.subprocess.PIPE,
                env={**os.environ, **environment},
                stderr=stream,
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
