"""Chooses the language of whoever reads the terminal, and the half of a text that is in it."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar

ENGLISH, CHINESE = "en", "zh-CN"
LANGUAGES = (ENGLISH, CHINESE)
OPTIONS = ("--lang", "--language")
"""What every command takes, wherever it stands among its words."""

_asked: ContextVar[str | None] = ContextVar("the language that --lang asks for", default=None)


class NoSuchLanguageError(ValueError):
    """--lang asks for a language that there is not; the message is "English|中文"."""


def choose_language(environment: Mapping[str, str]) -> str:
    """What --lang asked for; else Chinese where the first of LC_ALL, LC_MESSAGES and LANG that is set says so."""
    if asked := _asked.get():
        return asked
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return CHINESE if environment[name].lower().startswith("zh") else ENGLISH
    return ENGLISH


def ask_for(language: str | None) -> None:
    """Let this language be chosen from now on; None leaves it to the environment."""
    _asked.set(language)


def take_language(words: Sequence[str]) -> tuple[list[str], str | None]:
    """The words of a command line without --lang, and the language it asks for. Raises NoSuchLanguageError."""
    rest: list[str] = []
    language = None
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*rest, word, *left], language
        name, equals, value = word.partition("=")
        if name not in OPTIONS:
            rest.append(word)
            continue
        language = value if equals else left.pop(0) if left else ""
        if language not in LANGUAGES:
            raise NoSuchLanguageError(
                f"{name} is {ENGLISH} or {CHINESE}, not {language!r}"
                f"|{name} 只能是 {ENGLISH} 或 {CHINESE}，不能是 {language!r}"
            )
    return rest, language


def half(text: str, language: str) -> str:
    """Of a text "English|中文" the half in this language; a text with one half only stays as it is."""
    english, _, chinese = text.partition("|")
    if not any("\u4e00" <= letter <= "\u9fff" for letter in chinese):
        return text
    return english if language == ENGLISH else chinese
