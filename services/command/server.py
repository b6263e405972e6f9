"""Serves an application until SIGINT or SIGTERM: then long polls end first, open requests finish, and it ends well."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp

from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .failure import fail

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """A uvicorn server that tells the services to drain as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, services: Sequence[Service]) -> None:
        super().__init__(config)
        self._services = services

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on the first signal, and at once on the second; a stop that was asked for is no failure."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._on_signal)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Begin to stop; asked for twice, it is still an orderly stop."""
        for service in self._services:
            service.begin_drain()
        self.should_exit = True

    def _on_signal(self) -> None:
        if self.should_exit:
            self.force_exit = True
            # What is cut off by hand is no error, and its traceback would help nobody.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.stop()


def address_of(host: str, port: int) -> str:
    """The address under which a socket on this host and port is reached."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(settings: Settings) -> socket.socket:
    """A socket on the address of the settings; fails in one line where it is taken or not ours."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
    except OSError as error:
        sock.close()
        fail(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another with --port."
            f"|无法监听 {settings.host}:{settings.port}：{error.strerror}。请用 --port 另选"
        )
    sock.listen(2048)
    sock.setblocking(False)
    return sock


def serve(
    app: ASGIApp,
    services: Sequence[Service],
    settings: Settings,
    sock: socket.socket,
    beside: Callable[[Server], None] | None = None,
) -> bool:
    """Serve until stopped; `beside` is called in the loop once it runs. True if everything started."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=max(1, round(settings.drain_seconds)),
        server_header=False,
    )
    server = Server(config, services)

    async def run() -> None:
        if beside is not None:
            beside(server)
        # What is there now stays; cycles are rare in what comes, so looking for them often costs more than they do.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        await server.serve(sockets=[sock])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
    return server.started
