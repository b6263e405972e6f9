"""A start believes no pid of others, waits for a recovery, and says in one line why it cannot be."""

import os
import pwd
import signal
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

from shared.runtime import embedded
from shared.runtime.embedded import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
)
from shared.runtime.embedded_leftovers import postmaster_pid, processes_of

from .owning_servers import (
    ROOT,
    Owner,
    answers,
    eventually,
    make_stale_pid_file,
    one_line,
    only_linux,
    process_called,
    sql,
)


def test_a_pid_file_whose_process_is_gone_is_ignored(folder: Path) -> None:
    gone = subprocess.Popen(["sleep", "0"])
    gone.wait()
    server = EmbeddedPostgres(folder)
    server.start()
    make_stale_pid_file(server, gone.pid)
    with server:
        assert answers(server)


def test_a_pid_that_belongs_to_a_stranger_now_is_neither_trusted_nor_killed(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    user = (
        server.data.stat().st_uid if ROOT else None
    )  # postgres itself believes in a process of its own user
    stranger = subprocess.Popen(["sleep", "600"], user=user)
    try:
        make_stale_pid_file(server, stranger.pid)
        assert postmaster_pid(server.data) is None
        with server:
            assert answers(server)
            assert server.pid != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_that_belongs_to_the_server_of_another_folder_is_left_alone(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    with EmbeddedPostgres(folder.parent / "other", durable=False) as other:
        make_stale_pid_file(server, other.pid)
        with server:
            assert answers(server)
            assert answers(other)


@only_linux
def test_recovery_longer_than_the_start_timeout_is_waited_for(folder: Path) -> None:
    timeout = 0.75
    server = EmbeddedPostgres(folder, start_timeout=timeout)
    server.start()
    sql(server, "CREATE TABLE kept AS SELECT n, repeat('x', 200) AS x FROM generate_series(1, 200000) AS n")
    server.stop("immediate")
    held: list[float] = []

    def hold_up_recovery() -> None:
        startup = process_called(server.data, "startup")
        os.kill(startup, signal.SIGSTOP)
        held.append(time.monotonic())
        # Not a wait for something to happen: the length of this fake recovery.
        time.sleep(2 * timeout)
        os.kill(startup, signal.SIGCONT)

    thread = threading.Thread(target=hold_up_recovery)
    thread.start()
    with server:
        assert time.monotonic() - held[0] > timeout
        assert sql(server, "SELECT count(*) FROM kept") == 200000
    thread.join()


def test_a_server_that_stays_silent_is_ended_after_the_start_timeout(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stop()
    silent = server.folder / "silent"
    silent.mkdir()
    (silent / "postgres").write_text("#!/bin/sh\nexec sleep 600\n")
    (silent / "postgres").chmod(0o755)
    monkeypatch.setattr(embedded, "find_binaries", lambda *_: silent)
    impatient = EmbeddedPostgres(server.folder, start_timeout=0.3)
    with pytest.raises(EmbeddedPostgresError, match=r"did not answer within 0\.3 s") as failure:
        impatient.start()
    one_line(failure)
    monkeypatch.undo()
    server.start()
    assert answers(server)


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.data / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedPostgresError, match="pg_control") as failure:
        server.start()
    one_line(failure)
    assert not server.owned
    assert not processes_of(server.data)


@only_linux
def test_a_half_finished_initdb_does_not_wedge_the_next_start(folder: Path) -> None:
    owner = Owner(folder)
    eventually(lambda: list(folder.glob("data.new-*/PG_VERSION")))
    owner.kill()
    assert not (folder / "data").exists()
    with EmbeddedPostgres(folder) as server:
        assert answers(server)
        assert not list(folder.glob("data.new-*"))


def test_a_failing_initdb_says_why_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = folder.parent / "broken"
    broken.mkdir()
    (broken / "initdb").write_text(
        "#!/bin/sh\necho making\necho 'initdb: error: No space left on device'\nexit 1\n"
    )
    (broken / "initdb").chmod(0o755)
    monkeypatch.setattr(embedded, "find_binaries", lambda *_: broken)
    with pytest.raises(EmbeddedPostgresError, match="No space left on device") as failure:
        EmbeddedPostgres(folder).start()
    one_line(failure)
    assert not list(folder.glob("data*"))
    monkeypatch.undo()
    with EmbeddedPostgres(folder, durable=False) as server:
        assert answers(server)


def test_a_path_that_cannot_be_a_folder_is_refused_in_one_line(folder: Path) -> None:
    folder.write_text("a file")
    for path in (folder, folder / "below"):
        with pytest.raises(EmbeddedPostgresError, match="cannot use the data folder") as failure:
            EmbeddedPostgres(path).start()
        one_line(failure)


@pytest.mark.parametrize(
    ("version", "said"), [("17\n", "made by PostgreSQL 17"), (None, "holds no PostgreSQL")]
)
def test_data_that_are_not_this_versions_are_refused_in_one_line(
    folder: Path, version: str | None, said: str
) -> None:
    data = folder / "data"
    data.mkdir(parents=True)
    if version is not None:
        (data / "PG_VERSION").write_text(version)
    if ROOT:
        entry = pwd.getpwnam("nobody")
        os.chown(data, entry.pw_uid, entry.pw_gid)
    with pytest.raises(EmbeddedPostgresError, match=said) as failure:
        EmbeddedPostgres(folder).start()
    one_line(failure)


@pytest.mark.parametrize("name", ["long" * 30, '投诉, a folder\'s "name"'])
def test_a_path_no_socket_can_have_gets_a_short_private_folder_that_goes_at_the_stop(
    folder: Path, name: str
) -> None:
    with EmbeddedPostgres(folder / name, durable=False) as server:
        sockets = Path(server.url("x").partition("?host=")[2])
        assert folder not in sockets.parents
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert answers(EmbeddedPostgres.attach(server.folder))
        server.restart("immediate")
        assert answers(server)
    assert not sockets.exists()
