"""The numbers of calendars: how long one may rest, and when the search for working time is given up."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from .policy_of_targets import Part


class RestPolicy(Part):
    """CAL-5: a calendar that rests for more than `longest_days` within the years looked at is refused on save.

    search_days: what rests for longer all the same counts day and night from then on, until it works again.
    """

    longest_days: Annotated[int, Field(ge=1, le=366)]
    years_looked_at: Annotated[int, Field(ge=1, le=20)]
    search_days: Annotated[int, Field(ge=2, le=3660)]

    @model_validator(mode="after")
    def _what_may_be_saved_is_found(self) -> Self:
        if self.search_days <= self.longest_days:
            raise ValueError("search_days must be more than longest_days|search_days 必须大于 longest_days")
        return self
