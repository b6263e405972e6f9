"""Setup takes the fastest Python that is at hand, and never one that is too old."""

import json
from pathlib import Path

import pytest

from tools.setup import choose_python, facts

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
