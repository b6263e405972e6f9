"""Gives the tests one real PostgreSQL for the session; it ends with its last user, however that one ends.

All xdist workers share it. A holder process owns the server and waits for an exclusive lock on a file that
every user holds shared; the kernel releases a killed user's lock, so nothing is left behind.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from shared.runtime.embedded import EmbeddedPostgres

ADDRESS = "address"
USERS = "users.lock"
START_SECONDS = 60.0
ROOMY_BYTES = 4_000_000_000


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The session's server. Its fsync is off: tests that kill servers start one of their own."""
    base = tmp_path_factory.getbasetemp()
    meeting = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "postgres"
    meeting.mkdir(exist_ok=True)
    with (meeting / USERS).open("w") as users:
        yield _join(meeting, users.fileno())


@pytest.fixture
async def fresh_database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    """The address of an empty database that is dropped after the test."""
    url = await fresh_database(postgres_server)
    yield url
    await drop_database(postgres_server, url)


async def fresh_database(server: EmbeddedPostgres, template: str = "template0") -> str:
    """Create a database, empty or like `template` (nobody may be connected to that); returns its address."""
    name = f"t_{uuid.uuid4().hex}"
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return server.url(name)


async def drop_database(server: EmbeddedPostgres, url: str) -> None:
    """Drop a database of `fresh_database`, whoever is still connected; until then it takes 7 MB of disk."""
    found = re.search(r"@/([^?]+)\?", url)
    assert found is not None
    await _execute(server, f'DROP DATABASE IF EXISTS "{found[1]}" WITH (FORCE)')


async def _execute(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres").replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def temporary_folder(prefix: str) -> Path:
    """A new folder that the server's user can reach; in memory if there is plenty, as initdb writes a lot."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOMY_BYTES
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=prefix, dir=memory if roomy else None)))
    folder.chmod(0o711)
    return folder


def _join(meeting: Path, users: int) -> EmbeddedPostgres:
    """Become a user of the shared server, and start its holder if nobody has."""
    with (meeting / "starting.lock").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)  # waits for a holder that is just ending
        address = meeting / ADDRESS
        if not address.exists():
            _start_holder(meeting)
        return EmbeddedPostgres.attach(Path(address.read_text()))


def _start_holder(meeting: Path) -> None:
    with (meeting / "holder.log").open("w") as log:
        holder = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres_fixture", str(meeting)],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not (meeting / ADDRESS).exists():
        if holder.poll() is not None or time.monotonic() > deadline:
            holder.kill()
            pytest.fail(f"the tests' PostgreSQL did not start: {(meeting / 'holder.log').read_text()}")
        time.sleep(0.02)


def _hold(meeting: Path) -> None:
    """Own the server until the last user has gone."""
    folder = temporary_folder("redress-tests-")
    address = meeting / ADDRESS
    try:
        with EmbeddedPostgres(folder, durable=False), (meeting / USERS).open("w") as users:
            ready = meeting / f"{ADDRESS}.new"
            ready.write_text(str(folder))
            ready.replace(address)
            fcntl.flock(users, fcntl.LOCK_EX)
            address.unlink(missing_ok=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _hold(Path(sys.argv[1]))
