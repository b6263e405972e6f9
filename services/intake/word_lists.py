"""Finds which of many word lists a text has words of, in one look at the text."""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

_PUNCTUATION = re.compile("[，。！？：；、（）“”‘’《》【】～…]")
"""Chinese punctuation: it is part of no word, and alone would make every Chinese text slow to normalise."""
_LATIN_WORD = re.compile(r"[a-z0-9_]+")
_BREAKS = {code: " " for code in range(128) if not _LATIN_WORD.fullmatch(chr(code))}


def comparable(text: str) -> str:
    """The text without differences of case and width."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", _PUNCTUATION.sub(" ", text)).casefold()


def latin_words(text: str) -> list[str]:
    """Every word in small Latin letters, digits and underscores; the short way is six times as fast."""
    return text.translate(_BREAKS).split() if text.isascii() else _LATIN_WORD.findall(text)


class WordLists:
    """Word lists by number. Words in Latin letters match whole words only, all others anywhere.

    Every word is kept by how it begins, its first Latin word or its first character, so that only the few whose
    beginning is in a text are searched for in it.
    """

    def __init__(self, lists: Sequence[Iterable[str]]) -> None:
        self._latin: dict[str, list[tuple[str, int]]] = {}
        self._others: dict[str, list[tuple[str, int]]] = {}
        for number, words in enumerate(lists):
            for word in map(comparable, words):
                if not word.isascii():
                    self._others.setdefault(word[0], []).append((word, number))
                elif first := _LATIN_WORD.search(word):
                    self._latin.setdefault(first[0], []).append((word, number))
                else:
                    raise ValueError(f"{word!r} is no word|{word!r} 不是可用的词")
        self._latin_beginnings = frozenset(self._latin)
        self._other_beginnings = frozenset(self._others)

    def found_in(self, text: str) -> set[int]:
        """The numbers of the lists with a word in this text, which is `comparable`."""
        found = set()
        for first in self._latin_beginnings.intersection(latin_words(text)):
            for word, number in self._latin[first]:
                if word == first or (number not in found and word in text and _stands_alone(word, text)):
                    found.add(number)
        if not text.isascii():
            for first in self._other_beginnings.intersection(text):
                for word, number in self._others[first]:
                    if number not in found and word in text:
                        found.add(number)
        return found


class Excepted:
    """Words that do not count inside certain phrases; looked at only where such a phrase was found."""

    def __init__(self, words: Iterable[str], unless: Iterable[str]) -> None:
        self._words = WordLists([words])
        phrases = sorted(map(comparable, unless), key=len, reverse=True)
        self._phrases = re.compile("|".join(map(re.escape, phrases)))

    def counts_in(self, text: str) -> bool:
        """True if one of the words is somewhere outside the phrases."""
        return bool(self._words.found_in(self._phrases.sub(" ", text)))


def _stands_alone(phrase: str, text: str) -> bool:
    """True if the phrase is somewhere in the text with no Latin letter or digit at its ends."""
    return re.search(rf"(?<![a-z0-9_]){re.escape(phrase)}(?![a-z0-9_])", text) is not None
