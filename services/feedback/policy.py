"""The numbers by which feedback decides; default_policy.toml has the defaults."""

from pydantic import BaseModel, ConfigDict, Field

from shared.runtime.policy import Policy


class QuestionPolicy(BaseModel):
    """Seconds after the resolution at which the customer is asked (FU-2), and until which an answer counts (FU-8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask_after: float = Field(ge=0)
    answer_within: float = Field(gt=0)


class JudgementPolicy(BaseModel):
    """Scores from 1 to 5 at which a customer counts as satisfied (OF-2) or dissatisfied (FU-7)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    satisfied_score_from: int = Field(ge=1, le=5)
    satisfied_impression_from: int = Field(ge=1, le=5)
    dissatisfied_mean_up_to: float = Field(ge=1, le=5)


class FeedbackPolicy(Policy):
    """Everything feedback decides by."""

    question: QuestionPolicy
    judgement: JudgementPolicy
