"""The processes that are measured: started apart from our terminal, ended with us, their CPU and memory read."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from tests.ending_with_us import ending_with_us

END_SECONDS = 20.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Process:
    """A Python program of ours in a session of its own, so that Ctrl-C reaches us first; its log in a file."""

    def __init__(
        self, name: str, arguments: Iterable[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("REDRESS_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env=clean | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ending_with_us(),  # noqa: PLW1509 - one system call
            )

    @property
    def running(self) -> bool:
        """True while it lives."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-1500:]

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Wait for its end after a SIGTERM, and SIGKILL it if that takes too long."""
        self.ask_to_stop()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that these processes have used, with those of their children that have ended."""
    total = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            used: Any = psutil.Process(pid).cpu_times()
            total += used.user + used.system
    return total


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return [pid]


def memory_mib(pid: int) -> dict[str, float]:
    """`rss`: what the process has in memory; `pss`: the same with shared pages divided by who shares them."""
    info: Any = psutil.Process(pid).memory_full_info()
    mib = 1024 * 1024
    return {"rss": info.rss / mib, "pss": getattr(info, "pss", info.rss) / mib}
