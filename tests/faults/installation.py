"""Redress as real processes that can be killed: each service apart on a broker, or all together on one folder."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from services.command.registry import SERVICES
from shared.runtime.database import migrate
from shared.runtime.embedded import EmbeddedPostgres
from tests.ending_with_us import ending_with_us
from tests.journeys.live import QUICK_POLICY
from tests.service_under_test import SEALING_KEYS
from tests.waiting import eventually

from .checker import History, violations
from .holdings import read_holdings

START_SECONDS = 60.0
REST_SECONDS = 90.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Process:
    """One `redress` process in a session of its own, with its log in a file."""

    def __init__(
        self, name: str, arguments: Iterable[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self._arguments = [sys.executable, "-m", "services", *arguments]
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("REDRESS_")} | dict(
            environment
        )
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, crash_at: str = "") -> None:
        """Start it; `crash_at` arms a crash point."""
        environment = self._environment | ({"REDRESS_CRASH_AT": crash_at} if crash_at else {})
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ending_with_us(),  # noqa: PLW1509 - one system call
            )

    @property
    def running(self) -> bool:
        """True while it lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id, 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and wait for the end; returns the exit code."""
        return self._end(signal.SIGTERM)

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to it and to what it started in its session; returns the exit code."""
        if self.running and self._process is not None:
            os.killpg(self._process.pid, signal.SIGINT)
        return self._end()

    async def ended(self, within: float = 60.0) -> None:
        """Wait until it has ended by itself, as at a crash point."""
        await eventually(lambda: not self.running, within)

    def log(self) -> str:
        """What it has said."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def _end(self, number: signal.Signals | None = None) -> int:
        if self._process is None:
            return 0
        if number is not None and self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class Installation(ABC):
    """A running Redress, the history of its clients, and the checker at hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history = History()
        self.processes: dict[str, Process] = {}
        self.http = httpx.AsyncClient(timeout=10)
        self._posted = 0
        (folder / "policy.toml").write_text(QUICK_POLICY, encoding="utf-8")

    @property
    @abstractmethod
    def urls(self) -> dict[str, str]:
        """Address of every service's database."""

    @abstractmethod
    def address(self, service: str) -> str:
        """Where a service answers."""

    @abstractmethod
    async def start(self) -> None:
        """Start everything that is not running."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop everything and release it."""

    async def start_again(self) -> None:
        """Start every process that was killed, and wait until all are ready."""
        for process in self.processes.values():
            if not process.running:
                process.start()
        for service in SERVICES:
            await self.ready(service)

    @abstractmethod
    def process_of(self, service: str) -> Process:
        """The process in which a service runs."""

    async def ready(self, service: str) -> None:
        """Wait until a service says that requests may come."""

        async def answers() -> bool:
            process = self.process_of(service)
            assert process.running, f"{service} ended: {process.log()[-2000:]}"
            with suppress(httpx.HTTPError):
                return (await self.http.get(f"{self.address(service)}/health/ready")).status_code == 200
            return False

        await eventually(answers, START_SECONDS, every=0.1)

    async def post(self, key: str | None = None) -> None:
        """Post one complaint and note what the client saw."""
        self._posted += 1
        key = key or f"{self.folder.name}-{self._posted}"
        # Every tenth comes a second time, and is attached to the complaint that is open.
        customer = self._posted - 5 if self._posted % 10 == 0 else self._posted
        body = {
            "contact_key": key,
            "text": "宽带断网三天，打了两次电话没人来修"
            if customer % 2
            else "Charged twice for roaming this month",
            "customer": {
                "external_id": f"c{customer}",
                "phone": f"138{customer:08d}",
            },
        }
        try:
            answer = await self.http.post(
                f"{self.address('intake')}/intake/v1/channels/web/contacts", json=body
            )
        except httpx.HTTPError:
            self.history.unanswered(key)
            return
        if answer.is_success:
            self.history.answered(key, answer.json()["complaint_id"])
        elif answer.status_code >= 500:
            self.history.unanswered(key)
        else:
            raise AssertionError(f"refused: {answer.text}")

    async def load(self, count: int, rate: float = 100.0) -> None:
        """Post `count` complaints at `rate` per second, whether they are answered or not."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async with asyncio.TaskGroup() as posts:
            for n in range(count):
                await asyncio.sleep(max(0.0, began + n / rate - clock()))
                posts.create_task(self.post())

    async def load_until(self, ended: Callable[[], bool], rate: float = 40.0, within: float = 60.0) -> None:
        """Post at `rate` per second until `ended`; fail if that takes too long."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + within
        while not ended():
            assert clock() < deadline, f"not ended within {within:g} s of load"
            await self.load(round(rate / 4), rate)

    async def send_again(self) -> None:
        """What a channel does: send what was not answered until it is."""

        async def all_answered() -> bool:
            for key in sorted(self.history.unknown):
                await self.post(key)
            return not self.history.unknown

        await eventually(all_answered, START_SECONDS, every=0.2)

    async def comes_to_rest_whole(self) -> None:
        """Wait until the checker finds nothing; fail with what it still finds."""
        found: list[str] = []

        async def whole() -> bool:
            found[:] = violations(self.history, await read_holdings(self.urls))
            return not found

        try:
            await eventually(whole, REST_SECONDS, every=0.5)
        except AssertionError:
            raise AssertionError(f"{len(found)} violations, such as: " + "; ".join(found[:5])) from None


class Apart(Installation):
    """Each service in a process of its own with its own database, on a Kafka broker."""

    def __init__(self, folder: Path, kafka: str) -> None:
        super().__init__(folder)
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self._kafka = kafka
        self._ports = {name: free_port() for name in SERVICES}

    @property
    def urls(self) -> dict[str, str]:
        """See Installation."""
        return {name: self.postgres.url(name) for name in SERVICES}

    def address(self, service: str) -> str:
        """See Installation."""
        return f"http://127.0.0.1:{self._ports[service]}"

    def process_of(self, service: str) -> Process:
        """See Installation."""
        return self.processes[service]

    async def start(self) -> None:
        """See Installation."""
        await asyncio.to_thread(self.postgres.start)
        self.postgres.ensure_databases(SERVICES)
        for name in SERVICES:
            await migrate(self.urls[name], name)
            self.processes[name] = self.replica(name, "0", self._ports[name])
            self.processes[name].start()
        for name in SERVICES:
            await self.ready(name)

    def replica(self, name: str, member_id: str, port: int) -> Process:
        """A process of a service, not started."""
        return Process(
            name if member_id == "0" else f"{name}-{member_id}",
            ["serve", name],
            {
                "REDRESS_DATABASE_URL": self.urls[name],
                "REDRESS_KAFKA": self._kafka,
                "REDRESS_PORT": str(port),
                "REDRESS_MEMBER_ID": member_id,
                "REDRESS_SEALING_KEYS": SEALING_KEYS,
                "REDRESS_POLICY_FILE": str(self.folder / "policy.toml"),
                "REDRESS_OUTBOUND_FOLDER": str(self.folder / "messages"),
                "REDRESS_KAFKA_SESSION_TIMEOUT": "6",
            },
            self.folder,
        )

    async def stop(self) -> None:
        """See Installation."""
        await self.http.aclose()
        for process in self.processes.values():
            process.kill()
        await asyncio.to_thread(self.postgres.stop)


class Together(Installation):
    """All services in one process on one data folder, with the event log in PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._port = free_port()
        self._main = Process(
            "up",
            ["up", "--data", str(folder / "data"), "--port", str(self._port)],
            {
                "REDRESS_POLICY_FILE": str(folder / "policy.toml"),
                "REDRESS_OUTBOUND_FOLDER": str(folder / "messages"),
                "REDRESS_SEALING_KEYS": SEALING_KEYS,
            },
            folder,
        )
        self.processes = {"up": self._main}

    @property
    def urls(self) -> dict[str, str]:
        """See Installation."""
        server = EmbeddedPostgres.attach(self.folder / "data" / "postgres")
        return {name: server.url(name) for name in SERVICES}

    def address(self, service: str) -> str:
        """See Installation."""
        return f"http://127.0.0.1:{self._port}"

    def process_of(self, service: str) -> Process:
        """See Installation."""
        return self._main

    async def start(self, crash_at: str = "") -> None:
        """See Installation."""
        if not self._main.running:
            self._main.start(crash_at)
        await self.ready("intake")

    async def stop(self) -> None:
        """See Installation."""
        await self.http.aclose()
        await asyncio.to_thread(self._main.stop)


def addresses(folder: Path) -> dict[str, str]:
    """Where the services of a data folder answer."""
    return dict(json.loads((folder / "addresses.json").read_text(encoding="utf-8")))
