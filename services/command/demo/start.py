"""Starts the demonstration beside the services: its settings, its phones' address, its process."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from shared.runtime.settings import Settings


class Demo:
    """A demonstration to be run beside the services."""

    def __init__(self, folder: Path, *, leave: bool) -> None:
        self._folder = folder
        self._leave = leave
        self._phones = socket.socket()
        self._phones.bind(("127.0.0.1", 0))
        self._phones.listen(128)
        self._token: str | None = None
        self._running: asyncio.Task[None] | None = None
        self.code: int | None = None

    def settings(self, settings: Settings) -> Settings:
        """The same settings with seconds for hours, the demo's people, and the phones as provider."""
        self._token = settings.api_token
        here = Path(str(files("services.command.demo")))
        return settings.model_copy(
            update={
                "policy_file": settings.policy_file or here / "demo_policy.toml",
                "staff_file": settings.staff_file or here / "demo_staff.toml",
                "outbound_url": f"http://127.0.0.1:{self._phones.getsockname()[1]}/messages",
            }
        )

    @property
    def log_file(self) -> Path:
        """Where the services' logs go, so that the terminal stays free for the board."""
        return self._folder / "redress.log"

    def start(self, stop: Callable[[], None]) -> None:
        """Start the demo's process; call `stop` when it ends."""
        self._running = asyncio.get_running_loop().create_task(self._run(stop))

    async def _run(self, stop: Callable[[], None]) -> None:
        fd = self._phones.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.command.demo",
            str(self._folder / "addresses.json"),
            str(fd),
            *(["--exit"] if self._leave else []),
            pass_fds=(fd,),
            env={**os.environ, **({"REDRESS_API_TOKEN": self._token} if self._token else {})},
        )
        try:
            self.code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        stop()
