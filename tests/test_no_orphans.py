"""A test run that is ended leaves nothing behind of what its tests had started."""

import signal
import sys
from pathlib import Path

import pytest

from tests.command.running import folder_that_goes, processes_in
from tests.hanging_run import hanging_run
from tests.waiting import eventually

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
        session = hanging_run(
            tmp_path,
            HANGING.format(folder=str(folder)),
            "-p",
            "no:cacheprovider",
            settings="asyncio_mode = auto",
        )
        try:
            await eventually((folder / "hangs").exists, within=120, every=0.1)
            assert len(processes_in(folder)) > 1
        finally:
            session.send_signal(number)
            session.wait()
        await eventually(lambda: not processes_in(folder), within=60, every=0.1)
