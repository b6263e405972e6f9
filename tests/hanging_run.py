"""A test run of its own that hangs, to be ended from outside."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def hanging_run(folder: Path, test: str, *options: str, settings: str = "") -> "subprocess.Popen[bytes]":
    """Start pytest in `folder` on this one test; settings: lines of its pytest.ini."""
    (folder / "test_hanging.py").write_text(test)
    (folder / "pytest.ini").write_text(f"[pytest]\n{settings}\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", *options, "--basetemp", str(folder / "base")],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
