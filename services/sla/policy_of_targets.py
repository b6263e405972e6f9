"""How policy writes a target down: seconds, a calendar's working time, how it begins, and the matrix of all."""

from collections.abc import Iterator
from datetime import time
from typing import Annotated, Any, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.events.vocabulary import Grade, PromiseKind, Severity

from .start_rule import StartRule, Step, When

Seconds: TypeAlias = Annotated[float, Field(gt=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
Factor: TypeAlias = Annotated[float, Field(gt=0, le=1)]

EVERYBODY = "ALL"
"""What stands in place of a cell where all customers are promised the same."""

ROUND_THE_CLOCK = "24x7"
"""The name of the clock that runs day and night; no calendar may have it."""


CalendarName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]

MATRIX_GRADES = (Grade.K, Grade.V, Grade.S)
MATRIX_KINDS = (PromiseKind.CONTACT, PromiseKind.UPDATE, PromiseKind.SOLVE)


def every(*names: str) -> AfterValidator:
    """Refuse a table that does not have exactly these entries."""

    def check(table: dict[str, object]) -> dict[str, object]:
        if set(table) != set(names):
            raise ValueError(f"must have exactly {', '.join(names)}|必须恰好包含 {', '.join(names)}")
        return table

    return AfterValidator(check)


def only(*names: str) -> AfterValidator:
    """Refuse a table that has other entries than these."""

    def check(table: dict[str, object]) -> dict[str, object]:
        if not set(table) <= set(names):
            raise ValueError(f"may only have {', '.join(names)}|只能包含 {', '.join(names)}")
        return table

    return AfterValidator(check)


class Part(BaseModel):
    """A table of the policy: what is in it is known, and does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone|{name!r} 不是 IANA 时区") from error
    return name


class InCalendar(Part):
    """A target in a calendar's working time: `seconds` of it, or whole `working_days` that keep the time of day.

    calendar: that of the policy without it (CAL-4); start: the rule by which it begins, named under start_rules;
    same_day_before: what is received before that time of day in `zone` is due at midnight, the rest after `seconds` of
    day and night (SLA-16).
    """

    calendar: CalendarName | None = None
    seconds: Seconds | None = None
    working_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    start: str | None = None
    same_day_before: time | None = None
    zone: str | None = None

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, name: str | None) -> str | None:
        return name if name is None else _known_zone(name)

    @model_validator(mode="after")
    def _same_day_runs_day_and_night(self) -> Self:
        if self.same_day_before is not None and (
            not self.seconds or not self.zone or self.start or self.calendar
        ):
            raise ValueError(
                "same_day_before needs seconds and a zone, and neither calendar nor start"
                "|same_day_before 需要 seconds 和 zone，且不能与 calendar 或 start 同用"
            )
        return self

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.seconds is None) == (self.working_days is None):
            raise ValueError(
                "must have either seconds or working_days|seconds 与 working_days 必须且只能填一项"
            )
        if self.calendar == ROUND_THE_CLOCK and (self.working_days is not None or self.start is not None):
            raise ValueError("working_days and start need a calendar|working_days 和 start 需要工作日历")
        return self


class StartStepPolicy(Part):
    """One step of a start rule: when it applies, and the time of day that it moves to; without it keeps its own."""

    when: When
    clock: time | None = None
    move_to: time | None = None

    @model_validator(mode="after")
    def _has_its_time(self) -> Self:
        if (self.when is not When.DAY_OFF) != (self.clock is not None):
            raise ValueError(
                "before and after need a clock time, day_off has none"
                "|before 和 after 需要时刻，day_off 不带时刻"
            )
        if self.when is When.BEFORE and self.move_to is None:
            raise ValueError("what is too early needs the time of day it moves to|过早的情况须写明移到几点")
        return self


class StartRulePolicy(Part):
    """How a promise begins: its steps in order; `zone` of the times in place of the calendar's."""

    steps: tuple[StartStepPolicy, ...]
    zone: str | None = None
    skip_holidays: bool = True

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, name: str | None) -> str | None:
        return name if name is None else _known_zone(name)

    def rule(self) -> StartRule:
        """The rule of these data."""
        return StartRule(
            tuple(Step(step.when, step.clock, step.move_to) for step in self.steps),
            self.zone,
            self.skip_holidays,
        )


Targets: TypeAlias = Annotated[dict[PromiseKind, Seconds | InCalendar], only(*MATRIX_KINDS)]
SomeGrades: TypeAlias = Annotated[dict[Grade, Targets], only(*MATRIX_GRADES)]
Cell: TypeAlias = Annotated[dict[PromiseKind, Seconds | InCalendar], every(*MATRIX_KINDS)]
Row: TypeAlias = Annotated[dict[Grade, Cell], every(*MATRIX_GRADES)]
Matrix: TypeAlias = Annotated[dict[Severity, Row], every(*Severity)]


def in_matrix(matrix: Any) -> Iterator[tuple[str, float | InCalendar]]:
    for severity, row in matrix.items():
        for grade, cell in row.items():
            for kind, target in cell.items():
                yield f"matrix.{severity}.{grade}.{kind}", target
