"""The part of the policy that says who answers, who works, and until when."""

from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.events.vocabulary import AnswerField, Grade, TransferReason

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class AskedBy(StrEnum):
    """What counts among people who were asked at once: whose business it is, or who stands higher."""

    BUSINESS = "BUSINESS"
    RANK = "RANK"


class OwnershipPolicy(BaseModel):
    """Who answers: for a call who took it, unless calls are assigned too (FC-1); for a repeat the earlier owner (FC-20), of
    several asked at once the first by this list (FC-4), never the accused (FC-21); after how much absence somebody else may
    (FC-9), and how soon a superior hears that responsibility is unclear (FC-15), in seconds of open hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taker_owns: bool
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
            raise ValueError("is no IANA time zone|不是 IANA 时区")
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
            raise ValueError("slots must follow each other within a day|时段须按一天内的先后排列，不得重叠")
        if self.zone not in available_timezones():
            raise ValueError(f"{self.zone!r} is no IANA time zone|{self.zone!r} 不是 IANA 时区")
        return self


class TransferPolicy(BaseModel):
    """How work is handed over: for which reasons (FC-6), the packet (FC-7), times to answer (FC-8) and decide (FC-10), hops
    (FC-11). Seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reasons: tuple[TransferReason, ...] = Field(min_length=1)
    packet: tuple[Literal["facts", "demand", "problem", "measures", "promised_at"], ...]
    answer_within: int = Field(ge=1)
    answer_within_s1: int = Field(ge=1)
    decide_within: int = Field(ge=1, le=1_000_000)
    max_hops: int = Field(ge=0)
    own_field_on_the_spot: bool
    accused_never_handles: bool


class ChasePolicy(BaseModel):
    """How often an idle handler is to be chased, in seconds (FC-18), whether colleagues of the owner chase other departments
    as well (FC-2), and what missing it weighs in a report (FC-19)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int = Field(ge=60)
    every_s1: int = Field(ge=60)
    by_department: bool
    points_no_harm: int = Field(ge=0)
    points_harm: int = Field(ge=0)
    points_grave: int = Field(ge=0)


class ContactPolicy(BaseModel):
    """After how many seconds away the team hears of a later contact instead of the owner, and whether its answer goes
    out without the owner's word (FC-20)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner_away_for: int = Field(ge=0, le=86_400)
    stand_in_answers_at_once: bool


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
            raise ValueError("every answer field has its time|每类答复事项都必须有时限")
        return self


class KeyAccountPolicy(BaseModel):
    """Whose complaints a desk of their own works on: customers of these grades, where there is such a department."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grades: tuple[Grade, ...]
    department: str
