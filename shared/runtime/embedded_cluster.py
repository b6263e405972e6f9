"""Prepares a home for a start: no former server lives, the data are whole, the settings are ours."""

import os
import pwd
import re
import shutil
import tempfile
import time
from pathlib import Path

from shared.runtime.embedded_home import EmbeddedPostgresError, Home, give, prepare_sockets, write_whole
from shared.runtime.embedded_leftovers import end_leftovers
from shared.runtime.embedded_process import run_to_end, try_lock

ROLE = "redress"
MAJOR_VERSION = "18"
SERVER_LOCK = "server.lock"
LEFTOVER_SECONDS = 30.0
COMPLAINT = re.compile(r"PANIC:|FATAL:|ERROR:|error:")

SETTINGS = """\
# Written anew at every start. For a lasting change of your own: ALTER SYSTEM SET ...
listen_addresses = ''
unix_socket_permissions = 0700

max_connections = 120
shared_buffers = 64MB
effective_cache_size = 512MB
work_mem = 4MB
maintenance_work_mem = 64MB
wal_buffers = 8MB
huge_pages = off
jit = off
io_method = sync
max_worker_processes = 2
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
max_logical_replication_workers = 0
autovacuum = on
autovacuum_max_workers = 2
autovacuum_worker_slots = 2
random_page_cost = 1.1

# `replica` and two senders let pg_basebackup copy all databases as of one instant.
wal_level = replica
max_wal_senders = 2
max_replication_slots = 2
max_wal_size = 1GB
checkpoint_timeout = 10min

timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_autovacuum_min_duration = -1
log_line_prefix = '%m [%p] %d '
# More than terse would log the detail of an error, which can be a customer's row.
log_error_verbosity = terse
"""
DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
NOT_DURABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


def take_over(home: Home) -> int:
    """End what a killed owner left, and return the lock that every process of a server holds for life."""
    end_leftovers(home.data)
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while (lock := try_lock(home.folder / SERVER_LOCK)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"a PostgreSQL that this process cannot see still uses {home.folder}"
                f"|仍有本进程看不到的 PostgreSQL 在使用 {home.folder}"
            )
        time.sleep(0.02)
        end_leftovers(home.data)
    return lock


def remove_stale_files(home: Home) -> None:
    """Remove the pid files of servers that are gone: postgres would believe a reused pid in them."""
    stale = (
        home.data / "postmaster.pid",
        home.sockets / ".s.PGSQL.5432.lock",
        home.sockets / ".s.PGSQL.5432",
    )
    for path in stale:
        path.unlink(missing_ok=True)


def create_data(home: Home, binaries: Path, lock: int, *, durable: bool) -> None:
    """Run initdb if there are no data: beside their place, then renamed, so that none are ever half made."""
    for half_made in home.folder.glob("data.new-*"):
        shutil.rmtree(half_made)
    if home.data.exists():
        _check_version(home.data)
        return
    new = Path(tempfile.mkdtemp(prefix="data.new-", dir=home.folder))
    give(new, home.account)
    options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    options += ["--auth-local=peer", "--auth-host=reject", "--no-instructions", f"--username={ROLE}"]
    options += [] if durable else ["--no-sync"]
    done = run_to_end([str(binaries / "initdb"), *options, f"--pgdata={new}"], home.account, lock)
    if done.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        why = telling_line(done.stdout, done.returncode)
        raise EmbeddedPostgresError(
            f"cannot create the database in {home.folder}: {why}|无法在 {home.folder} 中创建数据库：{why}"
        )
    new.rename(home.data)
    _make_lasting(home.folder)


def server_command(home: Home, binaries: Path, *, durable: bool) -> list[str]:
    """Write our settings beside the data, and return the command line that names them to postgres."""
    sockets = prepare_sockets(home)
    settings, hba, ident = (
        home.folder / name for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf")
    )
    write_whole(
        settings, f"{SETTINGS}\n{DURABLE if durable else NOT_DURABLE}unix_socket_directories = '{sockets}'\n"
    )
    write_whole(hba, f"local all {ROLE} peer map=owner\nlocal replication {ROLE} peer map=owner\n")
    write_whole(ident, "".join(f'owner "{name}" {ROLE}\n' for name in _owner_names()))
    files = {"config_file": settings, "hba_file": hba, "ident_file": ident}
    return [
        str(binaries / "postgres"),
        "-D",
        str(home.data),
        *(f"--{name}={path}" for name, path in files.items()),
    ]


def telling_line(output: str, exit_code: int | None = None) -> str:
    """The line that says why, of all that a program of PostgreSQL said: its first complaint."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        mark = COMPLAINT.search(line)
        # "FATAL: the database system is starting up" is only the answer to our own questions.
        if mark is not None and "the database system is" not in line:
            return line[mark.end() :].strip()
    last = lines[-1] if lines else "it said nothing"
    return last if exit_code is None else f"{last} (exit code {exit_code})"


def _check_version(data: Path) -> None:
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"{data} exists but holds no PostgreSQL database|{data} 存在，但其中没有 PostgreSQL 数据库"
        ) from None
    if found != MAJOR_VERSION:
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {found}; this is PostgreSQL {MAJOR_VERSION}"
            f"|{data} 由 PostgreSQL {found} 创建，当前是 PostgreSQL {MAJOR_VERSION}"
        )


def _make_lasting(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _owner_names() -> list[str]:
    """Who may connect: this user, and root, who could become this user anyway."""
    names = []
    for uid in sorted({0, os.geteuid()}):
        try:
            names.append(pwd.getpwuid(uid).pw_name)
        except KeyError:
            if uid == os.geteuid():
                raise EmbeddedPostgresError(
                    f"user number {uid} has no name, which PostgreSQL needs"
                    f"|编号为 {uid} 的用户没有名称，而 PostgreSQL 需要"
                ) from None
    return names
