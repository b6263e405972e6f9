"""Finds which of many word lists a text has words of, in one look at the text."""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from ahocorasick_rs import AhoCorasick

_PUNCTUATION = re.compile("[，。！？：；、（）“”‘’《》【】～…]")
"""Chinese punctuation: it is part of no word, and alone would make every Chinese text slow to normalise."""
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def comparable(text: str) -> str:
    """The text without differences of case and width."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", _PUNCTUATION.sub(" ", text)).casefold()


class WordLists:
    """Word lists by number. Words in Latin letters match whole words only, all others anywhere."""

    def __init__(self, lists: Sequence[Iterable[str]]) -> None:
        lists_of: dict[str, set[int]] = {}
        for number, words in enumerate(lists):
            for word in map(comparable, words):
                if word.isascii() and _LATIN.isdisjoint(word):
                    raise ValueError(f"{word!r} is no word|{word!r} 不是词")
                lists_of.setdefault(word, set()).add(number)
        self._lists = list(lists_of.values())
        self._must_stand_alone = [word.isascii() for word in lists_of]
        self._automaton = AhoCorasick(list(lists_of))

    def found_in(self, text: str) -> set[int]:
        """The numbers of the lists with a word in this text, which is `comparable`."""
        found: set[int] = set()
        for place, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            lists = self._lists[place]
            if not lists <= found and not (self._must_stand_alone[place] and _goes_on(text, start, end)):
                found |= lists
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


def _goes_on(text: str, start: int, end: int) -> bool:
    """True if there is a Latin letter or digit on either side of that part of the text."""
    return text[start - 1 : start] in _LATIN or text[end : end + 1] in _LATIN
