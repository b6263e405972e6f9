"""What notify tells: what became of each message, decided once per intent."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant
from .vocabulary import Channel, MessageKind, Role, SkipReason


class _MessageEvent(Event):
    """incident_id: what a message is about that is about no complaint; complaint_id is the same id then."""

    publisher: ClassVar[str] = "notify"

    complaint_id: UUID
    intent_id: UUID
    kind: MessageKind
    role: Role
    decided_at: Instant
    incident_id: UUID | None = None


class MessageSent(_MessageEvent):
    """A provider took the message; its own id is `provider_id`."""

    channel: Channel
    provider: str
    provider_id: str


class MessageSkipped(_MessageEvent):
    """The message was not sent, for a reason anybody may know."""

    reason: SkipReason


class MessageFailed(_MessageEvent):
    """The provider refused the message for good."""

    channel: Channel
    provider: str
    code: str


class MessageUnknown(_MessageEvent):
    """The hand-over was cut off: the provider may or may not have the message, so it is not sent again."""

    channel: Channel
    provider: str
