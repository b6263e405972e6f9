"""The conditions of a run, without which no figure means anything: cores, load, fsync time, versions."""

import os
import platform
import re
import resource
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import psutil

from tests.kafka import broker

CORES = 2
"""The targets are set for this many; of more only so many are used."""
PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "pydantic", "sqlalchemy", "asyncpg", "aiokafka")
BLOCK = b"x" * 8192
NOT_A_DISK = frozenset({"tmpfs", "ramfs"})


def use_two_cores() -> int:
    """Keep this process and all it starts on two cores where there are more; returns how many are used."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 1
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    return len(cores)


def load_before(seconds: float = 1.0) -> dict[str, float]:
    """What others do: the system's load averages, and the share of all CPUs in use during the next `seconds`."""
    one, five, _ = os.getloadavg()
    return {
        "load_1_min": round(one, 2),
        "load_5_min": round(five, 2),
        "cpu_in_use": round(psutil.cpu_percent(seconds) / 100, 2),
    }


class Usage(NamedTuple):
    """CPU seconds used since the start: by the whole machine, and by us and what we started and saw end."""

    at: float
    machine: float
    ours: float

    def others_since(self, before: "Usage") -> float:
        """How many cores others have used on average since `before`."""
        others = (self.machine - before.machine) - (self.ours - before.ours)
        return round(max(0.0, others) / (self.at - before.at), 2)


def usage() -> Usage:
    """CPU time as it stands now."""
    times: Any = psutil.cpu_times()
    busy = sum(getattr(times, kind, 0.0) for kind in ("user", "nice", "system", "irq", "softirq", "steal"))
    mine = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Usage(time.perf_counter(), busy, sum(used.ru_utime + used.ru_stime for used in mine))


def sync_times(folder: Path, seconds: float = 0.7) -> dict[str, float]:
    """Milliseconds to write 8 KiB and wait for the disk with fdatasync, as PostgreSQL does at a commit."""
    file = folder / "sync"
    sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
    times = []
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        for _ in range(64):
            os.write(descriptor, BLOCK)
        os.fsync(descriptor)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            began = time.perf_counter()
            os.pwrite(descriptor, BLOCK, 0)
            sync(descriptor)
            times.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(descriptor)
        file.unlink()
    times.sort()
    return {"p50": round(median(times), 3), "p99": round(times[int(len(times) * 0.99)], 3)}


def file_system(folder: Path) -> str:
    """The kind of file system that holds `folder`."""
    holding = [part for part in psutil.disk_partitions(all=True) if folder.is_relative_to(part.mountpoint)]
    return max(holding, key=lambda part: len(part.mountpoint)).fstype if holding else "unknown"


def versions() -> dict[str, str]:
    """Of everything that has a share in the figures."""
    pom = (Path(broker.__file__).parent / "pom.xml").read_text(encoding="utf-8")
    kafka = re.search(r"<kafka.version>(.+)</kafka.version>", pom)
    return {
        "python": platform.python_version(),
        "kafka": kafka[1] if kafka else "unknown",
        **{name: metadata.version(name) for name in PACKAGES},
    }


def describe(folder: Path, cores: int) -> dict[str, Any]:
    """Everything that is known before the first measurement."""
    return {
        "cores_used": cores,
        "cores_of_machine": os.cpu_count(),
        "cpu": _cpu_name(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "file_system": file_system(folder),
        "fdatasync_ms": sync_times(folder),
        "load": load_before(),
        "versions": versions(),
    }


def _cpu_name() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
