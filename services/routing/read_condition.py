"""Decides whether a condition can be understood: every word known, every comparison of like with like.

    condition  = both { "or" both }          both = denied { "and" denied }
    denied     = "not" denied | comparison
    comparison = term [ ("==" | "!=" | "<" | "<=" | ">" | ">=") term | ["not"] "in" list ]
    term       = text | number | "true" | "false" | field | function "(" term, … ")" | "(" condition ")"

What is read can be computed of any complaint; nothing is left to fail later.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .condition_words import ConditionError, Word, words_of
from .rule_fields import FIELDS, Kind

_DEEPEST = 20
_FUNCTIONS: Mapping[str, tuple[tuple[Kind, ...], Kind]] = {
    "contains": ((Kind.TEXT, Kind.TEXT), Kind.YES_NO),
    "startsWith": ((Kind.TEXT, Kind.TEXT), Kind.YES_NO),
    "endsWith": ((Kind.TEXT, Kind.TEXT), Kind.YES_NO),
    "lower": ((Kind.TEXT,), Kind.TEXT),
    "len": ((Kind.WORDS,), Kind.NUMBER),
}
FUNCTIONS = tuple(_FUNCTIONS)
_ORDERED = ("<", "<=", ">", ">=")
_KEYWORDS = ("and", "or", "not", "in", "true", "false")


class Part(NamedTuple):
    """A part that was read: its kind, as it is to be computed, and where it stands.

    choices: all the values it can have, if they are few; said: its value, where it is a text.
    """

    kind: Kind
    text: str
    position: int
    choices: tuple[str, ...] = ()
    said: str | None = None


def read_condition(condition: str) -> str:
    """The condition with every grouping written out, true or false of any complaint. Raises ConditionError."""
    reader = _Reader(words_of(condition))
    whole = reader.either(0)
    if reader.next.sort != "end":
        raise ConditionError(
            reader.next.position, 'expected "and", "or" or the end', "此处应为 and、or 或结束"
        )
    return _must_be(whole, Kind.YES_NO).text


class _Reader:
    def __init__(self, words: Iterator[Word]) -> None:
        self._words = words
        self.next = next(words)

    def _take(self) -> Word:
        taken = self.next
        if taken.sort != "end":
            self.next = next(self._words)
        return taken

    def _is(self, *texts: str) -> bool:
        return self.next.sort in {"name", "sign"} and self.next.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise ConditionError(self.next.position, f"expected “{text}”", f"此处应为“{text}”")
        self._take()

    def either(self, depth: int) -> Part:
        return self._joined("or", depth)

    def _joined(self, by: str, depth: int) -> Part:
        def part() -> Part:
            return self._joined("and", depth) if by == "or" else self._denied(depth)

        found = part()
        while self._is(by):
            self._take()
            left, right = _must_be(found, Kind.YES_NO), _must_be(part(), Kind.YES_NO)
            found = Part(Kind.YES_NO, f"({left.text} {by} {right.text})", left.position)
        return found

    def _denied(self, depth: int) -> Part:
        if not self._is("not"):
            return self._comparison(depth)
        begin = self._deeper(depth)
        denied = _must_be(self._denied(depth + 1), Kind.YES_NO)
        return Part(Kind.YES_NO, f"(not {denied.text})", begin.position)

    def _comparison(self, depth: int) -> Part:
        left = self._term(depth)
        if self._is("==", "!="):
            sign, right = self._take().text, self._term(depth)
            _alike(left, right)
            return Part(Kind.YES_NO, f"({left.text} {sign} {right.text})", left.position)
        if self._is(*_ORDERED):
            sign, right = self._take().text, self._term(depth)
            for side in (left, right):
                _must_be(side, Kind.NUMBER)
            return Part(Kind.YES_NO, f"({left.text} {sign} {right.text})", left.position)
        if self._is("in", "not"):
            denied = self._take().text == "not"
            if denied:
                self._expect("in")
            within = f"({left.text} in {self._list(left, depth)})"
            return Part(Kind.YES_NO, f"(not {within})" if denied else within, left.position)
        return left

    def _list(self, left: Part, depth: int) -> str:
        if not self._is("["):
            words = _must_be(self._term(depth), Kind.WORDS)
            _must_be(left, Kind.TEXT)
            _must_be_one_of(left, words)
            return words.text
        self._take()
        items = [self._term(depth)]
        while self._is(","):
            self._take()
            items.append(self._term(depth))
        self._expect("]")
        for item in items:
            _alike(left, item)
        return f"[{', '.join(item.text for item in items)}]"

    def _term(self, depth: int) -> Part:
        if self._is("("):
            self._deeper(depth)
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        word = self._take()
        if word.sort == "text":
            return Part(Kind.TEXT, word.text, word.position, said=word.text[1:-1])
        if word.sort == "number":
            return Part(Kind.NUMBER, word.text, word.position)
        if word.text in {"true", "false"}:
            return Part(Kind.YES_NO, word.text, word.position)
        if word.sort != "name" or word.text in _KEYWORDS:
            raise ConditionError(
                word.position, "expected a field, a text or a number", "此处应为字段、文本或数字"
            )
        return self._call(word, depth) if self._is("(") else _field(word)

    def _call(self, name: Word, depth: int) -> Part:
        if name.text not in _FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise ConditionError(
                name.position, f"is no function; there are {known}", f"没有此函数；可用：{known}"
            )
        self._deeper(depth)
        kinds, result = _FUNCTIONS[name.text]
        arguments: list[str] = []
        for kind in kinds:
            if arguments:
                self._expect(",")
            arguments.append(_must_be(self._term(depth + 1), kind).text)
        self._expect(")")
        return Part(result, f"{name.text}({', '.join(arguments)})", name.position)

    def _deeper(self, depth: int) -> Word:
        if depth >= _DEEPEST:
            raise ConditionError(self.next.position, "is too deeply nested", "嵌套过深")
        return self._take()


def _field(name: Word) -> Part:
    field = FIELDS.get(name.text)
    if field is None:
        raise ConditionError(name.position, f"there is no field “{name.text}”", f"没有字段“{name.text}”")
    return Part(field.kind, name.text, name.position, field.choices)


_NAMES = {
    Kind.TEXT: ("a text", "文本"),
    Kind.NUMBER: ("a number", "数字"),
    Kind.YES_NO: ("true or false", "真假值"),
    Kind.WORDS: ("a list of words", "词语列表"),
}


def _must_be(part: Part, kind: Kind) -> Part:
    if part.kind is not kind:
        (wanted, chinese), (found, actual) = _NAMES[kind], _NAMES[part.kind]
        raise ConditionError(
            part.position, f"must be {wanted}, not {found}", f"须为{chinese}，而不是{actual}"
        )
    return part


def _alike(left: Part, right: Part) -> None:
    """Both of one kind that can be compared, and a text one of the values that the other can have."""
    if left.kind is Kind.WORDS:
        raise ConditionError(left.position, "a list is asked by “in” or “len”", "列表只能用 in 或 len 判断")
    _must_be(right, left.kind)
    _must_be_one_of(left, right)
    _must_be_one_of(right, left)


def _must_be_one_of(said: Part, other: Part) -> None:
    if said.said is not None and other.choices and said.said not in other.choices:
        values = ", ".join(choice or '""' for choice in other.choices)
        raise ConditionError(
            said.position, f"is never so; it is one of {values}", f"不会出现；可取值：{values}"
        )
