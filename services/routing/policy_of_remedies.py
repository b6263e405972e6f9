"""The part of the policy about what is owed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class RemedyPolicy(BaseModel):
    """Who may grant how much, in the smallest unit of money (REM-1 to REM-5, REM-8), until when it is paid (REM-7), and
    whether a disputed charge is frozen during the case (REM-9).

    limits: by rank, 1 first; conditions: words that tie what is owed to a sale (REM-10); pay_within: seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: tuple[int, int, int]
    times_limit_in_a_year: int = Field(ge=1)
    goodwill_percent: int = Field(ge=0, le=100)
    legal_skill: str
    pay_within: int = Field(ge=1)
    freeze_disputed_charge: bool
    conditions: tuple[str, ...]


class LateScheme(BaseModel):
    """What is owed of itself (REM-6), in the smallest unit: for each day begun of a late repair up to `cap` (0: none), for a
    missed visit, and for each day of a late start. A repair is late `after` seconds of open hours from the PROMISE for
    it, or from the REPORT.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts_from: Literal["PROMISE", "REPORT"]
    after: int = Field(default=0, ge=0, le=1_000_000)
    per_day: int = Field(ge=0)
    cap: int = Field(default=0, ge=0)
    missed_visit: int = Field(default=0, ge=0)
    late_start_per_day: int = Field(default=0, ge=0)


class LatePolicy(BaseModel):
    """Which scheme of automatic compensation is switched on; none if `scheme` is empty (REM-6).

    for_incident_from_rank: who decides for all complaints of an incident at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str
    for_incident_from_rank: int = Field(ge=1, le=4)
    schemes: dict[str, LateScheme]

    @model_validator(mode="after")
    def _is_there(self) -> "LatePolicy":
        if self.scheme and self.scheme not in self.schemes:
            raise ValueError(f"there is no scheme {self.scheme!r}|没有方案 {self.scheme!r}")
        return self

    def active(self) -> LateScheme | None:
        """The scheme that is switched on."""
        return self.schemes.get(self.scheme)
