"""The command line in both languages: every help text has its halves, fits the terminal, and mistakes are one line."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.cells import cell_len
from typer.main import get_command

from services.__main__ import app, called
from services.command.help_page import LANGUAGE_OPTION, TEXTS, columns, wrapped
from services.command.reader import (
    CHINESE,
    ENGLISH,
    LANGUAGES,
    NoSuchLanguageError,
    ask_for,
    choose_language,
    half,
    take_language,
)
from services.command.sla_check.classes import Class
from services.command.sla_check.report_texts import FOUND, found_in
from services.command.sla_check.report_texts import TEXTS as CHECK_TEXTS
from services.command.usage_errors import TEXTS as USAGE_TEXTS

from .running import redress

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    yield
    ask_for(None)


def every_command() -> list[tuple[str, Any]]:
    """All commands and groups, each with the words that call it."""
    found: list[tuple[str, Any]] = []

    def walk(words: str, command: Any) -> None:
        found.append((words, command))
        for name, inner in getattr(command, "commands", {}).items():
            walk(f"{words} {name}".strip(), inner)

    walk("", get_command(app))
    return found


def has_both(text: str | None) -> bool:
    """Whether a text is "English|中文"."""
    english, bar, chinese = (text or "").partition("|")
    return bool(english.strip() and bar and HAN.search(chinese) and not HAN.search(english))


COMMANDS = every_command()


def test_there_are_commands_to_look_at() -> None:
    assert {"", "up", "replay", "sla explain", "policy put", "dead-letters retry"} <= dict(COMMANDS).keys()


@pytest.mark.parametrize("words", dict(COMMANDS), ids=lambda words: words or "redress")
def test_every_command_and_each_of_its_options_is_explained_in_both_languages(words: str) -> None:
    command = dict(COMMANDS)[words]
    lacking = [param.name for param in command.params if not has_both(param.help)]
    assert has_both(command.help)
    if not words.startswith(("policy", "serve", "migrate")):
        assert lacking == []
    assert set(lacking) <= {"service"}  # the names of the services need no words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", dict(COMMANDS), ids=lambda words: words or "redress")
def test_the_help_of_every_command_fits_80_columns(
    words: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called([*words.split(), "--help", "--lang", language]) == 0
    said = capsys.readouterr().out
    assert all(cell_len(line) <= 79 for line in said.splitlines())
    assert bool(HAN.search(said)) == (language == CHINESE)
    assert "|" not in said
    assert not re.search(r"^\s*[，。；：、）]", said, re.MULTILINE)


@pytest.mark.parametrize("text", [*TEXTS.values(), LANGUAGE_OPTION[1]])
def test_every_word_of_a_help_page_has_both_languages(text: str) -> None:
    assert half(text, ENGLISH) != half(text, CHINESE)


def test_a_help_page_has_no_english_left_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(["replay", "--help", "--lang", "zh-CN"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("用法：redress replay [选项]")
    for word in ("参数：", "选项：", "[必填]", "[默认值：60", "显示本说明后退出。", "--lang en, zh-CN"):
        assert word in said
    for word in ("Usage", "Options", "default", "required", "Show this"):
        assert word not in said


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (
            ["up", "--colour"],
            "there is no option --colour; see: redress up --help",
            "没有选项 --colour；请看：",
        ),
        (
            ["up", "--portt", "1"],
            "there is no option --portt; did you mean --host, --port;",
            "；是否指 --host, --port；",
        ),
        (["up", "more"], "too many words: more", "多余的参数：more"),
        (["up", "--port", "x"], "--port must be a whole number", "--port 必须是整数"),
        (["up", "--port"], "--port needs a value", "--port 需要一个值"),
        (["up", "--demo=3"], "--demo takes no value", "--demo 不带值"),
        (["replay"], "file is missing", "缺少 file"),
        (["replay", "a.csv"], "--mapping is missing", "缺少 --mapping"),
        (["policy", "put", "sla"], "file is missing; see: redress policy put --help", "缺少 file"),
        (["upp"], "there is no command upp; did you mean up;", "没有命令 upp；是否指 up；"),
        (["serve", "billing"], "there is no service 'billing'", "没有服务 'billing'"),
        (["up", "--exit"], "--exit goes with --demo", "--exit 须与 --demo 同用"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_in_the_readers_language(
    words: list[str], english: str, chinese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, said in ((ENGLISH, english), (CHINESE, chinese)):
        assert called([*words, "--lang", language]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        [line] = told.err.splitlines()
        assert line.startswith("redress: ")
        assert said in line


def test_every_mistake_that_the_library_finds_has_both_languages() -> None:
    assert all(HAN.search(chinese) and not HAN.search(english) for _, english, chinese in USAGE_TEXTS)


def test_a_group_without_a_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(["policy", "--lang", "zh-CN"]) == 2
    told = capsys.readouterr().err
    assert "命令：" in told
    assert "以 JSON 输出一套策略。" in told


def test_the_language_may_stand_anywhere_but_behind_two_dashes() -> None:
    assert take_language(["--lang", "zh-CN", "up"]) == (["up"], CHINESE)
    assert take_language(["replay", "a.csv", "--language=en", "--json"]) == (
        ["replay", "a.csv", "--json"],
        ENGLISH,
    )
    assert take_language(["replay", "--", "--lang"]) == (["replay", "--", "--lang"], None)
    assert take_language(["up"]) == (["up"], None)


@pytest.mark.parametrize("words", [["--lang", "tlh"], ["--lang"], ["--lang="]])
def test_a_language_that_there_is_not(words: list[str]) -> None:
    with pytest.raises(NoSuchLanguageError, match=r"--lang is en or zh-CN.*\|--lang 只能是 en 或 zh-CN"):
        take_language(words)


def test_what_was_asked_for_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert choose_language(os.environ) == CHINESE
    ask_for(ENGLISH)
    assert choose_language(os.environ) == ENGLISH


def test_chinese_breaks_anywhere_but_before_its_punctuation() -> None:
    lines = wrapped("监听地址；除本机回环外都需要 REDRESS_API_TOKEN。然后", 20)
    assert lines == ["监听地址；除本机回环", "外都需要", "REDRESS_API_TOKEN。", "然后"]
    assert [columns(line) for line in lines] == [20, 8, 19, 4]


def test_every_finding_of_a_check_has_both_languages() -> None:
    assert set(Class) <= FOUND.keys()
    assert all(HAN.search(found_in(CHINESE, what)) and found_in(ENGLISH, what) == what for what in FOUND)
    assert all(HAN.search(chinese) and not HAN.search(english) for english, chinese in CHECK_TEXTS.values())


def test_the_environment_of_a_real_process_chooses_the_language() -> None:
    done = redress("up", "--exit", LC_ALL="zh_CN.UTF-8")
    assert (done.returncode, done.stderr) == (2, "redress: --exit 须与 --demo 同用\n")
    assert redress("--help", "--lang", "zh-CN", LC_ALL="C").stdout.startswith("用法：redress [选项]")
