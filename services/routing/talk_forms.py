"""What staff may send about the talk with a customer."""

from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from shared.events.vocabulary import Motive, Urgency
from shared.runtime.strict_json import CleanText, Whole, YesNo

from .bodies import Account, CommandBody


class MotivesBody(CommandBody):
    """What moves the customer, as whoever talks to them finds it; several at once, or none."""

    motives: tuple[Motive, ...] = Field(max_length=6)
    by: Account


class CallBody(CommandBody):
    """The customer was called. `at` is now if it is not said, and never later than now."""

    by: Account
    reached: YesNo
    talk_minutes: Whole = Field(default=0, ge=0, le=1_440)
    at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _talks_only_if_reached(self) -> "CallBody":
        if self.talk_minutes and not self.reached:
            raise ValueError("who was not reached did not talk|未接通就没有通话时长")
        return self


class InvestigationBody(CommandBody):
    """Somebody looked into it."""

    by: Account
    minutes: Whole = Field(ge=1, le=1_440)
    note: Annotated[CleanText, Field(min_length=1, max_length=1000)] | None = None


class UrgencyBody(CommandBody):
    """How urgent it is."""

    urgency: Urgency
    by: Account
