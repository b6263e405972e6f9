"""What `redress policy …` asks for, and the lines it prints."""

import json
import tomllib
from pathlib import Path
from typing import Any

from services.command.sla_doors.ask import Ask, AskError

_STATES = {
    "IN_FORCE": ("in force", "现行"),
    "COMING": ("coming", "待生效"),
    "PAST": ("past", "历史"),
    "WITHDRAWN": ("withdrawn", "已撤回"),
}


async def show(ask: Ask, service: str, version: str | None) -> list[str]:
    """The document of a version, or of the one in force, as JSON."""
    path = f"policy/versions/{version}" if version else "policy"
    document = (await ask.get(service, path))["document"]
    return [json.dumps(document, ensure_ascii=False, indent=2)]


async def list_versions(ask: Ask, service: str) -> list[str]:
    """One line per version: its name, how it stands, from when on, who and why."""
    lines = []
    for one in (await ask.get(service, "policy/versions"))["items"]:
        state = _STATES[one["state"]][ask.language != "en"]
        since = one["valid_from"] or one["stored_at"]
        lines.append(
            "  ".join([one["version"], state, since, one["changed_by"] or "-", one["reason"] or "-"])
        )
    return lines


async def compare(ask: Ask, service: str, to: str, since: str | None) -> list[str]:
    """One line per field that differs."""
    found = await ask.get(service, "policy/diff", **{"from": since, "to": to})
    return _changes(found["differences"])


async def put(ask: Ask, service: str, file: Path, **asked: Any) -> list[str]:
    """Put what the file says of this service; returns what it changes. Raises AskError."""
    document = _read(file, service)
    query = {name: value for name, value in asked.items() if value is not None}
    told = await ask.send("POST", service, "policy/versions", document, **query)
    words = (
        f"{told['version']} is valid from {told['valid_from']}, instead of {told['based_on']}",
        f"{told['version']} 自 {told['valid_from']} 起生效，取代 {told['based_on']}",
    )
    return [words[ask.language != "en"], *_changes(told["differences"])]


async def withdraw(ask: Ask, service: str, version: str, by: str) -> list[str]:
    """Let a coming version not come. Raises AskError."""
    await ask.send("POST", service, f"policy/versions/{version}/withdraw", {"by": by})
    return [(f"{version} is withdrawn", f"{version} 已撤回")[ask.language != "en"]]


def _changes(differences: list[dict[str, Any]]) -> list[str]:
    return [f"{one['field']}: {_side(one, 'from')} -> {_side(one, 'to')}" for one in differences]


def _side(one: dict[str, Any], name: str) -> str:
    return json.dumps(one[name], ensure_ascii=False) if name in one else "-"


def _read(file: Path, service: str) -> Any:
    """The document in a file; of a file with a table per service, as REDRESS_POLICY_FILE is one, its table."""
    try:
        text = file.read_text(encoding="utf-8")
        document = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
        plain = json.loads(json.dumps(document, default=lambda time: time.isoformat(), allow_nan=False))
    except OSError as error:
        raise AskError(
            f"{file} cannot be read: {error.strerror}|无法读取 {file}：{error.strerror}", 2
        ) from error
    except (ValueError, RecursionError) as error:
        raise AskError(f"{file}: {error}", 2) from error
    if isinstance(plain, dict) and "version" not in plain and service in plain:
        return plain[service]
    return plain
