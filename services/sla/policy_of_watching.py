"""The numbers of pauses, warnings and the ladder: when time stands still, and who hears how late it is."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from shared.events.vocabulary import EscalationLevel, Grade, PauseReason, PromiseKind, Role, Severity

from .policy_of_targets import CalendarName, InCalendar, Part, Seconds, every

Pausable: TypeAlias = Literal[PromiseKind.UPDATE, PromiseKind.SOLVE]
WarningLevel: TypeAlias = Literal[EscalationLevel.W1, EscalationLevel.W2]


def _ascending(shares: dict[WarningLevel, float]) -> dict[WarningLevel, float]:
    in_order = [shares[level] for level in sorted(shares)]
    if any(not 0 < share < 1 for share in in_order) or in_order != sorted(set(in_order)):
        raise ValueError(
            "shares must lie between 0 and 1 and grow from W1 to W2|比例须在 0 与 1 之间，且 W1 小于 W2"
        )
    return shares


Shares: TypeAlias = Annotated[dict[WarningLevel, float], AfterValidator(_ascending)]


class PausePolicy(Part):
    """PAU-1..6: which reason stops which promises, what has to be shown, how long a pause may last."""

    stops: Annotated[dict[PauseReason, tuple[Pausable, ...]], every(*PauseReason)]
    needs_evidence: tuple[PauseReason, ...]
    failed_calls: Annotated[int, Field(ge=1, le=100)]
    longest: Seconds
    most_of_solve: Annotated[float, Field(gt=0, le=10)]
    reported_from: Annotated[float, Field(ge=0, le=86_400)]
    told: tuple[Role, ...]


class ExtensionPolicy(Part):
    """SLA-X: who may approve the first extension, the second, and so on; how long all may be together."""

    approvers: tuple[Annotated[tuple[Role, ...], Field(min_length=1)], ...]
    most_of_solve: Annotated[float, Field(gt=0, le=10)]


class WarningPolicy(Part):
    """Section 5: shares of the time used at which a level is reached; `critical` in their place for S1."""

    shares: Shares
    critical: Shares | None = None


class EscalationPolicy(Part):
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


class SilentHoursPolicy(Part):
    """CAL-8: outside whose working hours reminders for staff wait ("24x7": never), and which never wait."""

    calendar: CalendarName
    not_for_severities: tuple[Severity, ...]
    not_for_grades: tuple[Grade, ...]


class SuperiorPolicy(Part):
    """Section 5: until when a superior answers whom the customer asks for; from that round on a solution was rejected."""

    target: Seconds | InCalendar
    from_round: Annotated[int, Field(ge=2, le=100)]


class OverduePolicy(Part):
    """Section 5: how long after the breach a promise without a stated reason is listed for the management."""

    listed_after: Seconds | InCalendar


class InternalPolicy(Part):
    """FC-14: what of the time in which others answer an owner inside the house is watched, and who hears that it is over.

    within_department: handlers in the owner's own department are watched too; stopped_by: pauses that stop it (PAU-3).
    """

    within_department: bool
    stopped_by: tuple[PauseReason, ...]
    told: Annotated[
        tuple[Literal[Role.MANAGER, Role.COORDINATOR, Role.OWNER, Role.TEAM_LEAD], ...], Field(min_length=1)
    ]
