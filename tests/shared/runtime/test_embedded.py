"""The embedded server loses nothing, blocks nobody and leaves nothing behind, whatever is killed."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.runtime import embedded, embedded_home, embedded_leftovers, embedded_process
from shared.runtime.embedded import (
    AlreadyRunningError,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    NotRunningError,
)
from shared.runtime.embedded_binaries import PACKAGE, find_binaries
from shared.runtime.embedded_leftovers import is_postgres_of, postmaster_pid, processes_of
from tests.postgres_fixture import fresh_database, temporary_folder

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


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet, below one that every user can reach."""
    parent = temporary_folder("redress-embedded-")
    yield parent / "redress"
    clear_away(parent)


@pytest.fixture
def folder_on_disk() -> Iterator[Path]:
    """The same, never in memory."""
    parent = Path(os.path.realpath(tempfile.mkdtemp(prefix="redress-embedded-")))
    parent.chmod(0o711)
    yield parent / "redress"
    clear_away(parent)


def gone(data: Path) -> bool:
    return not processes_of(data)


def clear_away(parent: Path) -> None:
    for data in parent.rglob("data"):
        for pid in processes_of(data):
            os.kill(pid, signal.SIGKILL)
        eventually(partial(gone, data))
    shutil.rmtree(parent)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(folder) as started:
        yield started


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


def answers(server: EmbeddedPostgres) -> bool:
    try:
        return sql(server, "SELECT true") is True
    except (asyncpg.PostgresError, OSError):
        return False


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


@only_root
def test_root_leaves_private_parents_as_they_are_and_keeps_the_files_elsewhere(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(parents=True)
    private.chmod(0o700)
    system = folder.parent / "system"
    data_folder = private / "below" / "redress"
    with EmbeddedPostgres(data_folder, system_folder=system) as server:
        sql(server, "CREATE TABLE kept AS SELECT 7 AS n")
        assert system in server.data.parents
        assert answers(EmbeddedPostgres.attach(data_folder))
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert str(server.data.parent) in (data_folder / embedded_home.POINTER).read_text()
    moved = private / "moved"
    data_folder.rename(moved)
    with EmbeddedPostgres(moved, system_folder=system) as server:
        assert sql(server, "SELECT n FROM kept") == 7
    with pytest.raises(EmbeddedPostgresError, match="former data of it are still in") as failure:
        EmbeddedPostgres(data_folder, system_folder=system).start()
    one_line(failure)
    shutil.rmtree(server.data.parent)
    with pytest.raises(EmbeddedPostgresError, match="they are gone") as failure:
        EmbeddedPostgres(moved, system_folder=system).start()
    one_line(failure)


@only_root
def test_root_runs_the_server_as_another_user_and_goes_on_with_that_user(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_home, "SYSTEM_USERS", ("no-such-user", "nobody"))
    nobody = pwd.getpwnam("nobody").pw_uid
    with EmbeddedPostgres(folder) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == nobody
    monkeypatch.undo()
    with EmbeddedPostgres(folder) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == nobody
        assert answers(server)


@only_root
def test_root_without_a_user_to_become_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_home, "SYSTEM_USERS", ("no-such-user",))
    with pytest.raises(EmbeddedPostgresError, match="run as another") as failure:
        EmbeddedPostgres(folder).start()
    one_line(failure)


@only_root
def test_programs_that_the_server_user_cannot_reach_are_copied_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = folder / "private" / PACKAGE
    package.mkdir(parents=True)
    (folder / "private").chmod(0o700)
    (package / "__init__.py").write_text("raise AssertionError('its own code must not run')")
    programs = find_binaries(None).parent
    (package / "pginstall18").symlink_to(programs)
    (folder / "private" / f"{PACKAGE}.libs").symlink_to(programs.parent.with_name(f"{PACKAGE}.libs"))
    monkeypatch.syspath_prepend(folder / "private")
    system = folder.parent / "system"
    account = embedded_home._choose_account()
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(find_binaries(account, system))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1] == find_binaries(account, system)
    assert system in found[0].parents
    assert len(list(system.iterdir())) == 1
    with EmbeddedPostgres(folder.parent / "served", durable=False, system_folder=system) as server:
        assert (Path("/proc") / str(server.pid) / "exe").readlink() == found[0] / "postgres"
        assert answers(server)


@only_root
def test_another_local_user_does_not_get_in_even_if_the_folder_were_open(server: EmbeddedPostgres) -> None:
    stranger = pwd.getpwnam("nobody")
    assert stranger.pw_uid != server.data.stat().st_uid
    sockets = server.url("postgres").partition("?host=")[2]
    account = embedded_home.Account(stranger.pw_uid, stranger.pw_gid, "nobody")
    psql = find_binaries(account) / "psql"

    def knock() -> str:
        command = [str(psql), "-X", "-w", "-h", sockets, "-U", "redress", "-d", "postgres", "-c", "SELECT 1"]
        done = subprocess.run(
            command,
            check=False,
            user=stranger.pw_uid,
            group=stranger.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
        )
        assert done.returncode != 0
        return done.stderr

    assert "Permission denied" in knock()
    Path(sockets).chmod(0o755)
    (Path(sockets) / ".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in knock()
    assert not (server.data.stat().st_mode & 0o077)


ORDINARY = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from shared.runtime.embedded import EmbeddedPostgres, EmbeddedPostgresError
folder = Path(sys.argv[1])
for _ in range(2):
    with EmbeddedPostgres(folder / "own") as server:
        server.ensure_databases(["intake"])
        EmbeddedPostgres.attach(folder / "own")
for name in ("read-only", "roots"):
    try:
        EmbeddedPostgres(folder / name).start()
    except EmbeddedPostgresError as error:
        print(error)
print("done")
"""


def test_an_ordinary_user_needs_nothing_special(folder: Path) -> None:
    folder.mkdir()
    (folder / "read-only").mkdir(mode=0o555)
    user = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.geteuid())
    paths = [str(REPOSITORY), str(Path(asyncpg.__file__).parents[1])]
    identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if ROOT else {}
    if ROOT:
        os.chown(folder, user.pw_uid, user.pw_gid)
        with EmbeddedPostgres(folder / "roots", durable=False):
            pass

    def run(python: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [python, "-c", *arguments],
            check=False,
            cwd="/",
            env={},
            capture_output=True,
            text=True,
            errors="replace",
            **identity,
        )

    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            if run(python, "import sys; sys.path[:0] = sys.argv[1:]; import asyncpg", *paths).returncode == 0:
                break
        except OSError:
            continue
    else:
        pytest.skip(f"the user {user.pw_name} can run no Python with our packages")
    done = run(python, ORDINARY, str(folder), *paths)
    assert done.stdout.splitlines()[-1:] == ["done"], done.stderr
    assert "is not writable" in done.stdout
    if ROOT:
        assert f"{folder / 'roots'}" in done.stdout


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
