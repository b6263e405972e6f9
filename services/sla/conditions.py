"""Decides whether a complaint meets conditions, and which of a list of conditions no complaint can ever be left for."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from shared.events.vocabulary import Channel, ComplaintKind, Grade, Severity

SEPARATOR = "/"
OTHER = "\0other"
"""Stands for every value that no condition names."""

Asked: TypeAlias = Mapping[str, Sequence[Any]]
"""The values that are allowed, by the name of the fact; all that are asked for have to be met."""

Box: TypeAlias = tuple[frozenset[Any], ...]

CLOSED: Mapping[str, frozenset[Any]] = {
    "severity": frozenset(Severity),
    "grade": frozenset(Grade),
    "channel": frozenset(Channel),
    "kind": frozenset(ComplaintKind),
    "is_fault": frozenset((True, False, None)),
}
OPEN = ("case_type", "category", "department", "area", "contract")
FIELDS = (*CLOSED, *OPEN)


class Facts(NamedTuple):
    """What targets and conditions depend on.

    severity_rule: by which rule intake found the severity; repeat_index: how many times it was said;
    contract: the grade of the customer's contract with us, if there is one; protection: the period of
    protection in which it was received (SLA-P).
    """

    severity: Severity
    severity_rule: str
    grade: Grade
    repeat_index: int
    channel: str | None = None
    kind: str = ComplaintKind.COMPLAINT
    case_type: str | None = None
    category: str | None = None
    department: str | None = None
    area: str | None = None
    is_fault: bool | None = None
    contract: str | None = None
    protection: str | None = None


def applies(asked: Asked, facts: Facts) -> bool:
    """Whether a complaint meets all that is asked for; a category takes in everything below it in the tree."""
    return all(_is_allowed(field, values, getattr(facts, field)) for field, values in asked.items())


def first_without_use(conditions: Sequence[Asked]) -> int | None:
    """The first conditions that take nothing which those before them leave; None if each takes something.

    A list that takes every complaint leaves nothing for what comes after it: that is the index after the last.
    """
    worlds = [_world(field, conditions) for field in FIELDS]
    boxes = [_box(asked, worlds) for asked in (*conditions, {})]
    for index, box in enumerate(boxes):
        left = [box]
        for earlier in boxes[:index]:
            left = [piece for one in left for piece in _without(one, earlier)]
        if not left:
            return index
    return None


def _is_allowed(field: str, values: Sequence[Any], value: Any) -> bool:
    if field == "category":
        return value is not None and any(_is_within(value, path) for path in values)
    return value in values


def _is_within(path: str, above: str) -> bool:
    return path == above or path.startswith(above + SEPARATOR)


def _world(field: str, conditions: Sequence[Asked]) -> frozenset[Any]:
    """Every value that makes a difference."""
    if field in CLOSED:
        return CLOSED[field]
    return frozenset(value for asked in conditions for value in asked.get(field, ())) | {OTHER}


def _box(asked: Asked, worlds: Sequence[frozenset[Any]]) -> Box:
    return tuple(
        frozenset(value for value in world if value != OTHER and _is_allowed(field, asked[field], value))
        if field in asked
        else world
        for field, world in zip(FIELDS, worlds, strict=True)
    )


def _without(box: Box, taken: Box) -> list[Box]:
    """What is left of a box when another one is taken from it, in boxes that do not overlap."""
    shared = [mine & theirs for mine, theirs in zip(box, taken, strict=True)]
    if not all(shared):
        return [box] if all(box) else []
    return [
        (*shared[:index], mine - theirs, *box[index + 1 :])
        for index, (mine, theirs) in enumerate(zip(box, taken, strict=True))
        if mine - theirs
    ]
