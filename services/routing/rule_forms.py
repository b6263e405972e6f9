"""What people send about rules: lists of them, and which one is to decide."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from shared.events.vocabulary import Urgency
from shared.runtime.strict_json import Storable, StrictBody, Whole, YesNo

from .bodies import Account
from .condition_words import ConditionError
from .directory import Directory
from .directory_entries import Id, Word
from .read_condition import read_condition

MOST_RULES = 500


def _readable(condition: str) -> str:
    try:
        read_condition(condition)
    except ConditionError as error:
        raise ValueError(str(error)) from error
    return condition


Condition = Annotated[
    str,
    Field(min_length=1, max_length=500, description='like: grade == "K" and "MEDIA_THREAT" in tags'),
    Storable,
    AfterValidator(_readable),
]


class ActionEntry(StrictBody):
    """What follows: who works on it (department), whose people answer (owner_group, else the department too), what
    they should know (skills), points of priority, up to 100 more or less, and how urgent it is (urgency)."""

    department: Id | None = None
    owner_group: Id | None = None
    skills: tuple[Word, ...] = Field(default=(), max_length=20)
    priority: Whole = Field(default=0, ge=-100, le=100)
    urgency: Urgency | None = None

    @model_validator(mode="after")
    def _does_something(self) -> "ActionEntry":
        if not (self.department or self.owner_group or self.skills or self.priority or self.urgency):
            raise ValueError("a rule has to do something|规则至少要有一项动作")
        return self


class RuleEntry(StrictBody):
    """A rule; the first of the list whose condition is true applies."""

    id: Id
    name: Word
    condition: Condition
    action: ActionEntry
    enabled: YesNo = True


class RulesBody(StrictBody):
    """A list of rules in their order, and what has changed."""

    rules: tuple[RuleEntry, ...] = Field(max_length=MOST_RULES)
    note: Word | None = None
    by: Account

    @model_validator(mode="after")
    def _ids_differ(self) -> "RulesBody":
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("every rule has an id of its own|规则编号不能重复")
        return self

    def unknown_departments(self, directory: Directory) -> Iterator[str]:
        """The fields that name no department."""
        for place, rule in enumerate(self.rules):
            for field in ("department", "owner_group"):
                named = getattr(rule.action, field)
                if named is not None and named not in directory.departments:
                    yield f"rules.{place}.action.{field}"

    def stored(self) -> list[dict[str, Any]]:
        """As the list is kept."""
        return [rule.model_dump(mode="json") for rule in self.rules]


class ActivationBody(StrictBody):
    """Who lets it decide, and which version they see active; null if none is."""

    by: Account
    instead_of: Whole | None = Field(ge=1, le=2**31 - 1)


class DryRunBody(StrictBody):
    """Over how many of the newest complaints."""

    last: Whole = Field(default=1000, ge=1, le=10_000)
