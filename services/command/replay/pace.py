"""Keeps rows from being posted faster than was asked for."""

import asyncio

CATCH_UP = 0.1
"""Seconds of lateness that are made up for; after a longer stall the pace begins anew, without a burst."""


class Pace:
    """Lets `rate` rows a second pass; all of them if it is None."""

    def __init__(self, rate: float | None) -> None:
        self._step = 1 / rate if rate else 0.0
        self._next: float | None = None

    async def wait(self, stopping: asyncio.Event) -> None:
        """Return when the next row may go, or at once when it is time to stop."""
        if not self._step:
            return
        now = asyncio.get_running_loop().time()
        due = now if self._next is None else max(self._next, now - CATCH_UP)
        self._next = due + self._step
        if due > now:
            await pause(due - now, stopping)


async def pause(seconds: float, stopping: asyncio.Event) -> None:
    """Wait, but not beyond the moment in which it is time to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
