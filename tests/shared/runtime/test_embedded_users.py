"""As root the server is another user's, no other user gets in, and an ordinary user needs nothing special."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.runtime import embedded_home
from shared.runtime.embedded import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
)
from shared.runtime.embedded_binaries import PACKAGE, find_binaries

from .owning_servers import REPOSITORY, ROOT, answers, one_line, only_root, sql


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
