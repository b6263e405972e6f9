"""Everything people read exists in zh-CN and English: no refusal, policy fault or failed command lacks its Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from pydantic_core import core_schema

from services.command.reader import CHINESE, ENGLISH, choose_language, half
from services.command.registry import SERVICES
from shared.runtime.error_texts import field_text

from .test_house_rules import ROOT, sources

HAN = re.compile("[\u4e00-\u9fff]")
OF_COMMANDS = {"fail", "say", "AskError", "ReplayError", "UnansweredError", "ModelError"}
"""What ends a command with a line, or says one."""
BEFORE_THE_START = {
    "AlreadyRunningError",
    "EmbeddedPostgresError",
    "NotRunningError",
    "PolicyError",
    "SettingsError",
    "ValueError",
}
"""What keeps a service from starting: the last line of the command that should have started it."""
NOT_READ_BY_CALLERS = {"the house is never open"}
"""Cannot happen with a policy that was accepted."""


class Said(NamedTuple):
    """A call with the texts that are written in it."""

    place: str
    name: str
    texts: tuple[str | None, ...]


def text_in(node: ast.expr) -> str | None:
    """What is written in a literal, `{}` for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(text_in(part) or "{}" for part in node.values)
    return None


def calls(*folders: str) -> Iterator[Said]:
    """Every call by a plain name in these folders."""
    for path in sources(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield Said(place, node.func.id, tuple(text_in(argument) for argument in node.args))


def problems() -> set[str]:
    """The names of all classes that are ProblemErrors, in every file."""
    parents: dict[str, set[str]] = {}
    for path in sources("services", "shared"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                named = {base.id for base in node.bases if isinstance(base, ast.Name)}
                parents.setdefault(node.name, set()).update(named)
    found = {"ProblemError"}
    while more := {name for name, bases in parents.items() if bases & found} - found:
        found |= more
    return found


def has_halves(text: str) -> bool:
    """Whether a text is "English|中文"; one that only fills in another text has the halves of that."""
    english, bar, chinese = text.partition("|")
    words = re.sub(r"\{\}|[\W\d_]", "", english)
    return not words or bool(bar and HAN.search(chinese) and not HAN.search(english))


def test_every_refusal_is_written_in_english_and_chinese() -> None:
    names = problems()
    two = [said for said in calls("services", "shared") if said.name in names and len(said.texts) > 1]
    assert len(two) > 100
    lacking = [
        (said.place, said.texts[:2])
        for said in two
        if (said.texts[0] and HAN.search(said.texts[0])) or (said.texts[1] and not HAN.search(said.texts[1]))
    ]
    assert lacking == []


def test_every_fault_of_a_value_or_a_policy_is_written_in_english_and_chinese() -> None:
    folders = [f"services/{service}" for service in SERVICES]
    faults = [said for said in calls(*folders) if said.name in {"ValueError", "PolicyError"} and said.texts]
    assert len(faults) > 40
    lacking = [
        (said.place, said.texts[0])
        for said in faults
        if said.texts[0] and said.texts[0] not in NOT_READ_BY_CALLERS and not has_halves(said.texts[0])
    ]
    assert lacking == []


def test_every_failed_command_says_why_in_english_and_chinese() -> None:
    ends = [
        said
        for said in calls("services/command")
        if said.name in OF_COMMANDS
        and said.texts
        and "replay/report.py" not in said.place  # says from a table
    ]
    ends += [
        Said(str(path), node.func.id, (text_in(node.args[0]),))
        for path in [ROOT / "services" / "__main__.py"]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OF_COMMANDS
    ]
    assert len(ends) > 50
    lacking = [
        (said.place, said.texts[0]) for said in ends if said.texts[0] and not has_halves(said.texts[0])
    ]
    assert lacking == []


def test_whatever_keeps_a_service_from_starting_is_written_in_english_and_chinese() -> None:
    faults = [said for said in calls("shared/runtime") if said.name in BEFORE_THE_START and said.texts]
    assert len(faults) > 40
    lacking = [
        (said.place, said.texts[0]) for said in faults if said.texts[0] and not has_halves(said.texts[0])
    ]
    assert lacking == []


@pytest.mark.parametrize("kind", sorted(set(get_args(core_schema.ErrorType)) - {"value_error"}))
def test_whatever_is_wrong_with_a_field_is_said_in_chinese(kind: str) -> None:
    assert HAN.search(field_text({"type": kind, "msg": "Input should be right", "ctx": {}}, "zh-CN"))


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("no file a|没有文件 a", ENGLISH, "no file a"),
        ("no file a|没有文件 a", CHINESE, "没有文件 a"),
        ("only one half", CHINESE, "only one half"),
        ("a pipe a|b stays", ENGLISH, "a pipe a|b stays"),
    ],
)
def test_a_reader_hears_the_half_in_their_language(text: str, language: str, said: str) -> None:
    assert half(text, language) == said


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, ENGLISH),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, CHINESE),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert choose_language(environment) == language


def test_every_document_for_people_who_run_it_is_where_the_readme_says() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        links = re.findall(r"\]\((docs/[^)#]+\.md)", Path(ROOT, readme).read_text(encoding="utf-8"))
        assert all((ROOT / link).exists() for link in links)
