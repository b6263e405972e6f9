"""The numbers by which sla decides; default_policy.toml has the defaults. Times in seconds."""

from datetime import time
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.events.vocabulary import EscalationLevel, Grade, PauseReason, PromiseKind, Role, Severity
from shared.runtime.policy import Policy

from .start_rule import StartRule, Step, When

Seconds: TypeAlias = Annotated[float, Field(gt=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
Factor: TypeAlias = Annotated[float, Field(gt=0, le=1)]
Pausable: TypeAlias = Literal[PromiseKind.UPDATE, PromiseKind.SOLVE]
WarningLevel: TypeAlias = Literal[EscalationLevel.W1, EscalationLevel.W2]

EVERYBODY = "ALL"
"""What stands in place of a cell where all customers are promised the same."""

ROUND_THE_CLOCK = "24x7"
"""The name of the clock that runs day and night; no calendar may have it."""

CalendarName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]

MATRIX_GRADES = (Grade.K, Grade.V, Grade.S)
MATRIX_KINDS = (PromiseKind.CONTACT, PromiseKind.UPDATE, PromiseKind.SOLVE)


def _every(*names: str) -> AfterValidator:
    """Refuse a table that does not have exactly these entries."""

    def check(table: dict[str, object]) -> dict[str, object]:
        if set(table) != set(names):
            raise ValueError(f"must have exactly {', '.join(names)}")
        return table

    return AfterValidator(check)


def _ascending(shares: dict[WarningLevel, float]) -> dict[WarningLevel, float]:
    in_order = [shares[level] for level in sorted(shares)]
    if any(not 0 < share < 1 for share in in_order) or in_order != sorted(set(in_order)):
        raise ValueError("shares must lie between 0 and 1 and grow from W1 to W2")
    return shares


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InCalendar(_Part):
    """A target in a calendar's working time: `seconds` of it, or whole `working_days` that keep the time of day.

    calendar: that of the policy without it (CAL-4); start: the rule by which it begins, named under start_rules.
    """

    calendar: CalendarName | None = None
    seconds: Seconds | None = None
    working_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    start: str | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.seconds is None) == (self.working_days is None):
            raise ValueError("must have either seconds or working_days")
        if self.calendar == ROUND_THE_CLOCK and (self.working_days is not None or self.start is not None):
            raise ValueError("working_days and start need a calendar")
        return self


class StartStepPolicy(_Part):
    """One step of a start rule: when it applies, and the time of day that it moves to; without it keeps its own."""

    when: When
    clock: time | None = None
    move_to: time | None = None

    @model_validator(mode="after")
    def _has_its_time(self) -> Self:
        if (self.when is not When.DAY_OFF) != (self.clock is not None):
            raise ValueError("before and after need a clock time, day_off has none")
        if self.when is When.BEFORE and self.move_to is None:
            raise ValueError("what is too early needs the time of day it moves to")
        return self


class StartRulePolicy(_Part):
    """How a promise begins: its steps in order; `zone` of the times in place of the calendar's."""

    steps: tuple[StartStepPolicy, ...]
    zone: str | None = None
    skip_holidays: bool = True

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"{name!r} is no IANA time zone") from error
        return name

    def rule(self) -> StartRule:
        """The rule of these data."""
        return StartRule(
            tuple(Step(step.when, step.clock, step.move_to) for step in self.steps),
            self.zone,
            self.skip_holidays,
        )


Cell: TypeAlias = Annotated[dict[PromiseKind, Seconds | InCalendar], _every(*MATRIX_KINDS)]
Row: TypeAlias = Annotated[dict[Grade, Cell], _every(*MATRIX_GRADES)]
Matrix: TypeAlias = Annotated[dict[Severity, Row], _every(*Severity)]
Shares: TypeAlias = Annotated[dict[WarningLevel, float], AfterValidator(_ascending)]


class RepeatedPolicy(_Part):
    """SLA-F: what a repetition changes; `raised_before` are severity rules that say that intake raised it."""

    from_index: int = Field(ge=2)
    severity_steps: int = Field(ge=0, le=3)
    raised_before: tuple[str, ...]
    solve_factor: Factor


class ReopenedPolicy(_Part):
    """FU-7: how much of its time a resolution has the next time."""

    solve_factor: Factor


class PausePolicy(_Part):
    """PAU-1..6: which reason stops which promises, what has to be shown, how long a pause may last."""

    stops: Annotated[dict[PauseReason, tuple[Pausable, ...]], _every(*PauseReason)]
    needs_evidence: tuple[PauseReason, ...]
    longest: Seconds
    most_of_solve: Annotated[float, Field(gt=0, le=10)]
    reported_from: Annotated[float, Field(ge=0, le=86_400)]
    told: tuple[Role, ...]


class ExtensionPolicy(_Part):
    """SLA-X: who may approve the first extension, the second, and so on; how long all may be together."""

    approvers: tuple[Annotated[tuple[Role, ...], Field(min_length=1)], ...]
    most_of_solve: Annotated[float, Field(gt=0, le=10)]


class WarningPolicy(_Part):
    """Section 5: shares of the time used at which a level is reached; `critical` in their place for S1."""

    shares: Shares
    critical: Shares | None = None


class EscalationPolicy(_Part):
    """Section 5: which promises climb on after the breach, and when; `l3_from_index`: at once from that repetition."""

    kinds: tuple[PromiseKind, ...]
    l2_share: Annotated[float, Field(ge=0, le=10)]
    l2_least: Seconds
    l2_most: Seconds
    l3_after: Seconds
    l3_from_index: int = Field(ge=2)

    @model_validator(mode="after")
    def _levels_are_in_order(self) -> Self:
        if not self.l2_least <= self.l2_most <= self.l3_after:
            raise ValueError("must be l2_least <= l2_most <= l3_after, so that no level overtakes another")
        return self


class SlaPolicy(Policy):
    """Everything sla decides by."""

    acknowledge: Seconds
    calendar: CalendarName
    notable_move: Annotated[float, Field(ge=0, le=30 * 86_400)]
    start_rules: dict[str, StartRulePolicy]
    matrix: Matrix
    repeated: RepeatedPolicy
    reopened: ReopenedPolicy
    pauses: PausePolicy
    extension: ExtensionPolicy
    warnings: Annotated[dict[PromiseKind, WarningPolicy], _every(*PromiseKind)]
    escalation: EscalationPolicy
    told: dict[EscalationLevel, tuple[Role, ...]]

    @model_validator(mode="after")
    def _somebody_is_told_of_a_breach(self) -> Self:
        for level in (EscalationLevel.L1, EscalationLevel.L2, EscalationLevel.L3):
            if not self.told.get(level):
                raise ValueError(f"told.{level} must name who is told of it")
        return self

    @model_validator(mode="after")
    def _start_rules_are_known(self) -> Self:
        for severity, row in self.matrix.items():
            for grade, cell in row.items():
                for kind, target in cell.items():
                    place = f"matrix.{severity}.{grade}.{kind}"
                    if not isinstance(target, InCalendar):
                        continue
                    if target.start is not None and target.start not in self.start_rules:
                        raise ValueError(f"{place}: there is no start rule {target.start!r}")
                    if target.working_days and (target.calendar or self.calendar) == ROUND_THE_CLOCK:
                        raise ValueError(f"{place}: working_days need a calendar")
        return self

    def calendars(self) -> frozenset[str]:
        """The calendars that some target counts in."""
        named = {
            target.calendar or self.calendar if isinstance(target, InCalendar) else self.calendar
            for row in self.matrix.values()
            for cell in row.values()
            for target in cell.values()
        }
        return frozenset(named - {ROUND_THE_CLOCK})
