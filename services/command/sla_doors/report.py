"""What `redress sla report` prints: a table of groups, or what the door answers as it is."""

import json
from collections.abc import Mapping
from typing import Any

from services.command.help_page import columns

from .ask import Ask

_COLUMNS = {
    "made": ("made", "承诺数"),
    "kept": ("kept", "按时兑现"),
    "late": ("late", "逾期兑现"),
    "broken": ("broken", "违约"),
    "withdrawn": ("withdrawn", "撤销"),
    "open": ("open", "进行中"),
    "share_kept": ("share kept", "按时率"),
    "lateness_median": ("late by, median", "逾期中位数"),
    "lateness_p90": ("late by, p90", "逾期 p90"),
}


_MORE = ("and {} more groups", "另有 {} 组")


async def report(ask: Ask, output: str, asked: Mapping[str, Any]) -> str:
    """The text for what was asked; `output` is table, csv or json. Raises AskError."""
    if output == "csv":
        return await ask.get_text("sla", "reports/promises", format="csv", **asked)
    found = await ask.get("sla", "reports/promises", **asked)
    if output == "json":
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return _table(found, ask.language)


def _table(found: Mapping[str, Any], language: str) -> str:
    head = [*found["by"], *(texts[language != "en"] for texts in _COLUMNS.values())]
    rows = [
        [*(_cell(one[name]) for name in found["by"]), *(_figure(name, one[name]) for name in _COLUMNS)]
        for one in found["groups"]
    ]
    widths = [max(columns(row[place]) for row in [head, *rows]) for place in range(len(head))]
    lines = [
        "  ".join(
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in [head, *rows]
    ]
    if found["left_out"]:
        lines.append(_MORE[language != "en"].format(found["left_out"]))
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)


def _figure(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if name == "share_kept":
        return f"{value:.1%}"
    return f"{value / 3600:.1f} h" if name.startswith("lateness") else str(value)
