"""Decides what the words of a condition are, and at which place each of them stands."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class ConditionError(Exception):
    """A condition cannot be read. `position` counts characters from 1."""

    def __init__(self, position: int, english: str, chinese: str) -> None:
        super().__init__(f"position {position}: {english}|第 {position} 个字符：{chinese}")
        self.position = position


class Word(NamedTuple):
    """A piece of a condition; sort: text, number, name, sign or end."""

    sort: str
    text: str
    position: int


_WORD = re.compile(
    r"""(?P<space>\s+)
    | (?P<text>"[^"\\\x00-\x1f]*"|'[^'\\\x00-\x1f]*')
    | (?P<number>\d{1,9}(?:\.\d{1,6})?(?![\w.]))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)""",
    re.VERBOSE,
)
_MEANT = {
    "=": ("write == to compare", "比较请用 =="),
    "&": ('write "and"', "请写 and"),
    "|": ('write "or"', "请写 or"),
    "!": ('write "not"', "请写 not"),
    '"': ("this text does not end, or has a backslash in it", "文本没有结束，或含有反斜杠"),
    "'": ("this text does not end, or has a backslash in it", "文本没有结束，或含有反斜杠"),
}


def words_of(condition: str) -> Iterator[Word]:
    """The words in their order, and an empty one at the end. Raises ConditionError."""
    place = 0
    while place < len(condition):
        found = _WORD.match(condition, place)
        if found is None:
            character = condition[place]
            english, chinese = _MEANT.get(character, (f"“{character}” means nothing here", "此处无法理解"))
            raise ConditionError(place + 1, english, chinese)
        assert found.lastgroup is not None
        if found.lastgroup != "space":
            yield Word(found.lastgroup, found.group(), place + 1)
        place = found.end()
    yield Word("end", "", len(condition) + 1)
