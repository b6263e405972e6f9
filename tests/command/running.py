"""The `redress` command as a user has it: started in a folder, asked over HTTP, and looked for after its end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any
from zlib import crc32

import httpx
import psutil

from tests.ending_with_us import ending_with_us
from tests.faults.installation import Process, addresses, free_port
from tests.postgres_fixture import temporary_folder
from tests.waiting import eventually

COMPLAINT = {
    "contact_key": "one",
    "text": "宽带断网三天，打了两次电话没人来修",
    "customer": {"external_id": "c1", "phone": "13800138000"},
}


def redress(*arguments: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with no settings but the given ones."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")}
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        preexec_fn=ending_with_us(),
    )


@contextmanager
def folder_that_goes(prefix: str) -> Iterator[Path]:
    """A folder that the database's user can reach, removed at the end."""
    folder = temporary_folder(prefix)
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def processes_in(folder: Path) -> list[str]:
    """The processes that work on a folder, such as its PostgreSQL; those that are just ending count too."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = [*process.cmdline(), process.cwd()]
            if any(str(folder) in word for word in words):
                found.append(f"{process.pid} {process.name()}")
    return found


class Up:
    """`redress up` on a data folder of its own."""

    def __init__(
        self, folder: Path, *options: str, name: str = "up", port: int | None = None, **environment: str
    ) -> None:
        self.data = folder / "data"
        self.port = free_port() if port is None else port
        self.process = Process(
            name,
            ["up", "--data", str(self.data), "--port", str(self.port), *options],
            {"REDRESS_LOG_LEVEL": "WARNING"} | environment,
            folder,
        )
        token = environment.get("REDRESS_API_TOKEN")
        self.http = httpx.Client(
            timeout=10, trust_env=False, headers={"Authorization": f"Bearer {token}"} if token else {}
        )

    async def start(self) -> None:
        """Start it and wait until every service takes requests."""
        self.process.start()
        await eventually(self.answers, within=60, every=0.1)

    def answers(self) -> bool:
        """Whether every service takes requests."""
        assert self.process.running, self.process.log()[-2000:]
        with suppress(httpx.HTTPError, OSError, ValueError):
            return all(
                self.http.get(f"{at}/health/ready").is_success for at in set(addresses(self.data).values())
            )
        return False

    def url(self, path: str) -> str:
        """The address of a path of whichever service it belongs to."""
        where = addresses(self.data)
        return where.get(path.split("/")[1], where["intake"]) + path

    def get(self, path: str) -> Any:
        """The JSON at a path, None while it is not there or nobody answers."""
        with suppress(httpx.HTTPError):
            answer = self.http.get(self.url(path))
            return answer.json() if answer.is_success else None
        return None

    def complain(self, key: str = "one") -> str:
        """Post a complaint by web; returns its id."""
        # Each key is a customer of its own: who says the same again is attached to the open complaint.
        phone = f"138{crc32(key.encode()) % 10**8:08d}"
        body = COMPLAINT | {"contact_key": key, "customer": {"external_id": key, "phone": phone}}
        answer = self.http.post(self.url("/intake/v1/channels/web/contacts"), json=body)
        answer.raise_for_status()
        return str(answer.json()["complaint_id"])

    async def arrives(self, complaint_id: str, within: float = 40) -> None:
        """Wait until a complaint has an owner and promises."""
        await eventually(lambda: self.get(f"/routing/v1/complaints/{complaint_id}"), within, every=0.1)
        await eventually(lambda: self.get(f"/sla/v1/complaints/{complaint_id}/promises"), within, every=0.1)

    def end(self) -> None:
        """Stop it, whatever it is doing."""
        self.http.close()
        self.process.stop()
