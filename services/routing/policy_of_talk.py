"""The part of the policy about the talk with customers: answers, calls, and what helps with whom."""

from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.vocabulary import Motive

from .policy_of_ownership import Clock


class AnswerPolicy(BaseModel):
    """Whether and how long what a handler writes waits for the owner (FC-13): seconds of open hours, for S1 of any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner_releases: bool
    release_within: int = Field(ge=1, le=1_000_000)
    release_within_s1: int = Field(ge=1)


class KnowledgePolicy(BaseModel):
    """From which rank on somebody approves standard answers of others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approve_from_rank: int = Field(ge=1)


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
            raise ValueError("every motive has its style|每种诉求动机都必须有沟通方式")
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
            raise ValueError("a slot ends after it starts|时段的结束必须晚于开始")
        if self.zone not in available_timezones():
            raise ValueError(f"{self.zone!r} is no IANA time zone|{self.zone!r} 不是 IANA 时区")
        return self
