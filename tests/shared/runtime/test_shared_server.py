"""The tests' shared server gives databases quickly, and ends with the last of its users."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from shared.runtime.embedded import (
    EmbeddedPostgres,
)
from shared.runtime.embedded_leftovers import processes_of
from tests.postgres_fixture import fresh_database

from .owning_servers import REPOSITORY, eventually, only_linux, sql


def test_the_tests_shared_server_gives_empty_databases_quickly(postgres_server: EmbeddedPostgres) -> None:
    first, second = (asyncio.run(fresh_database(postgres_server)) for _ in range(2))
    assert first != second
    name = first.partition("@/")[2].partition("?")[0]
    assert sql(postgres_server, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == 0


HANGING_TEST = """
from pathlib import Path
def test_hangs(postgres_server):
    Path("data.path").write_text(str(postgres_server.data))
    Path("data.path").rename("ready")
    import time
    time.sleep(600)
"""


@only_linux
def test_the_tests_shared_server_ends_when_pytest_is_killed(tmp_path: Path) -> None:
    (tmp_path / "test_hanging.py").write_text(HANGING_TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    session = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.postgres_fixture",
            "--basetemp",
            str(tmp_path / "base"),
        ],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
    )
    eventually((tmp_path / "ready").exists)
    data = Path((tmp_path / "ready").read_text())
    assert processes_of(data)
    session.kill()
    session.wait()
    eventually(lambda: not processes_of(data) and not data.parent.exists())
