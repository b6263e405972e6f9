"""The numbers by which sla decides; default_policy.toml has the defaults. Times in seconds."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.vocabulary import EscalationLevel, PromiseKind, Role
from shared.runtime.policy import Policy

from .conditions import first_without_use
from .policy_of_calendars import RestPolicy
from .policy_of_cases import Conditions, NamedPolicy
from .policy_of_modifiers import (
    BypassPolicy,
    ClosePolicy,
    MassOutagePolicy,
    OutageReportPolicy,
    OutsideHoursPolicy,
    ProtectionPolicy,
    ReopenedPolicy,
    RepeatedPolicy,
    RuralPolicy,
)
from .policy_of_regulators import ClockPolicy, ProfilePolicy, RegulatorPolicy
from .policy_of_targets import (
    EVERYBODY,
    MATRIX_GRADES,
    MATRIX_KINDS,
    ROUND_THE_CLOCK,
    CalendarName,
    InCalendar,
    Matrix,
    Seconds,
    StartRulePolicy,
    StartStepPolicy,
    every,
    in_matrix,
)
from .policy_of_watching import (
    EscalationPolicy,
    ExtensionPolicy,
    InternalPolicy,
    OverduePolicy,
    PausePolicy,
    SilentHoursPolicy,
    SuperiorPolicy,
    WarningPolicy,
)

__all__ = [
    "DEFAULT",
    "EVERYBODY",
    "MATRIX_GRADES",
    "MATRIX_KINDS",
    "ROUND_THE_CLOCK",
    "BypassPolicy",
    "CalendarName",
    "ClockPolicy",
    "ClosePolicy",
    "Conditions",
    "EscalationPolicy",
    "ExtensionPolicy",
    "InCalendar",
    "InternalPolicy",
    "MassOutagePolicy",
    "Matrix",
    "NamedPolicy",
    "OutageReportPolicy",
    "OutsideHoursPolicy",
    "OverduePolicy",
    "PausePolicy",
    "ProfilePolicy",
    "ProtectionPolicy",
    "RegulatorPolicy",
    "ReopenedPolicy",
    "RepeatedPolicy",
    "RestPolicy",
    "RuralPolicy",
    "Seconds",
    "SilentHoursPolicy",
    "SlaPolicy",
    "StartRulePolicy",
    "StartStepPolicy",
    "SuperiorPolicy",
    "WarningPolicy",
]

DEFAULT = "default"
"""The name of the policy that takes what no other one takes; it cannot be taken away."""


class SlaPolicy(Policy):
    """Everything sla decides by."""

    acknowledge: Seconds
    calendar: CalendarName
    notable_move: Annotated[float, Field(ge=0, le=30 * 86_400)]
    horizon_warning_days: Annotated[int, Field(ge=0, le=730)]
    rest: RestPolicy
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
    warnings: Annotated[dict[PromiseKind, WarningPolicy], every(*PromiseKind)]
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
        yield from ((place, self.calendar, target) for place, target in in_matrix(self.matrix))
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
