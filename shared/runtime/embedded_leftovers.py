"""Ends the processes that a killed owner's server left, and never signals any other process."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from shared.runtime.embedded_home import EmbeddedPostgresError

PROC = Path("/proc")
Steps = Sequence[tuple[int, float]]
AT_ONCE: Steps = ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
LEFTOVER_PATIENCE = 30.0
CONTROL_STATE = slice(16, 20)
IN_CRASH_RECOVERY = 4


class Ending(Protocol):
    """A process that can be signalled and waited for."""

    def signal(self, number: int) -> None: ...
    def ended(self, seconds: float) -> bool: ...


def with_patience(seconds: float) -> Steps:
    """The steps that end a postmaster cleanly if it manages within that time."""
    return ((signal.SIGINT, seconds), *AT_ONCE)


def took_effect(process: Ending, data: Path, steps: Steps) -> bool:
    """Send each step's signal and wait its seconds, until the process has ended.

    PostgreSQL 18 never ends when it is asked to shut down while it recovers from the death of one of its own
    processes. A recovery has nothing to lose, so then the next step comes at once.
    """
    for number, seconds in steps:
        process.signal(number)
        deadline = time.monotonic() + seconds
        while not process.ended(0.1):
            if time.monotonic() > deadline or (number == signal.SIGINT and is_recovering(data)):
                break
        else:
            return True
    return False


def is_recovering(data: Path) -> bool:
    """Whether the server's control file says that it replays its log after a crash."""
    try:
        with (data / "global" / "pg_control").open("rb") as file:
            return int.from_bytes(file.read(20)[CONTROL_STATE], sys.byteorder) == IN_CRASH_RECOVERY
    except OSError:
        return False


def end_leftovers(data: Path) -> None:
    """End every process of this data folder: cleanly if a postmaster still leads them."""
    postmaster = postmaster_pid(data)
    if postmaster is not None:
        end(postmaster, data, with_patience(LEFTOVER_PATIENCE))
    for pid in processes_of(data):
        end(pid, data, AT_ONCE)


def postmaster_pid(data: Path) -> int | None:
    """The living postmaster of this data folder, or None; postmaster.pid is only a hint at it."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if is_postgres_of(pid, data) else None


def is_postgres_of(pid: int, data: Path) -> bool:
    """Whether this living process is truly a postgres that runs in this very data folder."""
    if pid <= 1:
        return False
    if _has_proc():
        return _runs_postgres_in(PROC / str(pid), os.path.realpath(data))
    command = _ask_ps(pid, "command")
    return "postgres" in command and str(data) in command


def processes_of(data: Path) -> list[int]:
    """Every living postgres process of this data folder, where the system lets us see them (Linux)."""
    if not _has_proc():
        return []
    folder = os.path.realpath(data)
    return [int(process.name) for process in PROC.glob("[0-9]*") if _runs_postgres_in(process, folder)]


def end(pid: int, data: Path, steps: Steps) -> None:
    """Take the steps if the process is a postgres of this data folder."""
    with Watch(pid) as watch:
        if not is_postgres_of(pid, data):  # asked now that the watch pins the pid
            return
        if not took_effect(watch, data, steps):
            raise EmbeddedPostgresError(
                f"a former PostgreSQL of {data} (process {pid}) does not end"
                f"|{data} 以前的 PostgreSQL（进程 {pid}）没有结束"
            )


class Watch:
    """Waits for and signals one process, our child or not; on Linux no reused pid fools it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._descriptor: int | None = None
        if sys.platform == "linux":
            try:
                self._descriptor = os.pidfd_open(pid)
            except OSError:  # gone, or a kernel without it
                self._descriptor = None

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def ended(self, seconds: float) -> bool:
        """Whether the process ended within that time."""
        if self._descriptor is not None:
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            return bool(poll.poll(seconds * 1000))
        deadline = time.monotonic() + seconds
        while _lives(self._pid):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        return True

    def signal(self, number: int) -> None:
        """Send a signal, if the process still lives."""
        try:
            if self._descriptor is not None and sys.platform == "linux":
                signal.pidfd_send_signal(self._descriptor, number)
            else:
                os.kill(self._pid, number)
        except ProcessLookupError:
            pass


def _lives(pid: int) -> bool:
    """Whether the process runs; one that has ended but was not waited for yet does not."""
    try:
        if _has_proc():
            return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return not _ask_ps(pid, "state").startswith("Z")


def _has_proc() -> bool:
    return (PROC / "self" / "exe").exists()


def _runs_postgres_in(process: Path, folder: str) -> bool:
    try:
        program = (process / "exe").readlink().name.removesuffix(" (deleted)")
        return program == "postgres" and str((process / "cwd").readlink()) == folder
    except OSError:
        return False


def _ask_ps(pid: int, column: str) -> str:
    try:
        command = ["/bin/ps", "-ww", "-o", f"{column}=", "-p", str(pid)]
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()  # noqa: S603
    except OSError:
        return ""
