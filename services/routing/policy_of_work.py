"""The part of the policy that says how it is worked on, how it waits, and how it ends."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.vocabulary import ClosingGround, EscalationLevel, Grade, ReopenReason, Severity, Urgency


class RaisedBy(StrEnum):
    """What can make a complaint more severe after it was heard of."""

    GRADE = "GRADE"
    INCIDENT = "INCIDENT"
    CONTACT = "CONTACT"


class QueuePolicy(BaseModel):
    """In which order complaints wait (section 1.3): points of severity, grade and time, where P1 to P3 begin, and what
    makes a complaint wait further up that has begun to wait already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: dict[Severity, float]
    grade: dict[Grade, float]
    time_weight: float = Field(ge=0)
    p1_from: float
    p2_from: float
    p3_from: float
    raised_by: tuple[RaisedBy, ...]

    @model_validator(mode="after")
    def _all_named(self) -> "QueuePolicy":
        if set(self.severity) != set(Severity) or set(self.grade) != set(Grade):
            raise ValueError(
                "every severity and every grade has its points|每个严重程度和每个客户等级都必须有分值"
            )
        return self


class UrgencyPolicy(BaseModel):
    """Of which urgency the customer hears again after how many seconds, and how many points it weighs in a queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    news_every: dict[Urgency, Annotated[int, Field(ge=60, le=2_592_000)]]
    points: dict[Urgency, Annotated[float, Field(ge=0, le=100)]]

    @model_validator(mode="after")
    def _all_named(self) -> "UrgencyPolicy":
        if set(self.points) != set(Urgency):
            raise ValueError("every urgency has its points|每个紧急程度都必须有分值")
        return self


class EscalationPolicy(BaseModel):
    """From which rung of the ladder on a complaint is shown to staff as escalated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown_from: EscalationLevel


class WorkPolicy(BaseModel):
    """How many of the six steps come before the resolution, which words alone resolve nothing (FC-12), and whether a
    repeat is resolved only once it is known why it came again (REP-6)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps_before_resolution: int = Field(ge=4, le=5)
    repeat_reason_needed: bool
    no_reason_by_themselves: tuple[str, ...]


class WaitPolicy(BaseModel):
    """How many failed calls are evidence (PAU-2), and how long a single wait may be, in seconds (PAU-5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    failed_calls: int = Field(ge=1)
    longest: int = Field(ge=1)


class AppealPolicy(BaseModel):
    """Until when a customer may appeal, and a senior person decides (of open hours); in seconds (FC-22).

    most_deciders: so many people have it, one after the other, where nobody decides in time. after_close_on: the
    grounds of a close that can be appealed; the denial of an appeal never can.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    appeal_within: int = Field(ge=1)
    after_close_on: tuple[ClosingGround, ...]
    decide_within: int = Field(ge=1, le=1_000_000)
    most_deciders: int = Field(ge=1, le=10)


class EndingPolicy(BaseModel):
    """Which words of a customer open a complaint again (FU-7), and whether silence closes it (FU-8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reopen_on: tuple[ReopenReason, ...]
    silence_closes: bool
