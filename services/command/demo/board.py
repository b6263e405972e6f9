"""What the terminal shows of the demonstration, read from public APIs and feeds alone."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from .addresses import Doors
from .complaints import DemoComplaint
from .picture import ENDED, FACTS, NEWS_SHOWN, fact_of, news_of, picture, summary

LOOK_EVERY = 0.5


class Board:
    """Shows the demo complaints until told to stop; knows when all of them have ended."""

    def __init__(self, doors: Doors, complaints: Sequence[DemoComplaint], console: Console) -> None:
        self._doors = doors
        self._expected = len(complaints)
        self._console = console
        self._rows: list[dict[str, Any]] = []
        self._cursors: dict[str, int] = dict.fromkeys(("routing", "sla", "feedback", "marketing"), 0)
        self._news: deque[Text] = deque(maxlen=NEWS_SHOWN)
        self._counts: Counter[str] = Counter()
        self._silent: set[str] = set()

    @property
    def all_ended(self) -> bool:
        """True when every demo complaint is closed and it is decided whether its customer hears of an offer."""
        ended = [row for row in self._rows if row["status"] == ENDED and row["offer_decision"]]
        return len(ended) >= self._expected

    async def show(self, *, until_ended: bool) -> None:
        """Show and refresh; return when all have ended, if that is asked for."""
        if self._console.is_terminal:
            with Live(console=self._console, auto_refresh=False, screen=False) as live:
                while not (until_ended and self.all_ended):
                    await self._look()
                    live.update(self._picture(), refresh=True)
                    await asyncio.sleep(LOOK_EVERY)
            return
        said = ""
        while not (until_ended and self.all_ended):
            await self._look()
            line = summary(self._rows, self._counts, self._silent)
            if line != said:
                self._console.print(line, highlight=False, soft_wrap=True)
                said = line
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> None:
        rows = await self._doors.pages("/intake/v1/complaints")
        self._note("intake", answers=rows is not None)
        if rows is not None:
            self._rows = rows
        for service in self._cursors:
            page = await self._doors.get(f"/{service}/v1/events?after={self._cursors[service]}&limit=500")
            self._note(service, answers=page is not None)
            if page is not None:
                self._cursors[service] = page["next"]
                for event in page["events"]:
                    self._tell(event)

    def _note(self, service: str, *, answers: bool) -> None:
        if answers:
            self._silent.discard(service)
        else:
            self._silent.add(service)

    def _tell(self, event: dict[str, Any]) -> None:
        fact = fact_of(event)
        if fact not in FACTS:
            return
        self._counts[fact] += 1
        receipts = {row["complaint_id"]: row["receipt_number"] for row in self._rows}
        self._news.append(news_of(event, receipts.get(event["subject"], "…")))

    def _picture(self) -> Group:
        return picture(self._console, self._rows, self._counts, self._silent, self._news)
