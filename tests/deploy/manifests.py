"""Reads the deployment files as the tools that run them would."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from services.__main__ import app
from shared.runtime.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent.parent
KNOWN_TO_SETTINGS = {f"REDRESS_{name.upper()}" for name in Settings.model_fields}

_PLACE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<word>[^}]*))?\}")


class MissingVariableError(Exception):
    """A variable that a compose file requires is not set; the message is what the file says of it."""


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """A compose file with its variables replaced. Raises MissingVariableError for `${NAME:?…}`."""

    def replacement(place: re.Match[str]) -> str:
        name, kind, word = place["name"], place["kind"], place["word"]
        if name is None:
            return "$"
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise MissingVariableError(f"{name}: {word}")
        assert kind == "-", f"{name} has neither a default nor a word for its absence"
        return str(word)

    return _PLACE.sub(replacement, text)


def settings_from(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that a container with this environment reads."""
    with monkeypatch.context() as patched:
        for name in KNOWN_TO_SETTINGS:
            patched.delenv(name, raising=False)
        for name, value in environment.items():
            patched.setenv(name, value)
        return load_settings()


def parse_command(arguments: list[str]) -> str:
    """The redress command that these arguments call; fails as the command line would if they are wrong."""
    command: Any = get_command(app)
    called: list[str] = []
    rest, parent = list(arguments), None
    while True:
        context = command.make_context("redress", rest, parent=parent)
        if not hasattr(command, "commands"):
            return " ".join(called)
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        called.append(str(name))
        parent = context


def commands() -> set[str]:
    """The names of all redress commands."""
    group: Any = get_command(app)
    return set(group.commands)


def documents(path: Path) -> list[Any]:
    """Every YAML document of a file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def services_that_seal() -> set[str]:
    """The services whose app.py chooses a Sealer, and which therefore need its keys."""
    return {
        path.parent.name
        for path in (ROOT / "services").glob("*/app.py")
        if "Sealer(" in path.read_text(encoding="utf-8")
    }
