"""What `redress sla what-if` prints: how many promises of the past were late, and would have been."""

import json
from pathlib import Path
from typing import Any

from services.command.help_page import columns

from .ask import Ask
from .setup_file import read_written

_HEAD = (
    ("", "promises", "late", "would be", "newly late", "late no more"),
    ("", "承诺数", "逾期", "将逾期", "新增逾期", "不再逾期"),
)
_FIGURES = ("promises", "late", "would_be_late", "newly_late", "late_no_more")


async def try_file(ask: Ask, file: Path, *, as_json: bool, **span: Any) -> str:
    """The text for a set-up file that is tried on the past. Raises AskError."""
    found = await ask.send_text("POST", "sla", "what-if", read_written(file), **span)
    if as_json:
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    groups = {**found["by_kind"], **{f"[{name}]": one for name, one in found["by_policy"].items()}}
    rows = [
        _HEAD[ask.language != "en"],
        *((name, *(str(one[figure]) for figure in _FIGURES)) for name, one in groups.items()),
    ]
    lines = ["  ".join(" " * (14 - columns(cell)) + cell for cell in row).rstrip() for row in rows]
    lines += [
        f"{one['receipt_number'] or one['complaint_id']} {one['kind']} + {one['late_by'] / 3600:.1f} h"
        for one in found["newly_late"]
    ]
    return "\n".join([*lines, *(["…"] if found["there_are_more"] else [])]) + "\n"
