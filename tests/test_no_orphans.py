"""A test run that is ended leaves nothing behind of what its tests had started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command.running import folder_that_goes, processes_in
from tests.waiting import eventually

REPOSITORY = Path(__file__).parent.parent
HANGING = """
import signal
from pathlib import Path
from tests.command.running import Up

async def test_that_hangs():
    up = Up(Path({folder!r}))
    await up.start()
    Path({folder!r}, "hangs").touch()
    signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent has ended")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
async def test_services_and_their_database_end_with_a_run_that_is_ended(
    number: signal.Signals, tmp_path: Path
) -> None:
    with folder_that_goes("redress-orphans-") as folder:
        (tmp_path / "test_hanging.py").write_text(HANGING.format(folder=str(folder)))
        (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        session = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--basetemp",
                str(tmp_path / "base"),
            ],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await eventually((folder / "hangs").exists, within=120, every=0.1)
            assert len(processes_in(folder)) > 1
        finally:
            session.send_signal(number)
            session.wait()
        await eventually(lambda: not processes_in(folder), within=60, every=0.1)
