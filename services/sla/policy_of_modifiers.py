"""The numbers of what makes a target shorter, longer or begin elsewhere, or adds one of its own."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.events.vocabulary import ComplaintKind, Grade, OutageDuty, Role, Severity

from .policy_of_cases import Text
from .policy_of_targets import CalendarName, Factor, InCalendar, Part, Seconds, every

Desk: TypeAlias = Literal[Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY, Role.FRAUD_DESK]
"""The roles that are reached without a complaint: over the mailbox of a function."""


class BypassPolicy(Part):
    """REP-9: complaints of these kinds have their first contact within this time at the latest."""

    kinds: tuple[ComplaintKind, ...]
    contact: Seconds | InCalendar


class RepeatedPolicy(Part):
    """SLA-F: what a repetition changes; `raised_before` are severity rules that say that intake raised it."""

    from_index: int = Field(ge=2)
    severity_steps: int = Field(ge=0, le=3)
    raised_before: tuple[str, ...]
    solve_factor: Factor


class ReopenedPolicy(Part):
    """FU-7: how much of its time a resolution has the next time."""

    solve_factor: Factor


class RuralPolicy(Part):
    """SLA-R: where results that need work in the field take longer, and for whom."""

    areas: tuple[str, ...]
    severities: tuple[Severity, ...]
    grades: tuple[Grade, ...]
    only_faults: bool
    solve_factor: Annotated[float, Field(gt=0, le=10)]


class ProtectionPolicy(Part):
    """SLA-P: whose contracts and periods of protection are looked up, and how much of their time there is in one."""

    grades: tuple[Grade, ...]
    factor: Factor


class OutsideHoursPolicy(Part):
    """SLA-O: what the hours are ("24x7": never outside), how long after opening the first contact begins, for whom."""

    calendar: CalendarName
    grace: Annotated[float, Field(ge=0, le=86_400)]
    severities: tuple[Severity, ...]
    never: tuple[Grade, ...]
    not_for_faults_of: tuple[Grade, ...]


class ClosePolicy(Part):
    """How long until the customer has confirmed, and to whom that is promised; nobody where both are empty."""

    target: Seconds | InCalendar
    severities: tuple[Severity, ...]
    grades: tuple[Grade, ...]


class OutageReportPolicy(Part):
    """SLA-W: after which outages of whom a written report is due, and when, counted from the repair."""

    grades: tuple[Grade, ...]
    longer_than: Annotated[float, Field(ge=0, le=366 * 86_400)]
    target: Seconds | InCalendar


class MassOutagePolicy(Part):
    """SLA-M: which incidents are mass outages (about: categories with all below, any if empty), what is due and when.

    asked: who is told what is due until when; told: who is told of a notice that nobody has given in time.
    """

    severities: tuple[Severity, ...]
    about: tuple[Text, ...]
    within: Annotated[dict[OutageDuty, Seconds], every(*OutageDuty)]
    asked: tuple[Desk, ...]
    told: Annotated[tuple[Desk, ...], Field(min_length=1)]
