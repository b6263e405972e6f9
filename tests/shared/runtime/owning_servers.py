"""What the tests of the embedded server say again and again: another owner, SQL, files that lie about a pid."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.runtime.embedded import (
    EmbeddedPostgres,
)
from shared.runtime.embedded_leftovers import processes_of

ROOT = os.geteuid() == 0


only_root = pytest.mark.skipif(not ROOT, reason="is about root")


only_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="needs the kernel's parent-death signal or /proc"
)


REPOSITORY = Path(__file__).parents[3]


PATIENCE = 20.0


OWNER = """
import sys
from pathlib import Path
import shared.runtime.embedded_process as process
from shared.runtime.embedded import EmbeddedPostgres, EmbeddedPostgresError

launch = process.launch_command
if "deaf" in sys.argv:  # as on a system without a parent-death signal
    process.launch_command = lambda command, account, signal: launch(command, account, 0)
server = EmbeddedPostgres(Path(sys.argv[1]))
try:
    server.start()
except EmbeddedPostgresError as error:
    print("refused", error, flush=True)
    sys.exit(3)
print("started", server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


class Owner:
    """Another process that owns a server, for killing."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(folder), *options],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def word(self) -> str:
        """`started PID` or `refused WHY`."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def postmaster(self) -> int:
        word = self.word()
        assert word.startswith("started "), word
        return int(word.split()[1])

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def finish(self) -> None:
        self.process.communicate("")


def gone(data: Path) -> bool:
    return not processes_of(data)


def clear_away(parent: Path) -> None:
    for data in parent.rglob("data"):
        for pid in processes_of(data):
            os.kill(pid, signal.SIGKILL)
        eventually(partial(gone, data))
    shutil.rmtree(parent)


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def sql(server: EmbeddedPostgres, statement: str, database: str = "postgres", *values: object) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(server.url(database).replace("+asyncpg", ""))
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    return asyncio.run(run())


def wrote(server: EmbeddedPostgres, words: str) -> bool:
    return words in server.log.read_text()


def one_line(failure: pytest.ExceptionInfo[Any]) -> str:
    message = str(failure.value)
    assert message
    assert "\n" not in message
    return message


def make_stale_pid_file(server: EmbeddedPostgres, pid: int) -> None:
    """Leave what a killed postmaster leaves, with this pid in it."""
    path = server.data / "postmaster.pid"
    _, *others = path.read_text().splitlines()
    owner = path.stat()
    server.stop("immediate")
    path.write_text("\n".join([str(pid), *others]) + "\n")
    os.chown(path, owner.st_uid, owner.st_gid)


def answers(server: EmbeddedPostgres) -> bool:
    try:
        return sql(server, "SELECT true") is True
    except (asyncpg.PostgresError, OSError):
        return False


def process_called(data: Path, name: str) -> int:
    """The process of this server that calls itself so, once there is one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for pid in processes_of(data):
            try:
                if (
                    (Path("/proc") / str(pid) / "cmdline")
                    .read_bytes()
                    .startswith(f"postgres: {name}".encode())
                ):
                    return pid
            except OSError:
                continue
    raise AssertionError(f"there was no {name}")
