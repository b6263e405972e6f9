"""The numbers and the catalogue by which marketing decides; default_policy.toml has the defaults."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.vocabulary import Channel, Grade, Language, Severity
from shared.runtime.policy import Policy


class OfferFamily(StrEnum):
    """The sixteen kinds of offers, and the rest. A remedy is none of them (REM-10)."""

    CALL_TIME_PERIODS = "CALL_TIME_PERIODS"
    PAYMENT_METHOD = "PAYMENT_METHOD"
    NUMBER_CHOICE = "NUMBER_CHOICE"
    TENURE = "TENURE"
    POINTS = "POINTS"
    CUSTOMER_CHAIN = "CUSTOMER_CHAIN"
    CHAIN_POINTS = "CHAIN_POINTS"
    BUNDLE = "BUNDLE"
    COMBINATION = "COMBINATION"
    MONTHLY_GROWTH = "MONTHLY_GROWTH"
    YEARLY_BEST_CUSTOMER = "YEARLY_BEST_CUSTOMER"
    SERVICE_CHANNEL = "SERVICE_CHANNEL"
    PREPAYMENT_PERIODS = "PREPAYMENT_PERIODS"
    NEW_PRODUCTS = "NEW_PRODUCTS"
    KNOWLEDGE_CONTEST = "KNOWLEDGE_CONTEST"
    SUGGESTION_REWARD = "SUGGESTION_REWARD"
    OTHER = "OTHER"


class GatePolicy(BaseModel):
    """Who is left in peace: severe failures (OF-5) and second failures (OF-6). Times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    never_after_severities: tuple[Severity, ...]
    never_after_case_types: tuple[str, ...]
    highest_repeat_index: int = Field(ge=1)
    most_reopenings: int = Field(ge=0)
    most_complaints: int = Field(ge=1)
    complaints_within: float = Field(gt=0)


class CapPolicy(BaseModel):
    """How many offers one customer hears of within so many seconds (CAP-2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most_offers: int = Field(ge=0)
    within: float = Field(gt=0)


class ChoicePolicy(BaseModel):
    """From which fit on, 0 to 1, an offer is better than none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_fit: float = Field(ge=0, le=1)


class FitPolicy(BaseModel):
    """The needs that an offer meets; an empty list asks for nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    severities: tuple[Severity, ...] = ()
    channels: tuple[Channel, ...] = ()

    @model_validator(mode="after")
    def _something_is_listed(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError(
                "list at least one kind of need, or everything would fit|至少列出一类需求，否则任何情况都适用"
            )
        return self


class OfferTemplate(BaseModel):
    """An offer of the catalogue; `offered = false` takes it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: OfferFamily
    offered: bool = True
    fits: FitPolicy
    texts: dict[Language, str]

    @model_validator(mode="after")
    def _adviser_reads_both_languages(self) -> Self:
        if set(self.texts) != set(Language) or not all(text.strip() for text in self.texts.values()):
            raise ValueError("texts are needed in zh-CN and en|zh-CN 和 en 两种文本都必须填写")
        return self


class MarketingPolicy(Policy):
    """Everything marketing decides by."""

    gate: GatePolicy
    cap: CapPolicy
    choice: ChoicePolicy
    offers: dict[str, OfferTemplate]
