"""Makes .venv from the locks, with uv: the one on the PATH, or one put into .tools first.

Runs on a bare Python 3.11 and imports nothing of the project. Usage: python3 tools/setup.py run|dev [--this]
--this: with the Python that runs it, even if the system's is a faster build.
"""

import json
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
        end(f"needs Python 3.11 or newer, this is {sys.version.split()[0]}; try: make PYTHON=python3.11 …")
    uv = find_uv()
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        chosen = sys.executable if "--this" in options else choose_python(sys.executable, SYSTEM)
        if chosen != sys.executable:
            print(
                f"redress setup: {chosen} is a faster build than {sys.executable} (else: make PYTHON=python3)"
            )
        run(uv, "venv", "-q", "--python", chosen, str(ROOT / ".venv"))
    lock = ROOT / "requirements" / f"{which}.lock"
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
            end("needs uv, or Python's venv to install it: apt-get install python3-venv")
        lock = ROOT / "requirements" / "uv.lock"
        run(str(TOOLS / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock))
    return str(uv)


def run(*command: str) -> None:
    """Run a command; end with its code if it fails, its own words being enough."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        end(f"failed: {' '.join(command[:4])} …")


def end(message: str) -> None:
    """Say why in one line and end."""
    raise SystemExit(f"redress setup: {message}")


if __name__ == "__main__":
    main(*sys.argv[1:])
