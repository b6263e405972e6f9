"""A real Kannel with its fake SMSC: bearerbox and smsbox on free ports, and messages sent into them."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote_from_bytes

from tests.ending_with_us import ending_with_us

PROGRAMS = ("bearerbox", "smsbox", "fakesmsc")
PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/kannel/test"

_CONFIG = """
group = core
admin-port = {admin}
admin-password = kept-by-nobody
smsbox-port = {smsbox}
box-allow-ip = 127.0.0.1
sms-combine-concatenated-mo = false
log-file = "{folder}/bearerbox.log"

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
http-request-retry = 50
http-queue-delay = 1
log-file = "{folder}/smsbox.log"

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{url}?from=%p&to=%P&text=%b&id=%I&at=%T&charset=%C&coding=%c&udh=%u&meta=%D"
"""


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=PLACES) is None]


class Kannel:
    """A running gateway."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._smsc = 0
        self._running: list[asyncio.subprocess.Process] = []

    async def send(self, *messages: str) -> None:
        """Let customers send messages, each as `sender receiver kind …`, one after the other."""
        for message in messages:
            to = ("-H", "127.0.0.1", "-r", str(self._smsc))
            sender = await self._start("fakesmsc", *to, "-i", "0.01", "-m", "1", message)
            try:
                await asyncio.wait_for(_has_sent(sender), 20)
            finally:
                sender.kill()
                await sender.wait()

    async def start(self) -> None:
        """Start both programs and wait until messages can be sent."""
        ports = _free_ports(3)
        self._smsc = ports[2]
        config = self._folder / "kannel.conf"
        names = dict(zip(("admin", "smsbox", "smsc"), ports, strict=True))
        config.write_text(_CONFIG.format(folder=self._folder, url=self._url, **names), encoding="utf-8")
        self._running.append(await self._start("bearerbox", str(config)))
        for port in (names["smsbox"], names["smsc"]):
            await _until_open(port)
        self._running.append(await self._start("smsbox", str(config)))

    async def stop(self) -> None:
        """End both programs."""
        for process in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _start(self, name: str, *arguments: str) -> asyncio.subprocess.Process:
        program = shutil.which(name, path=PLACES)
        assert program
        quiet = asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdin=quiet,
            stdout=quiet,
            stderr=asyncio.subprocess.PIPE if name == "fakesmsc" else quiet,
            preexec_fn=ending_with_us(),
        )


@asynccontextmanager
async def kannel(folder: Path, url: str) -> AsyncIterator[Kannel]:
    """A gateway that calls this address."""
    gateway = Kannel(folder, url)
    try:
        await gateway.start()
        yield gateway
    finally:
        await gateway.stop()


def in_chinese(sender: str, receiver: str, text: str) -> str:
    """A message in UCS-2."""
    return f"{sender} {receiver} ucs2 {quote_from_bytes(text.encode('utf-16-be'))}"


def part(sender: str, receiver: str, text: str, header: bytes) -> str:
    """A message with a user data header."""
    escaped = "".join(f"%{byte:02x}" for byte in header)
    return f"{sender} {receiver} udh-text {escaped} {text}"


async def _has_sent(sender: asyncio.subprocess.Process) -> None:
    """It stays when it has sent, waiting for answers."""
    assert sender.stderr is not None
    while b"sent message" not in await sender.stderr.readline():
        assert not sender.stderr.at_eof(), "the fake SMSC has ended"


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


async def _until_open(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
