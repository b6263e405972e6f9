"""Posts the rows of a file, many at a time and those of one customer in order, until the end or a stop."""

import asyncio
import zlib
from collections.abc import Callable, Iterator

from .door import Door, StoppedError
from .make_contact import Contact, ContactMaker, Dated
from .pace import Pace
from .rejects import Reason, Reject, RejectError, RejectsFile
from .replay_error import ReplayError
from .row import Row
from .tally import Tally

LANES = 32
WAITING_PER_LANE = 4
GRACE = 5.0
"""Seconds that contacts under way have to be answered after a stop."""


class Posting:
    """Rows on their way to intake. Set `stopping` to end it; whatever is under way is still waited for."""

    def __init__(
        self,
        *,
        door: Door,
        maker: ContactMaker,
        tally: Tally,
        rejects: RejectsFile,
        pace: Pace,
        stopping: asyncio.Event,
        on_row: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._maker = maker
        self._tally = tally
        self._rejects = rejects
        self._pace = pace
        self._stopping = stopping
        self._on_row = on_row
        self._under_way: dict[int, None] = {}
        self._last_line = 0
        self.trouble: ReplayError | None = None

    @property
    def done_up_to(self) -> int:
        """Every row that begins on this line or before it is accounted for."""
        return min(self._under_way, default=self._last_line + 1) - 1

    async def run(self, rows: Iterator[Row | Reject]) -> None:
        """Post all rows, or those before it is stopped; `trouble` tells why it could not go on."""
        lanes = [asyncio.Queue[Contact](WAITING_PER_LANE) for _ in range(LANES)]
        workers = [asyncio.create_task(self._work(lane)) for lane in lanes]
        empty = asyncio.create_task(self._feed_and_wait(rows, lanes))
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([empty, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not empty.done():
                await asyncio.wait([empty], timeout=GRACE)
            if empty.done():
                empty.result()
        except ReplayError as error:
            self.trouble = error
        finally:
            for task in (empty, stopped, *workers):
                task.cancel()
            await asyncio.gather(empty, stopped, *workers, return_exceptions=True)

    async def _feed_and_wait(self, rows: Iterator[Row | Reject], lanes: list[asyncio.Queue[Contact]]) -> None:
        for row in rows:
            if self._stopping.is_set():
                break
            self._tally.read += 1
            self._last_line = row.line
            contact = self._contact(row)
            if contact is not None:
                self._under_way[contact.line] = None
                await self._pace.wait(self._stopping)
                await lanes[zlib.crc32(contact.customer.encode()) % LANES].put(contact)
            self._on_row()
            await asyncio.sleep(0)
        for lane in lanes:
            await lane.join()

    def _contact(self, row: Row | Reject) -> Contact | None:
        if isinstance(row, Reject):
            self._reject(row)
            return None
        try:
            return self._maker.make(row)
        except RejectError as why:
            self._reject(Reject(row.line, why))
            return None

    async def _work(self, lane: asyncio.Queue[Contact]) -> None:
        while True:
            contact = await lane.get()
            try:
                if self.trouble is None:
                    await self._post(contact)
            except ReplayError as error:
                self.trouble = self.trouble or error
                self._stopping.set()
            finally:
                lane.task_done()

    async def _post(self, contact: Contact) -> None:
        try:
            self._tally.answered(contact, await self._door.post(contact))
        except RejectError as why:
            self._tally.dated[contact.dated] += 1
            self._reject(Reject(contact.line, why))
        except StoppedError:
            return
        del self._under_way[contact.line]

    def _reject(self, reject: Reject) -> None:
        self._rejects.add(reject)
        self._tally.rejected[reject.why.reason] += 1
        if reject.why.reason in {Reason.AMBIGUOUS_DATE, Reason.AMBIGUOUS_TIME}:
            self._tally.dated[Dated.AMBIGUOUS] += 1
