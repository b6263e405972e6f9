"""The embedded server loses nothing, blocks nobody and leaves nothing behind, whatever is killed."""

import asyncio
import os
import signal
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from shared.runtime.embedded import (
    EmbeddedPostgres,
)
from shared.runtime.embedded_leftovers import is_postgres_of, processes_of

from .owning_servers import PATIENCE, Owner, answers, eventually, only_linux, process_called, sql, wrote


def test_a_new_folder_gives_a_careful_server_in_utf8_and_utc(server: EmbeddedPostgres) -> None:
    server.ensure_databases(["intake", "routing"])
    server.ensure_databases(["routing", 'odd "name"'])
    settings = "server_encoding timezone fsync synchronous_commit full_page_writes listen_addresses"
    found = [sql(server, f"SHOW {name}", "intake") for name in settings.split()]
    assert found == ["UTF8", "UTC", "on", "on", "on", ""]
    assert sql(server, "SELECT 'ä' < 'b' OR upper('é') <> 'É'", "intake") is False
    assert sql(server, "SELECT current_database()", 'odd "name"') == 'odd "name"'


def test_the_data_are_there_after_an_orderly_stop_and_a_second_start(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        sql(first, "CREATE TABLE kept AS SELECT 7 AS n")
    assert not processes_of(first.data)
    with EmbeddedPostgres(folder) as second:
        assert sql(second, "SELECT n FROM kept") == 7
        assert not wrote(second, "not properly shut down")


@only_linux
def test_data_survive_kill_nine_of_everything(folder_on_disk: Path) -> None:
    folder = folder_on_disk
    owner = Owner(folder, "deaf")
    owner.postmaster()
    sql(attached := EmbeddedPostgres.attach(folder), "CREATE TABLE kept AS SELECT 7 AS n")
    owner.kill()
    for pid in processes_of(attached.data):
        os.kill(pid, signal.SIGKILL)
    with EmbeddedPostgres(folder) as server:
        assert sql(server, "SELECT n FROM kept") == 7
        assert wrote(server, "not properly shut down; automatic recovery")


def test_data_survive_kill_nine_of_the_postmaster_alone(server: EmbeddedPostgres) -> None:
    sql(server, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(server.pid, signal.SIGKILL)
    server.restart()
    assert sql(server, "SELECT n FROM kept") == 7


def test_data_survive_kill_nine_of_a_backend(server: EmbeddedPostgres) -> None:
    async def kill_a_backend() -> None:
        connection = await asyncpg.connect(server.url("postgres").replace("+asyncpg", ""))
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await connection.fetchval("SELECT 1")
        connection.terminate()

    pid = server.pid
    asyncio.run(kill_a_backend())
    eventually(lambda: answers(server))
    assert sql(server, "SELECT n FROM kept") == 7
    assert server.pid == pid


def test_an_immediate_stop_loses_nothing_that_was_committed(server: EmbeddedPostgres) -> None:
    sql(server, "CREATE TABLE kept AS SELECT 7 AS n")
    server.restart("immediate")
    assert sql(server, "SELECT n FROM kept") == 7
    assert wrote(server, "not properly shut down")


@only_linux
def test_a_stop_during_the_recovery_from_a_killed_process_does_not_hang(folder_on_disk: Path) -> None:
    server = EmbeddedPostgres(folder_on_disk)
    server.start()
    os.kill(process_called(server.data, "walwriter"), signal.SIGKILL)
    eventually(lambda: wrote(server, "reinitializing"))
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 8
    with server:
        assert answers(server)


@only_linux
def test_the_server_shuts_down_cleanly_when_its_owner_is_killed(folder: Path) -> None:
    owner = Owner(folder)
    postmaster = owner.postmaster()
    data = EmbeddedPostgres.attach(folder).data
    owner.kill()
    eventually(lambda: not is_postgres_of(postmaster, data))
    with EmbeddedPostgres(folder) as server:
        assert not wrote(server, "not properly shut down")


@only_linux
def test_a_new_owner_ends_an_orphaned_server_cleanly_and_starts_its_own(folder: Path) -> None:
    owner = Owner(folder, "deaf")
    orphan = owner.postmaster()
    sql(attached := EmbeddedPostgres.attach(folder), "CREATE TABLE kept AS SELECT 7 AS n")
    owner.kill()
    assert is_postgres_of(orphan, attached.data)
    with EmbeddedPostgres(folder) as server:
        assert server.pid != orphan
        assert not is_postgres_of(orphan, server.data)
        assert sql(server, "SELECT n FROM kept") == 7
        assert not wrote(server, "not properly shut down")


@only_linux
def test_a_busy_backend_without_its_postmaster_does_not_block_the_next_start(
    server: EmbeddedPostgres,
) -> None:
    pids: list[int] = []

    async def never_end() -> None:
        connection = await asyncpg.connect(server.url("postgres").replace("+asyncpg", ""))
        pids.append(await connection.fetchval("SELECT pg_backend_pid()"))
        await connection.execute("DO $$ BEGIN LOOP NULL; END LOOP; END $$")

    def run() -> None:
        with pytest.raises((asyncpg.PostgresError, OSError)):
            asyncio.run(never_end())

    busy = threading.Thread(target=run)
    busy.start()
    eventually(lambda: sql(server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO%'") == 1)
    postmaster = server.pid
    os.kill(postmaster, signal.SIGKILL)
    eventually(lambda: processes_of(server.data) == pids)
    server.restart()
    busy.join(PATIENCE)
    assert answers(server)
    assert pids[0] not in processes_of(server.data)
