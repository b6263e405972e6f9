"""The shapes of calendars in request bodies and files."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.runtime.strict_json import Storable, StrictBody, YesNo

from .policy import CalendarName

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
SlotText = Annotated[str, StringConstraints(max_length=20), Storable]
SlotTexts = Annotated[list[SlotText], Field(max_length=24)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HolidayName = Annotated[str, StringConstraints(max_length=200), Storable]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=60), Storable]


class CalendarForm(StrictBody):
    """A calendar as people write it; what each part means is told by docs/sla.md."""

    zone: Zone
    week: dict[Weekday, SlotTexts]
    holidays: Annotated[dict[Day, HolidayName], Field(default_factory=dict, max_length=4000)]
    days: Annotated[dict[Day, SlotTexts], Field(default_factory=dict, max_length=4000)]
    holidays_of: CalendarName | None = None
    night_shifts: YesNo = False
    published_through: Day | None = None

    def document(self) -> dict[str, Any]:
        """What read_calendar reads."""
        return self.model_dump()


class ProposalForm(StrictBody):
    """Which holidays to fetch: an ISO 3166 country, a part of it, and years."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,8}$")] | None = None
    years: Annotated[
        list[Annotated[int, Field(ge=1990, le=2100, strict=True)]], Field(min_length=1, max_length=10)
    ]
