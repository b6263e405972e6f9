"""A data folder has one owner, wherever in a process it starts the server; tools attach and leave it alone."""

import asyncio
import os
import sys
import threading
from pathlib import Path

import asyncpg
import pytest

from shared.runtime import embedded_leftovers, embedded_process
from shared.runtime.embedded import (
    AlreadyRunningError,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    NotRunningError,
)
from shared.runtime.embedded_leftovers import is_postgres_of, postmaster_pid

from .owning_servers import Owner, answers, eventually, one_line, sql, wrote


def test_a_second_owner_is_refused_in_one_line(server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(server.folder)
    with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}") as failure:
        second.start()
    one_line(failure)
    other = Owner(server.folder)
    assert other.word().startswith("refused ")
    other.finish()
    second.stop()
    assert answers(server)


def test_of_two_owners_that_start_together_one_wins(folder: Path) -> None:
    owners = [Owner(folder), Owner(folder)]
    words = sorted(owner.word().split()[0] for owner in owners)
    for owner in owners:
        owner.finish()
    assert words == ["refused", "started"]


def test_a_refused_owner_may_start_when_the_first_has_gone(server: EmbeddedPostgres) -> None:
    server.stop()
    with EmbeddedPostgres(server.folder) as second:
        assert answers(second)


def test_tools_attach_to_the_running_server_and_leave_it_alone(server: EmbeddedPostgres) -> None:
    tool = EmbeddedPostgres.attach(server.folder)
    assert tool.url("intake") == server.url("intake")
    assert not tool.owned
    tool.stop()
    with pytest.raises(NotRunningError):
        tool.restart()
    assert answers(tool)


def test_tools_say_in_one_line_that_nothing_is_running(server: EmbeddedPostgres) -> None:
    server.stop()
    with pytest.raises(NotRunningError, match="no Redress database is running") as failure:
        EmbeddedPostgres.attach(server.folder)
    one_line(failure)
    with pytest.raises(EmbeddedPostgresError, match="there is no Redress database") as nothing:
        EmbeddedPostgres.attach(server.folder.parent)
    one_line(nothing)


def test_a_start_in_a_thread_that_ends_does_not_take_the_server_with_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    for _ in range(20):
        assert answers(server)
    assert not wrote(server, "received fast shutdown request")
    server.stop()


async def test_start_and_stop_work_while_an_event_loop_runs(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    server.ensure_databases(["intake"])
    await asyncio.to_thread(server.restart)
    connection = await asyncpg.connect(server.url("intake").replace("+asyncpg", ""))
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    server.stop()


def test_ctrl_c_at_the_terminal_does_not_reach_the_server(server: EmbeddedPostgres) -> None:
    assert os.getpgid(server.pid) != os.getpgrp()
    assert os.getsid(server.pid) != os.getsid(0)


def test_the_log_stays_bounded_and_hides_what_rows_hold(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_process, "LOG_BYTES", 4000)
    monkeypatch.setattr(embedded_process, "LOG_CHECK_SECONDS", 0.02)
    server.restart()
    former = server.log.with_name("postgres.log.1")
    sql(server, "CREATE TABLE people (phone text PRIMARY KEY)")

    def fail() -> bool:
        with pytest.raises(asyncpg.UniqueViolationError):
            sql(server, "INSERT INTO people SELECT $1 FROM generate_series(1, 2)", "postgres", "+31612345678")
        return former.exists()

    eventually(fail)
    eventually(lambda: server.log.stat().st_size < 4000)
    eventually(lambda: fail() and wrote(server, "duplicate key"))
    assert "+31612345678" not in server.log.read_text() + former.read_text()


def test_a_server_is_known_by_its_command_line_where_there_is_no_proc(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/bin/ps").exists():
        pytest.skip("needs ps")
    monkeypatch.setattr(embedded_leftovers, "PROC", Path("/no-such-folder"))
    monkeypatch.setattr(
        os, "pidfd_open", None if sys.platform != "linux" else lambda _: exec("raise OSError")
    )
    assert postmaster_pid(server.data) == server.pid
    assert not is_postgres_of(os.getpid(), server.data)
    assert not is_postgres_of(server.pid, server.folder.parent / "other" / "data")
    embedded_leftovers.end_leftovers(server.data)
    assert postmaster_pid(server.data) is None
