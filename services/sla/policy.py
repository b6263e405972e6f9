"""The numbers by which sla decides; default_policy.toml has the defaults. Times in seconds."""

from collections.abc import Iterator
from datetime import time
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.events.vocabulary import (
    Channel,
    ComplaintKind,
    EscalationLevel,
    Grade,
    OutageDuty,
    PauseReason,
    PromiseKind,
    Role,
    Severity,
)
from shared.runtime.policy import Policy

from .conditions import Asked, first_without_use
from .start_rule import StartRule, Step, When

Seconds: TypeAlias = Annotated[float, Field(gt=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
Factor: TypeAlias = Annotated[float, Field(gt=0, le=1)]
Pausable: TypeAlias = Literal[PromiseKind.UPDATE, PromiseKind.SOLVE]
WarningLevel: TypeAlias = Literal[EscalationLevel.W1, EscalationLevel.W2]

EVERYBODY = "ALL"
"""What stands in place of a cell where all customers are promised the same."""

ROUND_THE_CLOCK = "24x7"
"""The name of the clock that runs day and night; no calendar may have it."""

DEFAULT = "default"
"""The name of the policy that takes what no other one takes; it cannot be taken away."""

CalendarName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]

MATRIX_GRADES = (Grade.K, Grade.V, Grade.S)
MATRIX_KINDS = (PromiseKind.CONTACT, PromiseKind.UPDATE, PromiseKind.SOLVE)


def _every(*names: str) -> AfterValidator:
    """Refuse a table that does not have exactly these entries."""

    def check(table: dict[str, object]) -> dict[str, object]:
        if set(table) != set(names):
            raise ValueError(f"must have exactly {', '.join(names)}|必须恰好包含 {', '.join(names)}")
        return table

    return AfterValidator(check)


def _only(*names: str) -> AfterValidator:
    """Refuse a table that has other entries than these."""

    def check(table: dict[str, object]) -> dict[str, object]:
        if not set(table) <= set(names):
            raise ValueError(f"may only have {', '.join(names)}|只能包含 {', '.join(names)}")
        return table

    return AfterValidator(check)


def _ascending(shares: dict[WarningLevel, float]) -> dict[WarningLevel, float]:
    in_order = [shares[level] for level in sorted(shares)]
    if any(not 0 < share < 1 for share in in_order) or in_order != sorted(set(in_order)):
        raise ValueError(
            "shares must lie between 0 and 1 and grow from W1 to W2|比例须在 0 与 1 之间，且 W1 小于 W2"
        )
    return shares


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone|{name!r} 不是 IANA 时区") from error
    return name


class InCalendar(_Part):
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


class StartStepPolicy(_Part):
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


class StartRulePolicy(_Part):
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


Targets: TypeAlias = Annotated[dict[PromiseKind, Seconds | InCalendar], _only(*MATRIX_KINDS)]
SomeGrades: TypeAlias = Annotated[dict[Grade, Targets], _only(*MATRIX_GRADES)]
Cell: TypeAlias = Annotated[dict[PromiseKind, Seconds | InCalendar], _every(*MATRIX_KINDS)]
Row: TypeAlias = Annotated[dict[Grade, Cell], _every(*MATRIX_GRADES)]
Matrix: TypeAlias = Annotated[dict[Severity, Row], _every(*Severity)]
Shares: TypeAlias = Annotated[dict[WarningLevel, float], AfterValidator(_ascending)]


Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
AnyOf: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]


class Conditions(_Part):
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


class NamedPolicy(_Part):
    """Targets for complaints that meet the conditions; what is not said here is as in the default policy.

    targets: in every cell, unless `matrix` says something else for that one.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    enabled: bool = True
    when: Conditions
    calendar: CalendarName | None = None
    acknowledge: Seconds | None = None
    targets: Targets = {}
    matrix: dict[Severity, SomeGrades] = {}

    def all_targets(self) -> Iterator[tuple[str, Seconds | InCalendar]]:
        """Every target with its place."""
        yield from ((f"targets.{kind}", target) for kind, target in self.targets.items())
        yield from _in_matrix(self.matrix)


class BypassPolicy(_Part):
    """REP-9: complaints of these kinds have their first contact within this time at the latest."""

    kinds: tuple[ComplaintKind, ...]
    contact: Seconds | InCalendar


class RepeatedPolicy(_Part):
    """SLA-F: what a repetition changes; `raised_before` are severity rules that say that intake raised it."""

    from_index: int = Field(ge=2)
    severity_steps: int = Field(ge=0, le=3)
    raised_before: tuple[str, ...]
    solve_factor: Factor


class ReopenedPolicy(_Part):
    """FU-7: how much of its time a resolution has the next time."""

    solve_factor: Factor


class RuralPolicy(_Part):
    """SLA-R: where results that need work in the field take longer, and for whom."""

    areas: tuple[str, ...]
    severities: tuple[Severity, ...]
    grades: tuple[Grade, ...]
    only_faults: bool
    solve_factor: Annotated[float, Field(gt=0, le=10)]


class ProtectionPolicy(_Part):
    """SLA-P: whose contracts and periods of protection are looked up, and how much of their time there is in one."""

    grades: tuple[Grade, ...]
    factor: Factor


class OutsideHoursPolicy(_Part):
    """SLA-O: what the hours are ("24x7": never outside), how long after opening the first contact begins, for whom."""

    calendar: CalendarName
    grace: Annotated[float, Field(ge=0, le=86_400)]
    severities: tuple[Severity, ...]
    never: tuple[Grade, ...]
    not_for_faults_of: tuple[Grade, ...]


class ClosePolicy(_Part):
    """How long until the customer has confirmed, and to whom that is promised; nobody where both are empty."""

    target: Seconds | InCalendar
    severities: tuple[Severity, ...]
    grades: tuple[Grade, ...]


class SilentHoursPolicy(_Part):
    """CAL-8: outside whose working hours reminders for staff wait ("24x7": never), and which never wait."""

    calendar: CalendarName
    not_for_severities: tuple[Severity, ...]
    not_for_grades: tuple[Grade, ...]


class OutageReportPolicy(_Part):
    """SLA-W: after which outages of whom a written report is due, and when, counted from the repair."""

    grades: tuple[Grade, ...]
    longer_than: Annotated[float, Field(ge=0, le=366 * 86_400)]
    target: Seconds | InCalendar


class SuperiorPolicy(_Part):
    """Section 5: until when a superior answers whom the customer asks for; from that round on a solution was rejected."""

    target: Seconds | InCalendar
    from_round: Annotated[int, Field(ge=2, le=100)]


class OverduePolicy(_Part):
    """Section 5: how long after the breach a promise without a stated reason is listed for the management."""

    listed_after: Seconds | InCalendar


class MassOutagePolicy(_Part):
    """SLA-M: which incidents are mass outages (about: categories with all below, any if empty), what is due and when.

    told: who is told of a notice that nobody has given in time.
    """

    severities: tuple[Severity, ...]
    about: tuple[Text, ...]
    within: Annotated[dict[OutageDuty, Seconds], _every(*OutageDuty)]
    told: Annotated[tuple[Role, ...], Field(min_length=1)]


class InternalPolicy(_Part):
    """FC-14: what of the time in which others answer an owner inside the house is watched, and who hears that it is over.

    within_department: handlers in the owner's own department are watched too; stopped_by: pauses that stop it (PAU-3).
    """

    within_department: bool
    stopped_by: tuple[PauseReason, ...]
    told: Annotated[
        tuple[Literal[Role.MANAGER, Role.COORDINATOR, Role.OWNER, Role.TEAM_LEAD], ...], Field(min_length=1)
    ]


class ClockPolicy(_Part):
    """One clock of a regulator: by when the customer has the answer, and for which complaints.

    only_if_alone: it runs where no other clock of the profile does.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    target: Seconds | InCalendar
    when: Conditions = Conditions()
    only_if_alone: bool = False


class ProfilePolicy(_Part):
    """The clocks of a regulator; `afterwards`: what the customer may do then, in both languages."""

    title: str
    title_zh: str
    afterwards: str = ""
    afterwards_zh: str = ""
    clocks: tuple[ClockPolicy, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name for one in self.clocks]
        if len(names) != len(set(names)):
            raise ValueError("each clock needs a name of its own|每个时限须有各自的名称")
        return self


class RegulatorPolicy(_Part):
    """Section 11: the profile of this installation (none if empty), which kinds are its cases, what 80 % forces."""

    profile: str
    cases: tuple[ComplaintKind, ...]
    forces: tuple[Literal[EscalationLevel.L3, EscalationLevel.L4], ...]
    profiles: dict[str, ProfilePolicy]

    @model_validator(mode="after")
    def _profile_is_known(self) -> Self:
        if self.profile and self.profile not in self.profiles:
            raise ValueError(
                f"profile: there is no profile {self.profile!r}|profile：没有名为 {self.profile!r} 的规则集"
            )
        return self

    def in_force(self) -> Iterator[tuple[str, Seconds | InCalendar]]:
        """The targets of the profile of this installation, with their places."""
        profile = self.profiles.get(self.profile)
        for index, one in enumerate(profile.clocks if profile else ()):
            yield f"regulator.profiles.{self.profile}.clocks[{index}]", one.target


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
    """Section 5: which promises climb on after the breach, and when; `l3_from_index`: at once from that repetition.

    late_from: a level that is told so many seconds after its moment is marked late. chain, depth: where somebody is
    missing the next one up is told, so many tried at most.
    """

    kinds: tuple[PromiseKind, ...]
    l2_share: Annotated[float, Field(ge=0, le=10)]
    l2_least: Seconds
    l2_most: Seconds
    l3_after: Seconds
    l3_from_index: int = Field(ge=2)
    late_from: Annotated[float, Field(ge=1, le=86_400)]
    chain: Annotated[tuple[Role, ...], Field(min_length=1, max_length=5)]
    depth: Annotated[int, Field(ge=1, le=4)]

    @model_validator(mode="after")
    def _levels_are_in_order(self) -> Self:
        if not self.l2_least <= self.l2_most <= self.l3_after:
            raise ValueError(
                "must be l2_least <= l2_most <= l3_after|必须满足 l2_least <= l2_most <= l3_after"
            )
        return self


class SlaPolicy(Policy):
    """Everything sla decides by."""

    acknowledge: Seconds
    calendar: CalendarName
    notable_move: Annotated[float, Field(ge=0, le=30 * 86_400)]
    horizon_warning_days: Annotated[int, Field(ge=0, le=730)]
    start_rules: dict[str, StartRulePolicy]
    matrix: Matrix
    department_calendars: dict[str, CalendarName]
    policies: Annotated[tuple[NamedPolicy, ...], Field(max_length=50)]
    bypass: BypassPolicy
    repeated: RepeatedPolicy
    reopened: ReopenedPolicy
    close: ClosePolicy
    outage_report: OutageReportPolicy
    superior: SuperiorPolicy
    overdue: OverduePolicy
    mass_outage: MassOutagePolicy
    internal: InternalPolicy
    news_repeats: bool
    regulator: RegulatorPolicy
    rural: RuralPolicy
    protection: ProtectionPolicy
    outside_hours: OutsideHoursPolicy
    pauses: PausePolicy
    extension: ExtensionPolicy
    warnings: Annotated[dict[PromiseKind, WarningPolicy], _every(*PromiseKind)]
    escalation: EscalationPolicy
    silent_hours: SilentHoursPolicy
    told: dict[EscalationLevel, tuple[Role, ...]]

    @model_validator(mode="after")
    def _somebody_is_told_of_a_breach(self) -> Self:
        for level in tuple(EscalationLevel)[2:]:
            if not self.told.get(level):
                raise ValueError(f"told.{level} must name who is told of it|told.{level} 必须写明通知谁")
        return self

    @model_validator(mode="after")
    def _start_rules_are_known(self) -> Self:
        for place, calendar, target in self._all_targets():
            if not isinstance(target, InCalendar):
                continue
            if target.start is not None and target.start not in self.start_rules:
                raise ValueError(
                    f"{place}: there is no start rule {target.start!r}|{place}：没有起算规则 {target.start!r}"
                )
            if target.working_days and (target.calendar or calendar) == ROUND_THE_CLOCK:
                raise ValueError(f"{place}: working_days need a calendar|{place}：working_days 需要工作日历")
        return self

    @model_validator(mode="after")
    def _every_policy_is_of_use(self) -> Self:
        """Section 2.4: a policy that can never match is refused, and so is a list that leaves nothing to the default."""
        names = [one.name for one in self.policies]
        for index, name in enumerate(names):
            if name == DEFAULT or name in names[:index]:
                raise ValueError(
                    f"policies[{index}]: the name {name!r} is taken|policies[{index}]：名称 {name!r} 已被占用"
                )
        for index, one in enumerate(self.policies):
            if one.when.contract and one.when.grade and not {*one.when.grade} & {*self.protection.grades}:
                raise ValueError(
                    f"policies[{index}] ({one.name}): can never match: these grades have no contracts"
                    f"|policies[{index}]（{one.name}）：永远不会匹配：这些客户等级没有服务合同"
                )
        used = [(index, one) for index, one in enumerate(self.policies) if one.enabled]
        useless = first_without_use([one.when.asked for _, one in used])
        if useless is None:
            return self
        if useless == len(used):
            raise ValueError(
                "policies: together they take every complaint, so the default policy never counts"
                "|policies：它们合起来已覆盖所有投诉，默认策略永远用不上"
            )
        index, one = used[useless]
        raise ValueError(
            f"policies[{index}] ({one.name}): can never match, because those before it take every such complaint"
            f"|policies[{index}]（{one.name}）：永远不会匹配，因为排在前面的策略已覆盖所有这类投诉"
        )

    def _all_targets(self) -> Iterator[tuple[str, str, float | InCalendar]]:
        """Every target with its place and the calendar that counts where it names none."""
        yield "bypass.contact", self.calendar, self.bypass.contact
        yield "close.target", self.calendar, self.close.target
        yield "outage_report.target", self.calendar, self.outage_report.target
        yield "superior.target", self.calendar, self.superior.target
        yield "overdue.listed_after", self.calendar, self.overdue.listed_after
        yield from ((place, ROUND_THE_CLOCK, target) for place, target in self.regulator.in_force())
        yield from ((place, self.calendar, target) for place, target in _in_matrix(self.matrix))
        for index, one in enumerate(self.policies):
            for place, target in one.all_targets():
                yield f"policies[{index}].{place}", one.calendar or self.calendar, target

    def calendars(self) -> frozenset[str]:
        """The calendars that some target counts in."""
        named = {
            target.calendar or calendar if isinstance(target, InCalendar) else calendar
            for _, calendar, target in self._all_targets()
        }
        by_policy = {one.calendar for one in self.policies if one.calendar is not None}
        by_policy.add(self.outside_hours.calendar)
        return frozenset((named | by_policy | {*self.department_calendars.values()}) - {ROUND_THE_CLOCK})


def _in_matrix(matrix: Any) -> Iterator[tuple[str, float | InCalendar]]:
    for severity, row in matrix.items():
        for grade, cell in row.items():
            for kind, target in cell.items():
                yield f"matrix.{severity}.{grade}.{kind}", target
