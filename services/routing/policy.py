"""The choices by which routing decides; default_policy.toml has the defaults."""

from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.events.vocabulary import EscalationLevel, ReopenReason
from shared.runtime.policy import Policy


class OwnershipPolicy(BaseModel):
    """Who answers: for a repeat the earlier owner (FC-20)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeat_to_earlier_owner: bool


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


class WorkPolicy(BaseModel):
    """How many of the six steps come before the resolution, and which words alone resolve nothing (FC-12)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps_before_resolution: int = Field(ge=4, le=5)
    no_reason_by_themselves: tuple[str, ...]


class EndingPolicy(BaseModel):
    """Which words of a customer open a complaint again (FU-7), and whether silence closes it (FU-8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reopen_on: tuple[ReopenReason, ...]
    silence_closes: bool


class EscalationPolicy(BaseModel):
    """From which rung of the ladder on a complaint is shown to staff as escalated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown_from: EscalationLevel


class RoutingPolicy(Policy):
    """Everything routing decides by, except the directory of staff."""

    ownership: OwnershipPolicy
    assignment: AssignmentPolicy
    handling: HandlingPolicy
    work: WorkPolicy
    ending: EndingPolicy
    escalation: EscalationPolicy
