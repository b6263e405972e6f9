"""Draws routing's table of states into docs/ownership.md.

python -m tools.state_picture
"""

import re
from pathlib import Path

from services.routing.next_state import ENDED, NEXT, TMF621, State

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ownership.md"
_PLACE = re.compile(r"(<!-- states -->\n).*?(<!-- /states -->)", re.DOTALL)


def drawn(page: str) -> str:
    """The page with the picture and the table of today."""
    return _PLACE.sub(lambda found: f"{found[1]}\n{_picture()}\n\n{_table()}\n\n{found[2]}", page)


def _picture() -> str:
    moves: dict[tuple[State, State], list[str]] = {}
    for (before, action), after in NEXT.items():
        if before is not after:
            moves.setdefault((before, after), []).append(action)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> ASSIGNED: owner named"]
    lines += [
        f"    {before} --> {after}: {' / '.join(actions)}" for (before, after), actions in moves.items()
    ]
    lines += [f"    {state} --> [*]" for state in ENDED]
    return "\n".join([*lines, "```"])


def _table() -> str:
    lines = ["| state | TMF621 | what leaves it as it is |", "| --- | --- | --- |"]
    for state in State:
        stays = [action for (before, action), after in NEXT.items() if before is state is after]
        lines.append(f"| `{state}` | `{TMF621[state]}` | {', '.join(stays) or 'nothing'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
