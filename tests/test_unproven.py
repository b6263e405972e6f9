"""A run that skipped something says at its end what was not proven."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOME = """
import pytest

@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.skipif(True, reason="needs a gateway")
def test_skipped(n): ...

def test_skips():
    pytest.skip("no broker")
"""


def test_the_last_lines_name_every_reason_once_with_its_count(tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(SOME, encoding="utf-8")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "tests.unproven", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*run, "--rootdir", str(tmp_path), str(file)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0
    assert ended.stdout.count("not proven here") == 2
    assert "not proven here, 2 skipped: needs a gateway" in ended.stdout
    assert "not proven here, 1 skipped: no broker" in ended.stdout
