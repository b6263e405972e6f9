"""The part of every channel's form that says more than the story: what is wanted, against whom, for whom, where."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from shared.events.vocabulary import DesiredRemedy, Motive, Tag
from shared.runtime.strict_json import Storable, StrictBody, YesNo

from .decide_kind import PassedOnBy

LONGEST_DEMAND = 2_000

_Short = Annotated[str, Field(min_length=1, max_length=100), Storable]


class Relation(StrEnum):
    """What somebody who complains for another is to them."""

    FAMILY = "FAMILY"
    GUARDIAN = "GUARDIAN"
    LAWYER = "LAWYER"
    EMPLOYER = "EMPLOYER"
    STAFF = "STAFF"
    OTHER = "OTHER"


class CameBy(StrEnum):
    """How a complaint reached the member of staff who entered it."""

    PHONE = "PHONE"
    BRANCH = "BRANCH"
    LETTER = "LETTER"
    FAX = "FAX"


class OnBehalfOf(StrictBody):
    """For whom somebody complains; the customer of the form is who complains."""

    relation: Relation
    authorised: YesNo = Field(description="whether they may hear and decide for the other person")
    name: Annotated[str, Field(min_length=1, max_length=200), Storable] | None = None
    external_id: _Short | None = Field(None, description="the other person's id in your systems")
    phone: Annotated[str, Field(max_length=40, pattern=r"^[+(0-9][0-9 ()./-]*$")] | None = None


class Particulars(StrictBody):
    """What a contact tells beside its text; nothing of it has to be told."""

    demand: Annotated[str, Field(min_length=1, max_length=LONGEST_DEMAND), Storable] | None = Field(
        None, description="what the customer wants, apart from what happened"
    )
    desired_remedy: DesiredRemedy | None = None
    motives: tuple[Motive, ...] = Field((), max_length=len(Motive), description="as staff understood them")
    area: _Short | None = Field(None, description="district or cell where it happened")
    accused_staff: _Short | None = Field(None, description="account of the member of staff it is about")
    also_asked: Annotated[tuple[_Short, ...], Field(max_length=20)] = Field(
        (), description="accounts of others whom the customer asked at the same time"
    )
    passed_on_by: PassedOnBy | None = Field(None, description="who sent the customer's complaint on to us")
    on_behalf_of: OnBehalfOf | None = None

    @property
    def arrived_by(self) -> CameBy | None:
        """How it reached the member of staff who entered it; None where customers or systems did."""
        return None

    @property
    def tags(self) -> tuple[Tag, ...]:
        """What these particulars alone tell those who work on the complaint."""
        if self.on_behalf_of is None:
            return ()
        return (Tag.ON_BEHALF,) if self.on_behalf_of.authorised else (Tag.ON_BEHALF, Tag.NO_AUTHORITY)

    @property
    def other_person(self) -> dict[str, Any] | None:
        """For whom it is, as it is stored."""
        return self.on_behalf_of.model_dump(mode="json", exclude_none=True) if self.on_behalf_of else None
