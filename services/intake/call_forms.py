"""What can be told of a call, at once or bit by bit: the bodies of the phone doors."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from shared.events.vocabulary import Language
from shared.runtime.strict_json import Storable, StrictBody, YesNo

LONGEST_TRANSCRIPT, MOST_SEGMENTS = 60_000, 2_000

_Id = Annotated[str, Field(min_length=1, max_length=200), Storable]
_Short = Annotated[str, Field(min_length=1, max_length=100), Storable]
_Number = Annotated[str, Field(max_length=40), Storable]


def _written_out(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and "-" not in value):
        raise ValueError(
            "must be a time like 2026-01-31T09:30:00+08:00|必须是形如 2026-01-31T09:30:00+08:00 的时间"
        )
    return value


_Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
_Words = Annotated[str, Field(min_length=1, max_length=20_000), Storable]
Disposition = Literal["answered", "abandoned", "voicemail", "failed"]


class Step(StrictBody):
    """One step through the announcements."""

    menu: _Short
    digits: Annotated[str, Field(max_length=40), Storable] = ""


class Segment(StrictBody):
    """What one person said in one go. at: seconds since the call began."""

    speaker: Literal["customer", "agent", "other"]
    text: _Words
    at: float = Field(0, ge=0, le=86_400)
    confidence: float | None = Field(None, ge=0, le=1)
    language: Language | None = None


class Transcript(StrictBody):
    """What was said, in one piece or in segments."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TRANSCRIPT), Storable] | None = None
    segments: Annotated[tuple[Segment, ...], Field(max_length=MOST_SEGMENTS)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Transcript":
        if (self.text is None) == (not self.segments):
            raise ValueError("must have either text or segments|须有 text 或 segments 之一")
        return self


class Recording(StrictBody):
    """Where a recording is; intake never fetches it."""

    reference: Annotated[str, Field(min_length=1, max_length=2000), Storable]
    available: YesNo = True
    duration: float | None = Field(None, ge=0)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class CallFacts(StrictBody):
    """What a telephone system knows of a call. Everything may be left out and told later, in any order."""

    leg_id: _Id | None = Field(None, description="the leg this is about, if a call has several")
    caller_presentation: Literal["shown", "withheld"] | None = None
    called_number: _Number | None = None
    direction: Literal["inbound", "outbound"] | None = None
    queue: _Short | None = None
    ivr_path: Annotated[tuple[Step, ...], Field(max_length=100)] | None = None
    answered_at: _Moment | None = Field(None, description="when a person answered, not the machine")
    ended_at: _Moment | None = None
    hangup_reason: _Short | None = None
    disposition: Disposition | None = None
    transcript: Transcript | None = None
    recording: Recording | None = None
    consent_recorded: YesNo | None = Field(None, description="whether the caller agreed to be recorded")
    told_at: _Moment | None = Field(
        None, description="when your system knew it; of two values for one thing the later one holds"
    )


class CallPart(CallFacts):
    """A part of what is to be told of a call."""

    call_id: _Id = Field(description="the whole call's id, the same for all its legs and parts")
    provider: Annotated[str, Field(max_length=100), Storable] = Field(
        "", description="your account or system, if several use the same kind of id"
    )
    caller_number: _Number | None = None
    agent_id: _Short | None = Field(None, description="account of the member of staff who took the call")
    started_at: _Moment | None = None
    text: _Words | None = Field(
        None, description="what staff noted; with it or a transcript it is a complaint"
    )
    category: Annotated[str, Field(min_length=1, max_length=200), Storable] | None = None
    customer_id: _Short | None = Field(None, description="the customer's id in your systems")
    complaint: Annotated[str, Field(min_length=1, max_length=40), Storable] | None = Field(
        None, description="id or receipt number of the complaint that an outbound call was about"
    )


class CallBackDone(StrictBody):
    """What became of a call back."""

    by: _Short
    reached: YesNo


def as_facts(part: CallFacts) -> dict[str, object]:
    """What a part tells, as JSON values; its call is not among it."""
    return part.model_dump(mode="json", exclude_none=True, exclude={"call_id", "provider", "customer"})


def told_of_call(form: CallFacts) -> dict[str, object]:
    """What a larger form tells of its call."""
    return form.model_dump(exclude_none=True, include=set(CallPart.model_fields))
