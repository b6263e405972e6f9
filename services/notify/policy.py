"""The numbers by which notify decides and hands over; default_policy.toml has the defaults."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.events.vocabulary import Channel, Language, MessageKind, PromiseKind
from shared.runtime.policy import Policy


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


class HandoverPolicy(BaseModel):
    """How messages are handed to the provider. Times in seconds; the lease must outlast several timeouts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: int = Field(ge=1, le=500)
    ahead: int = Field(ge=1, le=5000)
    timeout: float = Field(gt=0)
    lease: float = Field(gt=0)
    look_for_lost: float = Field(gt=0)

    @model_validator(mode="after")
    def _lease_outlasts_the_timeout(self) -> Self:
        if self.lease < 3 * self.timeout:
            raise ValueError("lease must be at least three times timeout")
        return self


class RetryPolicy(BaseModel):
    """How often, and after how many seconds, a message that the provider did not take is tried again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempts: int = Field(ge=1, le=1000)
    first_after: float = Field(ge=0)
    longest: float = Field(ge=0)


class NotifyPolicy(Policy):
    """Everything notify decides by. `texts` replaces single texts of templates.toml."""

    zone: Annotated[str, AfterValidator(_known_zone)]
    staff_language: Language
    served_channels: tuple[Channel, ...]
    late_told_for: tuple[PromiseKind, ...]
    handover: HandoverPolicy
    retry: RetryPolicy
    texts: dict[MessageKind, dict[Language, str]] = Field(default_factory=dict)
