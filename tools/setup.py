"""Makes .venv from the locks, with uv: the one on the PATH, or one put into .tools first.

Runs on a bare Python 3.11 and imports nothing of the project. Usage: python3 tools/setup.py run|dev
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"


def main(which: str) -> None:
    """Install what `which` needs; one clear line where that is not possible."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this is what finds it out
        end(f"needs Python 3.11 or newer, this is {sys.version.split()[0]}; try: make PYTHON=python3.11 …")
    uv = find_uv()
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        run(uv, "venv", "-q", "--python", sys.executable, str(ROOT / ".venv"))
    lock = ROOT / "requirements" / f"{which}.lock"
    run(uv, "pip", "install", "-q", "-p", str(python), "--require-hashes", "-r", str(lock))
    run(uv, "pip", "install", "-q", "-p", str(python), "--no-deps", "--no-build-isolation", "-e", str(ROOT))


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
    main(sys.argv[1])
