"""The tests' shared server gives databases quickly, and ends with the last of its users."""

import asyncio
from pathlib import Path

from shared.runtime.embedded import EmbeddedPostgres
from shared.runtime.embedded_leftovers import processes_of
from tests.hanging_run import hanging_run
from tests.postgres_fixture import fresh_database

from .owning_servers import eventually, only_linux, sql


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
    session = hanging_run(tmp_path, HANGING_TEST, "-p", "tests.postgres_fixture")
    eventually((tmp_path / "ready").exists)
    data = Path((tmp_path / "ready").read_text())
    assert processes_of(data)
    session.kill()
    session.wait()
    eventually(lambda: not processes_of(data) and not data.parent.exists())
