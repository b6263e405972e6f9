"""The numbers and words by which intake decides; default_policy.toml has the defaults."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from shared.events.vocabulary import Severity
from shared.runtime.policy import Policy

from .case_type import CaseType


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DoorPolicy(_Part):
    """Which times of occurrence can be right: from `earliest` to `clock_tolerance` seconds after now."""

    earliest: AwareDatetime
    clock_tolerance: float = Field(ge=0)


class PhonePolicy(_Part):
    """region: where numbers without country code are dialled (ISO 3166); withheld: names of hidden callers."""

    region: str = Field(pattern="^[A-Z]{2}$")
    withheld: tuple[str, ...]


class LanguagePolicy(_Part):
    """A text is Chinese from this share of Chinese characters on."""

    chinese_share_from: float = Field(ge=0, le=1)


class RepeatPolicy(_Part):
    """Seconds after a resolution within which the same cause counts as repeated (REP-3)."""

    within: float = Field(ge=0)


class ReceiptPolicy(_Part):
    """The zone whose date stands in a receipt number, and in which times are shown to customers."""

    zone: str

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        ZoneInfo(value)
        return value


class AmountPolicy(_Part):
    """A disputed amount from `monthly_fees` times the monthly fee on is severe (SEV-2)."""

    rule: str
    severity: Severity
    monthly_fees: Decimal = Field(gt=0)
    usual_monthly_fee: Decimal = Field(gt=0)


class WordsPolicy(_Part):
    """A text with one of these words has this severity, by this rule, and is about this."""

    rule: str
    severity: Severity
    case_type: CaseType | None = None
    words: tuple[str, ...] = Field(min_length=1)


class SeverityPolicy(_Part):
    """Word rules in the order in which they are tried, and what holds where none fits (SEV-1..4)."""

    default: Severity
    default_rule: str
    amount: AmountPolicy
    words: dict[str, WordsPolicy]


class AbusePolicy(_Part):
    """Words of callers who abuse our staff."""

    words: tuple[str, ...]


class IntakePolicy(Policy):
    """Everything intake decides by."""

    door: DoorPolicy
    phone: PhonePolicy
    language: LanguagePolicy
    repeat: RepeatPolicy
    receipt: ReceiptPolicy
    severity: SeverityPolicy
    abuse: AbusePolicy
