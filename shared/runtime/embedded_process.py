"""Runs a server's processes as our children, which hold a lock while they live and end when we do."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from shared.runtime.embedded_home import Account, EmbeddedPostgresError
from shared.runtime.embedded_leftovers import Watch

LAUNCHER = Path(__file__).with_name("embedded_launch.py")
LOG_BYTES = 10_000_000
LOG_CHECK_SECONDS = 5.0
# PG* and LC_* of our own environment would change what postgres does and says.
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def try_lock(path: Path) -> int | None:
    """Take the lock file's lock and return its descriptor, or None if somebody living holds it.

    The kernel releases the lock when the last process that has the descriptor ends, however it ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def launch_command(command: Sequence[str], account: Account | None, parent_death_signal: int) -> list[str]:
    """The command line that runs `command` as `account`, and sends it the signal when we end."""
    if not sys.executable:
        raise EmbeddedPostgresError(
            "this Python does not know its own executable, and PostgreSQL is started with it"
            "|此 Python 不知道自身的可执行文件，而启动 PostgreSQL 需要它"
        )
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    numbers = [os.getpid(), uid, gid, int(parent_death_signal)]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, numbers), *command]


def run_to_end(
    command: Sequence[str], account: Account | None, lock: int
) -> subprocess.CompletedProcess[str]:
    """Run a program such as initdb, which holds `lock` while any of its processes lives."""
    return subprocess.run(  # noqa: S603 - our own paths, no shell
        launch_command(command, account, signal.SIGKILL),
        check=False,
        pass_fds=(lock,),
        cwd="/",
        env=CLEAN_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


class ServerProcess:
    """A postmaster that is our child and shuts down cleanly when we are killed, and its bounded log.

    One thread starts it and waits for it: the kernel sends the signal when the *thread* that started it ends.
    """

    def __init__(self, command: Sequence[str], account: Account | None, lock: int, log: Path) -> None:
        self._command = launch_command(command, account, signal.SIGINT)
        self._lock = lock
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: BaseException | None = None
        self._started = threading.Event()
        self._ended = threading.Event()
        self.log_start = size_of(log)
        threading.Thread(target=self._keep, name="embedded-postgres", daemon=True).start()
        self._started.wait()
        if self._failure is not None:
            raise EmbeddedPostgresError(
                f"cannot start PostgreSQL: {self._failure}|无法启动 PostgreSQL：{self._failure}"
            ) from self._failure

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended (as in subprocess), or None while it lives."""
        assert self._process is not None
        return self._process.returncode if self._ended.is_set() else None

    def signal(self, number: int) -> None:
        """Send a signal, if it still lives."""
        assert self._process is not None
        self._process.send_signal(number)

    def ended(self, seconds: float) -> bool:
        """Whether it ended within that time."""
        return self._ended.wait(seconds)

    def _keep(self) -> None:
        try:
            process = self._process = self._launch()
        except BaseException as failure:  # noqa: BLE001 - raised in the thread that waits for it
            self._failure = failure
            return
        finally:
            self._started.set()
        try:
            with Watch(process.pid) as watch:
                while not watch.ended(LOG_CHECK_SECONDS):
                    bound_log(self._log)
        finally:
            process.wait()
            self._ended.set()

    def _launch(self) -> "subprocess.Popen[bytes]":
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        log = os.open(self._log, flags, 0o600)
        try:
            return subprocess.Popen(  # noqa: S603 - our own paths, no shell
                self._command,
                pass_fds=(self._lock,),
                cwd="/",
                env=CLEAN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # or Ctrl-C would stop it before the services have drained
            )
        finally:
            os.close(log)


def bound_log(log: Path, limit: int | None = None) -> None:
    """Move the content of a log of more than `limit` bytes to one file beside it; postgres goes on here."""
    if size_of(log) <= (LOG_BYTES if limit is None else limit):
        return
    former = log.with_name(f"{log.name}.1")
    try:
        former.unlink(missing_ok=True)
        with log.open("rb") as full, former.open("xb") as copy:
            shutil.copyfileobj(full, copy)
        os.truncate(log, 0)
    except OSError:
        with suppress(OSError):
            os.truncate(log, 0)  # on a full disk the log is the first thing that can go


def size_of(path: Path) -> int:
    """The file's size in bytes; 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
