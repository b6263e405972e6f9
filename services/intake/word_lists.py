"""Finds which of many word lists a text has words of, in one look at the text."""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

_PUNCTUATION = re.compile("[，。！？：；、（）“”‘’《》【】～…]")
"""Chinese punctuation: it is part of no word, and alone would make every Chinese text slow to normalise."""
_LATIN_WORD = re.compile(r"[a-z0-9_]+")


def comparable(text: str) -> str:
    """The text without differences of case and width."""
    return normalize("NFKC", _PUNCTUATION.sub(" ", text)).casefold()


class WordLists:
    """Word lists by number. Words in Latin letters match whole words only, all others anywhere."""

    def __init__(self, lists: Sequence[Iterable[str]]) -> None:
        self._latin: dict[str, list[tuple[re.Pattern[str] | None, int]]] = {}
        self._others: list[tuple[re.Pattern[str], int]] = []
        for number, words in enumerate(lists):
            others = []
            for word in map(comparable, words):
                if word.isascii():
                    self._add_latin(word, number)
                else:
                    others.append(re.escape(word))
            if others:
                self._others.append((re.compile("|".join(others)), number))
        self._latin_firsts = frozenset(self._latin)

    def found_in(self, text: str) -> set[int]:
        """The numbers of the lists with a word in this text, which is `comparable`."""
        found = set()
        for first in self._latin_firsts.intersection(_LATIN_WORD.findall(text)):
            for phrase, number in self._latin[first]:
                if number not in found and (phrase is None or phrase.search(text)):
                    found.add(number)
        if not text.isascii():
            found.update(number for pattern, number in self._others if pattern.search(text))
        return found

    def _add_latin(self, word: str, number: int) -> None:
        """Kept by its first word; only a phrase needs a search of its own."""
        first = _LATIN_WORD.search(word)
        if first is None:
            raise ValueError(f"{word!r} is no word")
        phrase = None if first[0] == word else re.compile(rf"(?<![a-z0-9_]){re.escape(word)}(?![a-z0-9_])")
        self._latin.setdefault(first[0], []).append((phrase, number))
