"""One replay from the first row to the report: read, post, wait for the services, compare."""

import asyncio
import signal
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from .conservation import Ledger, Place, differences
from .door import Door
from .make_contact import ContactMaker
from .mapping import Mapping as FileMapping
from .open_file import OpenFile, open_file
from .pace import Pace
from .post_rows import LANES, Posting
from .progress import Display, display
from .read_rows import read_rows
from .read_services import Services, UnansweredError
from .rejects import Reject, RejectsFile
from .replay_error import ReplayError
from .report import Report
from .row import Row
from .tally import Tally

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Plan:
    """What is to be replayed.

    rate: rows a second, None for as many as intake takes. timeout: seconds to wait for the services after the
    last row while nothing more arrives. patience: seconds without an answer of intake after which it is given up.
    """

    file: Path
    mapping: FileMapping
    addresses: Mapping[str, str]
    rejects: Path
    language: str
    rate: float | None = None
    timeout: float = 60.0
    patience: float = 60.0
    token: str | None = None


async def replay(plan: Plan) -> Report:
    """Replay a file and tell what became of it. Raises ReplayError where it cannot begin."""
    with open_file(plan.file, plan.mapping) as file:
        rows = read_rows(file.lines, plan.mapping, plan.file.name)
        async with _client(plan) as client:
            services = Services(client, plan.addresses)
            try:
                await services.check()
            except UnansweredError as error:
                raise ReplayError(str(error)) from error
            with RejectsFile(plan.rejects, plan.language) as rejects, display(plan.language) as shown:
                run = _Run(plan, file=file, client=client, services=services, rejects=rejects, shown=shown)
                with _ends_on_signals(run.stopping):
                    return await run.through(rows)


def _client(plan: Plan) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=httpx.Timeout(30.0, connect=5.0),
        limits=httpx.Limits(max_connections=LANES + 4, max_keepalive_connections=LANES + 4),
        headers={
            "Accept-Language": plan.language,
            **({"Authorization": f"Bearer {plan.token}"} if plan.token else {}),
        },
        # Neither a proxy nor a .netrc of the environment is to come between us and our own services.
        trust_env=False,
        verify=ssl.create_default_context(),
    )


@contextmanager
def _ends_on_signals(stopping: asyncio.Event) -> Iterator[None]:
    """The first signal asks for a clean end; the second ends at once."""
    loop = asyncio.get_running_loop()
    this = asyncio.current_task()

    def stop() -> None:
        if stopping.is_set() and this is not None:
            this.cancel()
        stopping.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


class _Run:
    """The parts of one replay while it lasts."""

    def __init__(
        self,
        plan: Plan,
        *,
        file: OpenFile,
        client: httpx.AsyncClient,
        services: Services,
        rejects: RejectsFile,
        shown: Display,
    ) -> None:
        self.stopping = asyncio.Event()
        self._plan, self._services, self._shown = plan, services, shown
        self._tally = Tally()
        self._posting = Posting(
            door=Door(client, plan.addresses[Place.RECEIVED], self.stopping, patience=plan.patience),
            maker=ContactMaker(plan.mapping),
            tally=self._tally,
            rejects=rejects,
            pace=Pace(plan.rate),
            stopping=self.stopping,
            on_row=lambda: shown.posted(file, self._tally),
        )

    async def through(self, rows: Iterator[Row | Reject]) -> Report:
        """Post every row, then wait for the services, unless it is stopped before."""
        began = time.monotonic()
        await self._posting.run(rows)
        report = Report(
            self._plan.file.name,
            self._plan.mapping.source,
            time.monotonic() - began,
            self._tally,
            str(self._plan.rejects),
        )
        if self.stopping.is_set() or self._posting.trouble:
            trouble = self._posting.trouble
            return replace(
                report, stopped_at=self._posting.done_up_to, trouble=str(trouble) if trouble else None
            )
        ledger = Ledger(self._tally.complaints, self._tally.created)

        def show() -> None:
            self._shown.waiting(ledger, len(self._tally.complaints))

        posted = time.monotonic()
        await self._services.watch(ledger, self._plan.timeout, self.stopping, show)
        return replace(
            report,
            ledger=ledger,
            waited=time.monotonic() - posted,
            differences=differences(self._tally, ledger),
            silent=dict(self._services.silent),
        )
