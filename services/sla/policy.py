"""The numbers by which sla decides; default_policy.toml has the defaults. Times in seconds."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.events.vocabulary import EscalationLevel, Grade, PromiseKind, Role, Severity
from shared.runtime.policy import Policy

Seconds: TypeAlias = Annotated[float, Field(gt=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
Factor: TypeAlias = Annotated[float, Field(gt=0, le=1)]
WarningLevel: TypeAlias = Literal[EscalationLevel.W1, EscalationLevel.W2]

EVERYBODY = "ALL"
"""What stands in place of a cell where all customers are promised the same."""

MATRIX_GRADES = (Grade.K, Grade.V, Grade.S)
MATRIX_KINDS = (PromiseKind.CONTACT, PromiseKind.UPDATE, PromiseKind.SOLVE)


def _every(*names: str) -> AfterValidator:
    """Refuse a table that does not have exactly these entries."""

    def check(table: dict[str, object]) -> dict[str, object]:
        if set(table) != set(names):
            raise ValueError(f"must have exactly {', '.join(names)}")
        return table

    return AfterValidator(check)


def _ascending(shares: dict[WarningLevel, float]) -> dict[WarningLevel, float]:
    in_order = [shares[level] for level in sorted(shares)]
    if any(not 0 < share < 1 for share in in_order) or in_order != sorted(set(in_order)):
        raise ValueError("shares must lie between 0 and 1 and grow from W1 to W2")
    return shares


Cell: TypeAlias = Annotated[dict[PromiseKind, Seconds], _every(*MATRIX_KINDS)]
Row: TypeAlias = Annotated[dict[Grade, Cell], _every(*MATRIX_GRADES)]
Matrix: TypeAlias = Annotated[dict[Severity, Row], _every(*Severity)]
Shares: TypeAlias = Annotated[dict[WarningLevel, float], AfterValidator(_ascending)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RepeatedPolicy(_Part):
    """SLA-F: what a repetition changes; `raised_before` are severity rules that say that intake raised it."""

    from_index: int = Field(ge=2)
    severity_steps: int = Field(ge=0, le=3)
    raised_before: tuple[str, ...]
    solve_factor: Factor


class ReopenedPolicy(_Part):
    """FU-7: how much of its time a resolution has the next time."""

    solve_factor: Factor


class WarningPolicy(_Part):
    """Section 5: shares of the time used at which a level is reached; `critical` in their place for S1."""

    shares: Shares
    critical: Shares | None = None


class SlaPolicy(Policy):
    """Everything sla decides by."""

    acknowledge: Seconds
    matrix: Matrix
    repeated: RepeatedPolicy
    reopened: ReopenedPolicy
    warnings: Annotated[dict[PromiseKind, WarningPolicy], _every(*PromiseKind)]
    told: dict[EscalationLevel, tuple[Role, ...]]

    @model_validator(mode="after")
    def _somebody_is_told_of_a_breach(self) -> Self:
        if not self.told.get(EscalationLevel.L1):
            raise ValueError("told.L1 must name who is told of a breach")
        return self
