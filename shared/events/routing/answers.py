"""What routing tells of what is written to customers."""

from uuid import UUID

from shared.events.base import Instant, Sealed
from shared.events.vocabulary import Channel

from .subject import _RoutingEvent


class _AnswerEvent(_RoutingEvent):
    answer_id: UUID


class AnswerHeld(_AnswerEvent):
    """A handler wrote to the customer; it goes out at the owner's word, or at `release_at` (FC-13)."""

    owner_id: str
    by: str
    held_at: Instant
    release_at: Instant
    owner_channel: Channel | None
    owner_reply_to: Sealed | None


class AnswerReleased(_AnswerEvent):
    """The text, sealed for notify, goes to the customer in the owner's name; `by` is None if the time had come."""

    owner_id: str
    owner_name: str
    written_by: str
    by: str | None
    text: Sealed
    released_at: Instant


class AnswerReturned(_AnswerEvent):
    """The owner does not let it go out; who wrote it is to change it."""

    written_by: str
    by: str
    returned_at: Instant
