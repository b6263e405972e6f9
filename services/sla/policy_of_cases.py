"""How policy says for which complaints a target is: what they have to be, and what is promised to them then."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from shared.events.vocabulary import Channel, ComplaintKind, Grade, Severity

from .conditions import Asked
from .policy_of_targets import CalendarName, InCalendar, Part, Seconds, SomeGrades, Targets, in_matrix

Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
AnyOf: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]


class Conditions(Part):
    """What a policy asks of a complaint, as intake tells it; of each fact one of the values has to be met.

    A category takes in everything below it; contract: the grade of the customer's contract.
    """

    severity: Annotated[tuple[Severity, ...], Field(min_length=1)] | None = None
    grade: Annotated[tuple[Grade, ...], Field(min_length=1)] | None = None
    channel: Annotated[tuple[Channel, ...], Field(min_length=1)] | None = None
    kind: Annotated[tuple[ComplaintKind, ...], Field(min_length=1)] | None = None
    case_type: AnyOf | None = None
    category: AnyOf | None = None
    department: AnyOf | None = None
    area: AnyOf | None = None
    contract: AnyOf | None = None
    is_fault: bool | None = None

    @cached_property
    def asked(self) -> Asked:
        """The conditions that there are."""
        given: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        given["is_fault"] = None if self.is_fault is None else (self.is_fault,)
        return {name: values for name, values in given.items() if values is not None}


class NamedPolicy(Part):
    """Targets for complaints that meet the conditions; what is not said here is as in the default policy.

    targets: in every cell, unless `matrix` says something else for that one.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    enabled: bool = True
    when: Conditions
    calendar: CalendarName | None = None
    acknowledge: Seconds | None = None
    targets: Targets = Field(default_factory=dict)
    matrix: dict[Severity, SomeGrades] = Field(default_factory=dict)

    def all_targets(self) -> Iterator[tuple[str, Seconds | InCalendar]]:
        """Every target with its place."""
        yield from ((f"targets.{kind}", target) for kind, target in self.targets.items())
        yield from in_matrix(self.matrix)
