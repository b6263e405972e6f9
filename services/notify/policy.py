"""The numbers by which notify decides and hands over; default_policy.toml has the defaults."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.events.vocabulary import (
    Channel,
    ClosingGround,
    Duty,
    EscalationLevel,
    Language,
    MessageKind,
    PromiseKind,
    Role,
)
from shared.runtime.policy import Policy

from .past import Past


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"there is no time zone {name!r}|没有时区 {name!r}") from error
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
            raise ValueError("lease must be at least three times timeout|lease 至少应为 timeout 的三倍")
        return self


class RetryPolicy(BaseModel):
    """How often, and after how many seconds, a message that the provider did not take is tried again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempts: int = Field(ge=1, le=1000)
    first_after: float = Field(ge=0)
    longest: float = Field(ge=0)


class DeskPolicy(BaseModel):
    """The mailbox of a function, not of a person: what is sent there may be read by whoever is on duty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel
    address: str = Field(min_length=3, max_length=200)


BY_DESK = (Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY, Role.FRAUD_DESK)
"""The roles that are reached over a desk; owners and team leads are reached as themselves."""


def _reached(role: Role) -> Role:
    if role not in {Role.OWNER, Role.TEAM_LEAD, *BY_DESK}:
        raise ValueError(f"{role} is not reached about every complaint|并非每件投诉都能联系到 {role}")
    return role


Told = tuple[Annotated[Role, AfterValidator(_reached)], ...]
"""Roles that are reached about any complaint."""


class NotifyPolicy(Policy):
    """Everything notify decides by. `texts` replaces single texts of templates.toml."""

    zone: Annotated[str, AfterValidator(_known_zone)]
    staff_language: Language
    served_channels: tuple[Channel, ...]
    late_told_for: tuple[PromiseKind, ...]
    moved_told_for: tuple[PromiseKind, ...]
    closing_told_on: tuple[ClosingGround, ...]
    warned: dict[EscalationLevel, Told]
    unroutable_told: Told
    freeze_told: Told
    overdue_told: dict[Duty, Told]
    past_told: dict[Past, Told]
    desks: dict[Role, DeskPolicy]
    handover: HandoverPolicy
    retry: RetryPolicy
    texts: dict[MessageKind, dict[Language, str]] = Field(default_factory=dict)

    @field_validator("desks")
    @classmethod
    def _are_desks(cls, desks: dict[Role, DeskPolicy]) -> dict[Role, DeskPolicy]:
        if others := [role for role in desks if role not in BY_DESK]:
            raise ValueError(f"{others[0]} has no desk|{others[0]} 不通过公共邮箱联系")
        return desks
