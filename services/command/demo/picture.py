"""How the board looks: every word in Chinese and English, whole at 80 columns, and no higher than the terminal."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from .news_words import PROMISES, in_words, time_left

ENDED = "CLOSED"
NEWS_SHOWN = 5
LINES_BESIDE_ROWS = 24  # the addresses above, the counts, the heads of the columns, the news
FEWEST_ROWS = 4

_STATUSES = {
    "RECEIVED": ("white", "已受理 received"),
    "ACKNOWLEDGED": ("white", "已回执 receipted"),
    "ASSIGNED": ("yellow", "有专人 assigned"),
    "IN_PROGRESS": ("yellow", "处理中 in work"),
    "PROPOSED": ("yellow", "有方案 proposed"),
    "REOPENED": ("magenta", "再处理 reopened"),
    "RESOLVED": ("cyan", "待确认 resolved"),
    ENDED: ("green", "已办结 closed"),
}
FACTS = {
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
"""The events that are shown: colour and words."""

Row = Mapping[str, Any]


def summary(rows: Sequence[Row], counts: Mapping[str, int], silent: Collection[str]) -> str:
    """Everything counted, in one line."""
    parts = [_total(rows), *_states(rows), *_facts(counts)]
    if silent:
        parts.append(_silence(silent))
    return " | ".join(parts)


def picture(
    console: Console,
    rows: Sequence[Row],
    counts: Mapping[str, int],
    silent: Collection[str],
    news: Iterable[Text],
) -> Group:
    """The board as the terminal shows it."""
    return Group(
        Text(f"\n{_total(rows)}", style="bold"),
        Columns(_states(rows), padding=(0, 3)),
        Columns(_facts(counts), padding=(0, 3)),
        *([Text(_silence(silent), style="red")] if silent else []),
        _table(rows, room=max(FEWEST_ROWS, console.height - LINES_BESIDE_ROWS)),
        *news,
    )


def news_of(event: Mapping[str, Any], receipt_number: str) -> Text:
    """One line about an event that is shown."""
    colour, words = FACTS[fact_of(event)]
    data = event["data"]
    codes = [data[name] for name in ("kind", "template", "ground", "reason") if data.get(name)]
    words = f"{receipt_number}  {words}  {in_words([*codes[:1], *data.get('reasons', ())])}"
    return Text(words.rstrip(), style=colour, no_wrap=True, overflow="ellipsis")


def fact_of(event: Mapping[str, Any]) -> str:
    """What an event of the feed tells, such as promise_broken."""
    return str(event["type"]).split(".")[2]


def _total(rows: Sequence[Row]) -> str:
    return f"{len(rows)} 件投诉 complaints"


def _states(rows: Sequence[Row]) -> list[str]:
    states = Counter(row["status"] for row in rows)
    return [f"{words} {states[status]}" for status, (_, words) in _STATUSES.items() if states[status]]


def _facts(counts: Mapping[str, int]) -> list[str]:
    return [f"{words} {counts[fact]}" for fact, (_, words) in FACTS.items() if counts.get(fact)]


def _silence(silent: Collection[str]) -> str:
    return f"无应答 no answer from: {', '.join(sorted(silent))}"


def _table(rows: Sequence[Row], room: int) -> Table:
    table = Table(expand=True, pad_edge=False, collapse_padding=True, box=None, header_style="bold")
    for column, width in (
        ("编号 receipt", 15),
        ("渠道", 5),
        ("级 S×G", 6),
        ("负责人 owner", None),
        ("下一承诺 next due", 20),
        ("状态 state", 16),
    ):
        ratio = 1 if width is None else None  # what gives way where the terminal is narrow
        table.add_column(column, width=width, ratio=ratio, no_wrap=True, overflow="ellipsis")
    moving = [row for row in rows if row["status"] != ENDED]
    ended = [row for row in rows if row["status"] == ENDED]
    for row in [*moving[-room:], *ended[-max(0, room - len(moving)) :]][:room]:
        colour, words = _STATUSES.get(row["status"], ("yellow", row["status"]))
        table.add_row(
            row["receipt_number"],
            row["channel"],
            f"{row['severity']}×{row['grade']}{'↻' if row['repeat_index'] > 1 else ''}",
            row["owner_name"] or "…",
            _countdown(row),
            Text(words, style=colour),
        )
    return table


def _countdown(row: Row) -> Text:
    promise = row.get("next_promise")
    if not promise:
        return Text("—", style="dim")
    left = float(promise["seconds_left"])
    style = "red" if left < 0 else "yellow" if promise["state"] == "AT_RISK" else "white"
    kind = PROMISES.get(
        promise["kind"], promise["kind"]
    )  # each as wide as it is long, but for two characters
    return Text(f"{kind:<10} {time_left(left)}", style=style)
