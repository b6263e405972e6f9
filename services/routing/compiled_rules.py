"""A list of rules made ready to be asked many times; the only place that knows the library for expressions.

The first rule whose condition is true applies. A chunk of rules is one expression, so that the fields of a complaint
are handed over once for all of them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog
import zen

from .follow_rule import NO_ROUTE, Route
from .read_condition import read_condition

log = structlog.get_logger()

_AT_ONCE = 50


class Rule(NamedTuple):
    """A rule of the list: under which condition, and what follows."""

    id: str
    name: str
    condition: str
    enabled: bool
    route: Route


class Ruling(NamedTuple):
    """By which version of the list, which rule applies, and what follows; no rule if none does."""

    version: int | None = None
    rule: str | None = None
    route: Route = NO_ROUTE


class CompiledRules:
    """One version of the list, without the rules that are switched off."""

    def __init__(self, version: int | None = None, rules: Sequence[Rule] = ()) -> None:
        """Raises ConditionError for a condition that cannot be read."""
        self.version = version
        self._none = Ruling(version)
        enabled = [rule for rule in rules if rule.enabled]
        self._rulings = [Ruling(version, rule.id, rule.route) for rule in enabled]
        read = [read_condition(rule.condition) for rule in enabled]
        self._chunks = [
            _Chunk(first, read[first : first + _AT_ONCE]) for first in range(0, len(read), _AT_ONCE)
        ]

    def first(self, fields: dict[str, Any]) -> Ruling:
        """What applies to a complaint with these fields."""
        for chunk in self._chunks:
            found = chunk.first(fields)
            if found is not None:
                return self._rulings[found]
        return self._none


class _Chunk:
    """Some conditions, the first of which has this place in the list."""

    def __init__(self, place: int, conditions: Sequence[str]) -> None:
        self._place = place
        self._conditions = conditions
        choice = "-1"
        for number in range(len(conditions) - 1, -1, -1):
            choice = f"({conditions[number]}) ? {number} : {choice}"
        self._choice = zen.compile_expression(choice)

    def first(self, fields: dict[str, Any]) -> int | None:
        """The place in the list of the first that is true."""
        try:
            number = int(self._choice.evaluate(fields))
        except RuntimeError:
            number = self._one_by_one(fields)
        return None if number < 0 else self._place + number

    def _one_by_one(self, fields: dict[str, Any]) -> int:
        """One that cannot be computed is not true, and stops none of the others."""
        for number, condition in enumerate(self._conditions):
            try:
                if zen.evaluate_expression(condition, fields) is True:
                    return number
            except RuntimeError:
                log.error("routing.rule_failed", place=self._place + number + 1)  # noqa: TRY400 - a stack says nothing
        return -1
