"""The numbers and words by which intake decides; default_policy.toml has the defaults."""

import re
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from shared.events.vocabulary import Grade, Motive, PriorityClass, Severity, Tag
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
    """Seconds after a resolution within which the same cause is a repeat, and opens it again (REP-3, REP-4).

    similarity: of two texts that say the same (REP-1); compared: how many complaints of a customer are looked at.
    """

    within: float = Field(ge=0)
    reopen_within: float = Field(ge=0)
    similarity: float = Field(ge=0, le=1)
    compared: int = Field(ge=1, le=20)


class SuperiorPolicy(_Part):
    """From which round on a superior may be asked for before the first contact is due, as sla has it (section 5)."""

    from_round: int = Field(ge=1)


class GradePolicy(_Part):
    """Who is a key account (GRD-K), and from how many stars on, and in which best share by value, a VIP (GRD-V)."""

    key_segments: tuple[str, ...]
    contract_is_key: bool
    star_from: int = Field(ge=1)
    best_share: float = Field(ge=0, le=1)


class ProfileSection(_Part):
    """How much a section weighs; complete with these fields, or with so many entries."""

    weight: float = Field(gt=0)
    fields: tuple[str, ...] = ()
    entries: int = Field(1, ge=1)


class ProfilePolicy(_Part):
    """What makes the profile of a key account complete."""

    sections: dict[str, ProfileSection] = Field(min_length=1)


class EverywherePolicy(_Part):
    """From how many customers, or key accounts, on a category is critical wherever they are (SEV-1)."""

    customers_from: int = Field(ge=2)
    key_accounts_from: int = Field(ge=1)


class IncidentPolicy(_Part):
    """From how many like complaints of one area within `window` seconds on there is an incident (REP-8, SEV-1)."""

    window: float = Field(gt=0)
    look_every: float = Field(gt=0)
    propose_from: int = Field(ge=2)
    open_from: int = Field(ge=2)
    customers_from: int = Field(ge=2)
    key_accounts_from: int = Field(ge=1)
    severity: Severity
    everywhere: EverywherePolicy


class SuggestionPolicy(_Part):
    """How likely a category is at least to be suggested, and how many are at most."""

    likely_from: float = Field(ge=0, le=1)
    most: int = Field(ge=1, le=10)


class PastPolicy(_Part):
    """From how many repeats, complaints and open ones on somebody is told (REP-5, REP-7, REP-10)."""

    team_lead_from: int = Field(ge=2)
    review_from: int = Field(ge=2)
    period: float = Field(gt=0)
    frequent_from: int = Field(ge=1)
    groundless_from: int = Field(ge=0)
    most_open_online: int = Field(ge=1)


class DutyPolicy(_Part):
    """Seconds within which a caller is identified (GRD-U), and a service frozen that bears one of these tags (SEV-1)."""

    identify_within: float = Field(gt=0)
    freeze_within: float = Field(gt=0)
    freeze_for: tuple[Tag, ...]


class PartsPolicy(_Part):
    """Seconds after the first part of a long message from which on missing parts are not waited for."""

    wait: float = Field(gt=0)


class CallPolicy(_Part):
    """Seconds without news after which a call is judged: `quiet` once it is over, `longest` while it is not."""

    quiet: float = Field(gt=0)
    longest: float = Field(gt=0)


class FormPolicy(_Part):
    """Seconds between which a page may come back filled in, and the origins that may show it in a frame."""

    fastest: float = Field(ge=0)
    valid: float = Field(gt=0)
    embed_in: tuple[str, ...]

    @field_validator("embed_in")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "'self'" and not re.fullmatch(r"https://[A-Za-z0-9.*-]+(:\d+)?", origin):
                raise ValueError(
                    f"{origin} is no origin like https://www.example.com"
                    f"|{origin} 不是形如 https://www.example.com 的来源"
                )
        return value


class AttachmentPolicy(_Part):
    """Bytes of a file, files of a complaint, and kinds of files, at most these."""

    largest: int = Field(gt=0, le=20 * 1024 * 1024)
    most: int = Field(ge=0)
    types: tuple[str, ...]


class VisitPolicy(_Part):
    """What one visitor without a token may do a minute: see `pages`, send `forms`, add `files`, make `guesses`.

    A guess is a provider's address with a wrong token; who has a right one is never refused.
    shared: networks whose addresses stand for many people; remembered: visitors at most, in each process.
    """

    pages: float = Field(ge=1)
    forms: float = Field(ge=1)
    files: float = Field(ge=1)
    guesses: float = Field(ge=1)
    remembered: int = Field(ge=1)
    shared: tuple[IPv4Network | IPv6Network, ...]


class RefusalPolicy(_Part):
    """Words that refuse offers when they are a whole text message (OF-7)."""

    words: tuple[str, ...] = Field(min_length=1)


class ReceiptPolicy(_Part):
    """The zone whose date stands in a receipt number, and in which customers whose own is not known read times (CAL-3)."""

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
    """A text with one of these words has this severity, by this rule, is about this, and bears this tag.

    topic: people also only ask about it, so it tells of no trouble by itself. unless: phrases in which a word does
    not count, as "court" in "tennis court".
    """

    rule: str
    severity: Severity | None = None
    tag: Tag | None = None
    topic: bool = False
    case_type: CaseType | None = None
    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()


class HeadingPolicy(_Part):
    """Up to so many words that name one of these matters, with none that asks, are the heading of a complaint."""

    longest: int = Field(ge=0)
    matters: tuple[str, ...]
    asks: tuple[str, ...]


class OutagePolicy(_Part):
    """A line without service is this severe for customers of these grades (SEV-1)."""

    rule: str
    severity: Severity
    grades: tuple[Grade, ...]


class RepeatedPolicy(_Part):
    """From which time on that it is said a complaint is so many steps more severe (REP-5)."""

    rule: str
    from_index: int = Field(ge=2)
    steps: int = Field(ge=0, le=3)


class SeverityPolicy(_Part):
    """Word rules in the order in which they are tried, and what holds where none fits (SEV-1..4)."""

    default: Severity
    default_rule: str
    amount: AmountPolicy
    outage: OutagePolicy
    repeated: RepeatedPolicy
    words: dict[str, WordsPolicy]


class AbusePolicy(_Part):
    """Words of callers who abuse our staff."""

    words: tuple[str, ...]


class RiskPolicy(_Part):
    """Points for each tag, each motive, each broken promise and each repetition, and the highest sum."""

    highest: int = Field(ge=0, le=100)
    broken_promise: int = Field(ge=0)
    repeat: int = Field(ge=0)
    tags: dict[Tag, int]
    motives: dict[Motive, int]


class WeightPolicy(_Part):
    """How much each part adds to the priority at most."""

    severity: float = Field(ge=0)
    grade: float = Field(ge=0)
    time: float = Field(ge=0)
    repeat: float = Field(ge=0)
    risk: float = Field(ge=0)


class SensitivePolicy(_Part):
    """A period of the year, both days included, each as month and day."""

    first: tuple[int, int]
    last: tuple[int, int]


class PriorityPolicy(_Part):
    """The parts of the priority score; `classes` are tried in their order, each from its score on."""

    weight: WeightPolicy
    severity: dict[Severity, float]
    grade: dict[Grade, float]
    most_repeats: int = Field(ge=2)
    classes: dict[PriorityClass, float]
    sensitive_points: float = Field(ge=0)
    sensitive: tuple[SensitivePolicy, ...]


class IntakePolicy(Policy):
    """Everything intake decides by."""

    door: DoorPolicy
    phone: PhonePolicy
    language: LanguagePolicy
    repeat: RepeatPolicy
    past: PastPolicy
    superior: SuperiorPolicy
    duties: DutyPolicy
    grade: GradePolicy
    incident: IncidentPolicy
    suggestion: SuggestionPolicy
    profile: ProfilePolicy
    receipt: ReceiptPolicy
    parts: PartsPolicy
    refusal: RefusalPolicy
    calls: CallPolicy
    form: FormPolicy
    attachments: AttachmentPolicy
    visits: VisitPolicy
    severity: SeverityPolicy
    abuse: AbusePolicy
    trouble: tuple[str, ...]
    headings: HeadingPolicy
    risk: RiskPolicy
    priority: PriorityPolicy
