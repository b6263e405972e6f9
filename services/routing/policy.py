"""The choices by which routing decides; default_policy.toml has the defaults."""

from pydantic import BaseModel, ConfigDict, Field

from shared.events.vocabulary import EscalationLevel, ReopenReason
from shared.runtime.policy import Policy


class OwnershipPolicy(BaseModel):
    """Who answers: for a repeat the earlier owner (FC-20), else first a speaker of the language (FC-3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeat_to_earlier_owner: bool
    same_language_first: bool


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
    handling: HandlingPolicy
    work: WorkPolicy
    ending: EndingPolicy
    escalation: EscalationPolicy
