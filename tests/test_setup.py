"""Setup takes the fastest Python that is at hand, and never one that is too old."""

import ast
import json
import re
from pathlib import Path

import pytest

from tools import setup
from tools.setup import choose_python, facts, say

FAST, PLAIN, OLD = [[3, 12], True], [[3, 12], False], [[3, 10], True]


def python(folder: Path, name: str, tells: object) -> str:
    """An interpreter that answers any question with these words."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{tells if isinstance(tells, str) else json.dumps(tells)}'\n")
    path.chmod(0o755)
    return str(path)


def test_an_optimised_python_is_kept_whatever_the_system_has(tmp_path: Path) -> None:
    this, system = python(tmp_path, "this", FAST), python(tmp_path, "system", PLAIN)
    assert choose_python(this, [system]) == this


def test_the_system_s_own_python_is_kept_though_it_does_not_say_how_it_was_built(tmp_path: Path) -> None:
    first, second = (python(tmp_path, name, PLAIN) for name in ("first", "second"))
    assert choose_python(second, [first, second]) == second


def test_a_plain_build_gives_way_to_the_first_of_the_system_s_that_is_new_enough(tmp_path: Path) -> None:
    told = {"this": PLAIN, "old": OLD, "new": PLAIN}
    this, old, new = (python(tmp_path, name, tells) for name, tells in told.items())
    assert choose_python(this, [str(tmp_path / "missing"), old, new]) == new


@pytest.mark.parametrize("told", [OLD, "what?", ""], ids=["too old", "no answer", "silence"])
def test_a_plain_build_is_kept_where_the_system_has_no_better_one(tmp_path: Path, told: object) -> None:
    this, system = python(tmp_path, "this", PLAIN), python(tmp_path, "system", told)
    assert choose_python(this, [system, str(tmp_path / "missing")]) == this


def test_a_python_that_cannot_be_started_has_no_version(tmp_path: Path) -> None:
    assert facts(str(tmp_path / "missing")).version == facts("/bin/false").version == (0, 0)


@pytest.mark.parametrize(
    ("language", "said"), [("en_GB.UTF-8", "redress setup: works"), ("zh_CN.UTF-8", "redress setup: 可以")]
)
def test_setup_speaks_the_language_of_the_terminal(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    say("works", "可以")
    assert capsys.readouterr().out.strip() == said


def test_whatever_setup_says_exists_in_both_languages() -> None:
    tree = ast.parse(Path(setup.__file__).read_text(encoding="utf-8"))
    said = [
        [ast.unparse(text) for text in node.args]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"say", "end"}
    ]
    assert len(said) >= 5
    han = re.compile("[\u4e00-\u9fff]")
    assert all(han.search(chinese) and not han.search(english) for english, chinese in said)


def test_a_python_that_is_too_old_hears_of_it_before_it_reads_our_files() -> None:
    makefile = (setup.ROOT / "Makefile").read_text(encoding="utf-8")
    [check] = re.findall(r"^NEW_ENOUGH = (.*)$", makefile, re.MULTILINE)
    exec(check, {})  # this Python is new enough
    with pytest.raises(SystemExit, match=r"needs Python 3.11 or newer .*需要 3.11 或更新版本"):
        exec(check.replace("(3, 11)", "(9, 11)"), {})
    assert makefile.count("$(PYTHON) -c '$(NEW_ENOUGH)'") == makefile.count("$(PYTHON) tools/setup.py") == 2
