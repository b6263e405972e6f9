"""Chooses the language of whoever reads the terminal, and the half of a text that is in it."""

from collections.abc import Mapping

ENGLISH, CHINESE = "en", "zh-CN"


def choose_language(environment: Mapping[str, str]) -> str:
    """Chinese where the first of LC_ALL, LC_MESSAGES and LANG that is set says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return CHINESE if environment[name].lower().startswith("zh") else ENGLISH
    return ENGLISH


def half(text: str, language: str) -> str:
    """Of a text "English|中文" the half in this language; a text with one half only stays as it is."""
    english, _, chinese = text.partition("|")
    if not any("\u4e00" <= letter <= "\u9fff" for letter in chinese):
        return text
    return english if language == ENGLISH else chinese
