"""What `redress sla export` and `redress sla import` do: the set-up as one file, its differences shown first."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .ask import Ask, AskError, Written

_MEDIA_TYPES = {".yaml": "application/yaml", ".yml": "application/yaml"}


async def export_setup(ask: Ask, path: Path | None = None) -> str:
    """The policy in force and all calendars, as YAML if the file is to be such, or as TOML. Raises AskError."""
    return await ask.get_text("sla", "setup", accept=media_type_of(path))


async def import_setup(
    ask: Ask,
    document: Written,
    by: str,
    reason: str,
    *,
    show: Callable[[str], None],
    confirmed: Callable[[], bool],
) -> bool:
    """Show what differs and what would move, and do it if that is confirmed; true if something changed."""
    who = {"by": by, "reason": reason}
    tried = await ask.send_text("PUT", "sla", "setup", document, **who, dry_run="true")
    for line in _differences(tried, chinese=ask.language != "en"):
        show(line)
    if not tried["differences"] or not confirmed():
        return False
    done = await ask.send_text("PUT", "sla", "setup", document, **who)
    return bool(done["changed"])


def media_type_of(path: Path | None) -> str:
    """YAML by the end of its name, else TOML."""
    return _MEDIA_TYPES.get(path.suffix.lower() if path else "", "application/toml")


def read_written(path: Path) -> Written:
    """The document in a file. Raises AskError."""
    try:
        return Written(path.read_text(encoding="utf-8"), media_type_of(path))
    except (OSError, UnicodeDecodeError) as error:
        raise AskError(f"{path} cannot be read: {error}|无法读取 {path}：{error}", 2) from error


def _differences(tried: Mapping[str, Any], *, chinese: bool) -> list[str]:
    if not tried["differences"]:
        return ["没有改动" if chinese else "nothing differs"]
    lines = []
    for one in tried["differences"]:
        sides = (("-", "from"), ("+", "to"))
        lines += [f"{sign} {one['field']} = {one[side]}" for sign, side in sides if side in one]
    moves = tried["moves"]
    if chinese:
        told = f"{moves['open']} 个进行中的承诺按这些日历计时：{moves['moved']} 个将变动，须告知 {moves['notices']} 个"
        return [*lines, f"{told}，立即逾期 {moves['late_at_once']} 个"]
    told = f"{moves['open']} open promises count in these calendars: {moves['moved']} would move, {moves['notices']}"
    return [*lines, f"{told} of them to be told, {moves['late_at_once']} late at once"]
