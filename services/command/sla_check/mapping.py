"""Reads the mapping file of a check: which column is what, and by which policy targets are computed."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.command.failure import fail
from services.sla.calendar_forms import CalendarForm
from services.sla.policy import InCalendar, StartRulePolicy
from shared.runtime.error_texts import field_text

Verdict = Literal["in time", "late"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(_Part):
    """The names of the columns; `kind` chooses the target of the policy."""

    opened: str
    target: str | None = None
    closed: str | None = None
    label: str | None = None
    kind: str | None = None


class TextTime(_Part):
    """A time in a column of text: the groups of `pattern`, joined by a space, in `format`."""

    column: str
    pattern: str
    format: str


class HolidaysOf(_Part):
    """Whose holidays the calendar has besides its own, in the years of the file."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    subdivision: str | None = None


class NamedPolicy(_Part):
    """By what targets are computed from the opening alone."""

    name: str
    calendar: CalendarForm
    holidays: HolidaysOf | None = None
    start_rules: dict[str, StartRulePolicy] = Field(default_factory=dict)
    targets: dict[str, InCalendar]

    @model_validator(mode="after")
    def _rules_are_known(self) -> Self:
        for kind, target in self.targets.items():
            if target.start is not None and target.start not in self.start_rules:
                raise ValueError(
                    f"targets.{kind}: there is no start rule {target.start!r}"
                    f"|targets.{kind}：没有起算规则 {target.start!r}"
                )
        return self


class CheckMapping(_Part):
    """Everything a check is told."""

    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    formats: Annotated[tuple[str, ...], Field(min_length=1)]
    zone: str
    columns: Columns
    labels: dict[str, Verdict] = Field(default_factory=dict)
    text_times: tuple[TextTime, ...] = ()
    policy: NamedPolicy | None = None


def load_check_mapping(path: Path) -> CheckMapping:
    """The mapping of a file; ends the command with one line where it cannot be one."""
    try:
        return CheckMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{path}: {error}", 2)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        english, chinese = str(first["msg"]), field_text(first, "zh-CN")
        fail(f"{path}: {place}: {english}|{path}：{place}：{chinese}", 2)
