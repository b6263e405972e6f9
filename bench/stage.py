"""What a measurement stands on: PostgreSQL that really syncs, a Kafka broker, Redress in processes; all ended after it."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from services.command.registry import SERVICES
from shared.runtime.database import migrate
from shared.runtime.embedded import EmbeddedPostgres
from tests.kafka.broker import Broker, start_broker

from .client import Pool, get
from .processes import Process, family, free_port

START_SECONDS = 90.0
PLACE = Path("/var/tmp")  # where /tmp lies in memory, this does not
SEALING_KEYS = "bench:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
POLICY = """
[feedback]
version = "feedback-bench"
[feedback.question]
ask_after = 0
"""


class StartError(Exception):
    """Something that is to be measured did not start; the message has its last words."""


class Stage:
    """A folder on a disk in which things are started; leaving it ends them, newest first, and removes it."""

    def __init__(self, place: Path = PLACE) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redress-bench-", dir=place))
        self.folder.chmod(0o755)  # root's PostgreSQL is another user
        self._processes: list[Process] = []
        self._ends = AsyncExitStack()
        self._ends.callback(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "policy.toml").write_text(POLICY, encoding="utf-8")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.ask_to_stop()
        await self._ends.__aexit__(kind, error, trace)

    async def postgres(self, databases: Iterable[str]) -> EmbeddedPostgres:
        """A server with fsync and synchronous commit on, and these databases."""
        server = EmbeddedPostgres(self.folder / "postgres", durable=True)
        self._ends.callback(server.stop)
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.ensure_databases, list(databases))
        return server

    async def broker(self) -> Broker:
        """A Kafka broker of its own, on the same disk."""
        broker = await asyncio.to_thread(start_broker, None, self.folder / "kafka")
        self._ends.callback(broker.stop)
        return broker

    def start(self, name: str, arguments: Iterable[str], environment: Mapping[str, str]) -> Process:
        """A Python program."""
        process = Process(name, arguments, environment, self.folder)
        self._processes.append(process)
        self._ends.callback(process.stop)
        return process

    async def serve(
        self, service: str, database_url: str, kafka: str, *, name: str | None = None, **more: str
    ) -> "Served":
        """One service in a process of its own, with its tables, not waited for; `more`: settings."""
        await migrate(database_url, service)
        port = free_port()
        settings = {"database_url": database_url, "kafka": kafka, "port": str(port)} | more
        return Served(
            port, self.start(name or service, ["-m", "services", "serve", service], self._env(settings))
        )

    async def up(self, **more: str) -> "Served":
        """All services in one process on the log in PostgreSQL, as `redress up` runs them; not waited for."""
        data, port = self.folder / "data", free_port()
        data.mkdir()
        data.chmod(0o755)
        arguments = ["-m", "services", "up", "--data", str(data)]
        return Served(port, self.start("up", arguments, self._env({"port": str(port)} | more)))

    def _env(self, settings: Mapping[str, str]) -> dict[str, str]:
        always = {
            "sealing_keys": SEALING_KEYS,
            "policy_file": str(self.folder / "policy.toml"),
            "log_level": "WARNING",
        }
        return {f"REDRESS_{name.upper()}": value for name, value in (always | dict(settings)).items()}


class Served:
    """A started process and the port it answers on."""

    def __init__(self, port: int, process: Process) -> None:
        self.port = port
        self.process = process

    async def ready(self, path: str = "/health/ready") -> Self:
        """Wait until requests may come. Raises StartError."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + START_SECONDS
        pool = Pool(self.port, 1)
        while True:
            if not self.process.running or clock() > deadline:
                raise StartError(f"{self.process.name} did not start: {self.process.last_words()}")
            try:
                status, _ = await pool.ask(get(path))
            except OSError:
                status = 0
            if status == 200:
                pool.close()
                return self
            await asyncio.sleep(0.1)


async def serve_all(stage: Stage, server: EmbeddedPostgres, kafka: str, provider: str) -> dict[str, Served]:
    """All services, each in a process of its own on its own database, ready."""
    served = {}
    for name in SERVICES:
        served[name] = await stage.serve(name, server.url(name), kafka, outbound_url=provider)
    for one in served.values():
        await one.ready()
    return served


def postgres_pids(server: EmbeddedPostgres) -> list[int]:
    """The server's processes as they are now."""
    return family(server.pid)
