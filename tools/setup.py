"""Makes .venv from the locks, with uv: the one on the PATH, or one put into .tools first.

Runs on a bare Python 3.11 and imports nothing of the project. Usage: python3 tools/setup.py run|dev [--this]
--this: with the Python that runs it, even if the system's is a faster build.
"""

from __future__ import annotations  # so that an older Python comes as far as to say that it is too old

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
OLDEST = (3, 11)
SYSTEM = ("/usr/bin/python3", "/usr/bin/python3.13", "/usr/bin/python3.12", "/usr/bin/python3.11")
ASK = """
import json, sys, sysconfig
optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
print(json.dumps([list(sys.version_info[:2]), optimised]))
"""


class Facts(NamedTuple):
    """A Python's version, and whether it says that it was built with optimisation; distributions do not say so."""

    version: tuple[int, ...]
    optimised: bool


def main(which: str, *options: str) -> None:
    """Install what `which` needs; one clear line where that is not possible."""
    if sys.version_info < OLDEST:
        end(
            f"needs Python 3.11 or newer, this is {sys.version.split()[0]}; try: make run PYTHON=python3.11",
            f"需要 Python 3.11 或更新版本，当前是 {sys.version.split()[0]}；请试：make run PYTHON=python3.11",
        )
    uv = find_uv()
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        chosen = sys.executable if "--this" in options else choose_python(sys.executable, SYSTEM)
        if chosen != sys.executable:
            say(
                f"takes {chosen}, a faster build than {sys.executable} (else: make run PYTHON=python3)",
                f"使用 {chosen}，其编译比 {sys.executable} 更快（否则：make run PYTHON=python3）",
            )
        run(uv, "venv", "-q", "--python", chosen, str(ROOT / ".venv"))
    lock = ROOT / "requirements" / f"{which}.lock"
    count = sum(line[:1].isalnum() for line in lock.read_text(encoding="utf-8").splitlines())
    say(
        f"installs {count} packages into .venv; the first time this may take some minutes",
        f"正在把 {count} 个软件包安装到 .venv；首次可能需要几分钟",
    )
    run(uv, "pip", "install", "-q", "-p", str(python), "--require-hashes", "-r", str(lock))
    run(uv, "pip", "install", "-q", "-p", str(python), "--no-deps", "--no-build-isolation", "-e", str(ROOT))


def choose_python(this: str, system: Sequence[str]) -> str:
    """`this`, unless it is a plain build and the system has one that is new enough.

    Distributions build theirs with profile-guided optimisation; version managers often do not, and such a Python
    takes up to a fifth more time for everything.
    """
    known = facts(this)
    if known.optimised or this in system:
        return this
    return next((other for other in system if facts(other).version >= OLDEST), this)


def facts(python: str) -> Facts:
    """What a Python says of itself; one that cannot be started has version 0.0."""
    try:
        told = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True).stdout
        version, optimised = json.loads(told)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return Facts((0, 0), False)
    return Facts(tuple(version), optimised)


def find_uv() -> str:
    """The path of uv, installed from its lock if there is none."""
    found = shutil.which("uv")
    if found:
        return found
    uv = TOOLS / "bin" / "uv"
    if not uv.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], capture_output=True, check=False)
        if made.returncode:
            shutil.rmtree(TOOLS, ignore_errors=True)
            end(
                "needs uv, or Python's venv to install it: apt-get install python3-venv",
                "需要 uv，或用来安装它的 Python venv：apt-get install python3-venv",
            )
        lock = ROOT / "requirements" / "uv.lock"
        run(str(TOOLS / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock))
    return str(uv)


def run(*command: str) -> None:
    """Run a command; end with its code if it fails, its own words being enough."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        words = " ".join(command[:4])
        end(f"failed: {words} …", f"失败：{words} …")


def say(english: str, chinese: str) -> None:
    """Say in one line, in the reader's language, what is done."""
    print(f"redress setup: {chinese if reads_chinese() else english}", flush=True)


def end(english: str, chinese: str) -> None:
    """Say in one line, in the reader's language, why it ends."""
    raise SystemExit(f"redress setup: {chinese if reads_chinese() else english}")


def reads_chinese() -> bool:
    """True where the first of LC_ALL, LC_MESSAGES and LANG that is set says so."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "").lower().startswith("zh")


if __name__ == "__main__":
    main(*sys.argv[1:])
