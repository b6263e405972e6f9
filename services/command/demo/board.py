"""What the terminal shows of the demonstration, read from public APIs and feeds alone."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .addresses import Doors
from .complaints import DemoComplaint

LOOK_EVERY = 0.5
ENDED = "CLOSED"
_SHOWN_EVENTS = {
    "promise_at_risk": ("yellow", "时限预警 promise at risk"),
    "promise_broken": ("red", "超时 promise broken"),
    "escalation_reached": ("red", "升级 escalated"),
    "complaint_reopened": ("magenta", "重新受理 reopened"),
    "satisfaction_answered": ("cyan", "回访答复 answered"),
    "satisfaction_unanswered": ("blue", "未答复 no answer"),
    "complaint_closed": ("green", "办结 closed"),
    "offer_proposed": ("green", "可推荐 offer proposed"),
    "offer_withheld": ("blue", "不打扰 offer withheld"),
}
_COLOURS = {"RECEIVED": "white", "RESOLVED": "cyan", "CLOSED": "green", "REOPENED": "magenta"}


class Board:
    """Shows the demo complaints until told to stop; knows when all of them have ended."""

    def __init__(self, doors: Doors, complaints: Sequence[DemoComplaint], console: Console) -> None:
        self._doors = doors
        self._expected = len(complaints)
        self._console = console
        self._rows: list[dict[str, Any]] = []
        self._cursors: dict[str, int] = dict.fromkeys(("routing", "sla", "feedback", "marketing"), 0)
        self._news: deque[Text] = deque(maxlen=7)
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
            line = self._summary().plain
            if line != said:
                self._console.print(line, highlight=False)
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
        fact = event["type"].split(".")[2]
        if fact not in _SHOWN_EVENTS:
            return
        self._counts[fact] += 1
        colour, words = _SHOWN_EVENTS[fact]
        receipts = {row["complaint_id"]: row["receipt_number"] for row in self._rows}
        data = event["data"]
        detail = (
            data.get("kind")
            or data.get("template")
            or ", ".join(data.get("reasons", ()))
            or data.get("ground", "")
        )
        number = receipts.get(event["subject"], "…")
        self._news.append(Text(f"{number}  {words}  {detail}", style=colour))

    def _picture(self) -> Group:
        room = max(5, self._console.height - 14)
        table = Table(expand=True, pad_edge=False, box=None, header_style="bold")
        for column in (
            "编号 receipt",
            "渠道",
            "级 S×G",
            "负责人 owner",
            "下一承诺 next promise",
            "状态 state",
        ):
            table.add_column(column, no_wrap=True, overflow="ellipsis")
        moving = [row for row in self._rows if row["status"] != ENDED]
        ended = [row for row in self._rows if row["status"] == ENDED]
        for row in [*moving[-room:], *ended[-max(0, room - len(moving)) :]][:room]:
            table.add_row(
                row["receipt_number"],
                row["channel"],
                f"{row['severity']}×{row['grade']}{' ↻' if row['repeat_index'] > 1 else ''}",
                row["owner_name"] or "…",
                _countdown(row),
                Text(row["status"], style=_COLOURS.get(row["status"], "yellow")),
            )
        return Group(self._summary(), table, *self._news)

    def _summary(self) -> Text:
        states = Counter(row["status"] for row in self._rows)
        said = Text(f"{len(self._rows)} complaints: ", style="bold")
        said.append(", ".join(f"{state} {count}" for state, count in sorted(states.items())))
        if self._counts:
            facts = (f"{_SHOWN_EVENTS[fact][1]} {count}" for fact, count in sorted(self._counts.items()))
            said.append("\n" + "  ".join(facts))
        if self._silent:
            said.append(f"\nno answer from: {', '.join(sorted(self._silent))}", style="red")
        return said


def _countdown(row: dict[str, Any]) -> Text:
    promise = row.get("next_promise")
    if not promise:
        return Text("—", style="dim")
    left = float(promise["seconds_left"])
    style = "red" if left < 0 else "yellow" if promise["state"] == "AT_RISK" else "white"
    return Text(f"{promise['kind']:<8}{left:+.0f} s", style=style)
