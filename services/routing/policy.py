"""The choices by which routing decides; default_policy.toml has the defaults."""

from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.events.vocabulary import (
    AnswerField,
    ClosingGround,
    EscalationLevel,
    Grade,
    Motive,
    ReopenReason,
    Severity,
    Urgency,
)
from shared.runtime.policy import Policy

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class AskedBy(StrEnum):
    """What counts among people who were asked at once: whose business it is, or who stands higher."""

    BUSINESS = "BUSINESS"
    RANK = "RANK"


class OwnershipPolicy(BaseModel):
    """Who answers: for a repeat the earlier owner (FC-20), of several asked at once the first by this list (FC-4), never the
    accused (FC-21); after how much absence somebody else may (FC-9), and how soon a superior hears that responsibility
    is unclear (FC-15), in seconds of open hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeat_to_earlier_owner: bool
    asked_together: tuple[AskedBy, ...]
    accused_never_owns: bool
    superior_owns_bypass: bool
    absent_for: int = Field(ge=1, le=1_000_000)
    report_unclear_within: int = Field(ge=1, le=1_000_000)


class AssignmentPolicy(BaseModel):
    """Who gets the next one (FC-3): what competence is, the caps of a day, rests, and how long a presence is believed.

    Times in seconds; `zone` says where a day begins and in which time shifts are written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    same_language_first: bool
    skilled_first: bool
    max_customers_a_day: int = Field(ge=1)
    max_contacts_a_day: int = Field(ge=1)
    rest_after_abuse: int = Field(ge=0, le=86_400)
    presence_expires_after: int = Field(ge=1, le=86_400)
    zone: str

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("is no IANA time zone")
        return name


class HandlingPolicy(BaseModel):
    """Who works: whether a case outside the owner's field goes to the department that serves it (FC-6)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outside_field_to_serving_department: bool


class HoursPolicy(BaseModel):
    """When the house is open: for times that count only then. Slots as ["09:00", "12:00"], days 1 for Monday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(min_length=1)
    slots: tuple[tuple[Clock, Clock], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "HoursPolicy":
        clocks = [clock for slot in self.slots for clock in slot]
        if clocks != sorted(set(clocks)):
            raise ValueError("slots must follow each other within a day")
        if self.zone not in available_timezones():
            raise ValueError(f"{self.zone!r} is no IANA time zone")
        return self


class TransferPolicy(BaseModel):
    """How work is handed over: the packet (FC-7), times to answer (FC-8) and decide (FC-10), hops (FC-11). Seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    packet: tuple[Literal["facts", "demand", "problem", "measures", "promised_at"], ...]
    answer_within: int = Field(ge=1)
    answer_within_s1: int = Field(ge=1)
    decide_within: int = Field(ge=1, le=1_000_000)
    max_hops: int = Field(ge=0)
    own_field_on_the_spot: bool
    accused_never_handles: bool


class QueuePolicy(BaseModel):
    """In which order complaints wait (section 1.3): points of severity, grade and time, and where P1 to P3 begin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: dict[Severity, float]
    grade: dict[Grade, float]
    time_weight: float = Field(ge=0)
    p1_from: float
    p2_from: float
    p3_from: float

    @model_validator(mode="after")
    def _all_named(self) -> "QueuePolicy":
        if set(self.severity) != set(Severity) or set(self.grade) != set(Grade):
            raise ValueError("every severity and every grade has its points")
        return self


class ChasePolicy(BaseModel):
    """How often an idle handler is to be chased, in seconds (FC-18), and what missing it weighs in a report (FC-19)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int = Field(ge=60)
    every_s1: int = Field(ge=60)
    points_no_harm: int = Field(ge=0)
    points_harm: int = Field(ge=0)
    points_grave: int = Field(ge=0)


class RemedyPolicy(BaseModel):
    """Who may grant how much, in the smallest unit of money (REM-1 to REM-5, REM-8), until when it is paid (REM-7), and
    whether a disputed charge is frozen during the case (REM-9).

    limits: by rank, 1 first; conditions: words that tie what is owed to a sale (REM-10); pay_within: seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: tuple[int, int, int]
    times_limit_in_a_year: int = Field(ge=1)
    goodwill_percent: int = Field(ge=0, le=100)
    legal_skill: str
    pay_within: int = Field(ge=1)
    freeze_disputed_charge: bool
    conditions: tuple[str, ...]


class ContactPolicy(BaseModel):
    """After how many seconds away the team hears of a later contact instead of the owner, and whether its answer goes
    out without the owner's word (FC-20)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner_away_for: int = Field(ge=0, le=86_400)
    stand_in_answers_at_once: bool


class KnowledgePolicy(BaseModel):
    """From which rank on somebody approves standard answers of others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approve_from_rank: int = Field(ge=1)


class LateScheme(BaseModel):
    """What is owed of itself (REM-6), in the smallest unit: for each day begun of a late repair up to `cap` (0: none), for a
    missed visit, and for each day of a late start. A repair is late `after` seconds of open hours from the PROMISE for
    it, or from the REPORT.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts_from: Literal["PROMISE", "REPORT"]
    after: int = Field(default=0, ge=0, le=1_000_000)
    per_day: int = Field(ge=0)
    cap: int = Field(default=0, ge=0)
    missed_visit: int = Field(default=0, ge=0)
    late_start_per_day: int = Field(default=0, ge=0)


class LatePolicy(BaseModel):
    """Which scheme of automatic compensation is switched on; none if `scheme` is empty (REM-6)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str
    schemes: dict[str, LateScheme]

    @model_validator(mode="after")
    def _is_there(self) -> "LatePolicy":
        if self.scheme and self.scheme not in self.schemes:
            raise ValueError(f"there is no scheme {self.scheme!r}")
        return self

    def active(self) -> LateScheme | None:
        """The scheme that is switched on."""
        return self.schemes.get(self.scheme)


class AnswerTimePolicy(BaseModel):
    """Until when the house answers its owner, in seconds of open hours (FC-14), and what a department that is asked has:
    at most a share of the customer's time that is left, in percent, but no less than `task_at_least` (FC-16).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    within: dict[AnswerField, Annotated[int, Field(ge=1, le=1_000_000)]]
    above_branch_from_rank: int = Field(ge=2)
    task_percent: int = Field(ge=1, le=100)
    task_at_least: int = Field(ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _all_named(self) -> "AnswerTimePolicy":
        if set(self.within) != set(AnswerField):
            raise ValueError("every answer field has its time")
        return self


class AnswerPolicy(BaseModel):
    """Whether and how long what a handler writes waits for the owner (FC-13): seconds of open hours, for S1 of any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner_releases: bool
    release_within: int = Field(ge=1, le=1_000_000)
    release_within_s1: int = Field(ge=1)


class WaitPolicy(BaseModel):
    """How many failed calls are evidence (PAU-2), and how long a single wait may be, in seconds (PAU-5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    failed_calls: int = Field(ge=1)
    longest: int = Field(ge=1)


class AppealPolicy(BaseModel):
    """Until when a customer may appeal, and a senior person decides (of open hours); in seconds (FC-22).

    after_close_on: the grounds of a close that can be appealed; the denial of an appeal never can.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    appeal_within: int = Field(ge=1)
    after_close_on: tuple[ClosingGround, ...]
    decide_within: int = Field(ge=1, le=1_000_000)


class WorkPolicy(BaseModel):
    """How many of the six steps come before the resolution, which words alone resolve nothing (FC-12), and whether a
    repeat is resolved only once it is known why it came again (REP-6)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps_before_resolution: int = Field(ge=4, le=5)
    repeat_reason_needed: bool
    no_reason_by_themselves: tuple[str, ...]


class EndingPolicy(BaseModel):
    """Which words of a customer open a complaint again (FU-7), and whether silence closes it (FU-8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reopen_on: tuple[ReopenReason, ...]
    silence_closes: bool


class KeyAccountPolicy(BaseModel):
    """Whose complaints a desk of their own works on: customers of these grades, where there is such a department."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grades: tuple[Grade, ...]
    department: str


class TalkStyle(BaseModel):
    """What helps with a motive; written_only: nothing is said that is not written; from_rank: who talks at least."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    chinese: str = Field(alias="zh-CN", min_length=1)
    english: str = Field(alias="en", min_length=1)
    written_only: bool = False
    from_rank: int = Field(default=1, ge=1, le=4)


class TalkPolicy(BaseModel):
    """How to talk to a customer, by motive (section 8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    styles: dict[Motive, TalkStyle]

    @model_validator(mode="after")
    def _all_named(self) -> "TalkPolicy":
        if set(self.styles) != set(Motive):
            raise ValueError("every motive has its style")
        return self


class CallPolicy(BaseModel):
    """When customers are called, in their time: slots of a day as ["09:00", "12:00"], how many days ahead, how many are
    proposed; after how many seconds again (FU-4), and within how many who hung up is called back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    slots: tuple[tuple[Clock, Clock], ...] = Field(min_length=1)
    days_ahead: int = Field(ge=0, le=30)
    proposed: int = Field(ge=1, le=20)
    apart: int = Field(ge=0, le=604_800)
    call_back_within: int = Field(ge=1, le=604_800)

    @model_validator(mode="after")
    def _in_order(self) -> "CallPolicy":
        if any(start >= end for start, end in self.slots):
            raise ValueError("a slot ends after it starts")
        if self.zone not in available_timezones():
            raise ValueError(f"{self.zone!r} is no IANA time zone")
        return self


class UrgencyPolicy(BaseModel):
    """Of which urgency the customer hears again after how many seconds, and how many points it weighs in a queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    news_every: dict[Urgency, Annotated[int, Field(ge=60, le=2_592_000)]]
    points: dict[Urgency, Annotated[float, Field(ge=0, le=100)]]

    @model_validator(mode="after")
    def _all_named(self) -> "UrgencyPolicy":
        if set(self.points) != set(Urgency):
            raise ValueError("every urgency has its points")
        return self


class EscalationPolicy(BaseModel):
    """From which rung of the ladder on a complaint is shown to staff as escalated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown_from: EscalationLevel


class RoutingPolicy(Policy):
    """Everything routing decides by, except the directory of staff."""

    ownership: OwnershipPolicy
    assignment: AssignmentPolicy
    handling: HandlingPolicy
    hours: HoursPolicy
    transfer: TransferPolicy
    work: WorkPolicy
    remedy: RemedyPolicy
    late: LatePolicy
    knowledge: KnowledgePolicy
    queue: QueuePolicy
    chase: ChasePolicy
    contact: ContactPolicy
    answer_time: AnswerTimePolicy
    answer: AnswerPolicy
    wait: WaitPolicy
    appeal: AppealPolicy
    ending: EndingPolicy
    escalation: EscalationPolicy
    key_accounts: KeyAccountPolicy
    talk: TalkPolicy
    calls: CallPolicy
    urgency: UrgencyPolicy
