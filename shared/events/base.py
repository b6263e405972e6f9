"""What every event is: a frozen fact in the past tense, about one subject, published by one service."""

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

Instant = AwareDatetime
"""A moment with its offset; stored and sent in UTC."""


class SealedMark(NamedTuple):
    """Marks a field whose value is encrypted for one reader and left out of the feeds for others."""


Sealed = Annotated[str, SealedMark()]
"""Text sealed with AES-GCM, `<key id>.<base64url of nonce and ciphertext>`; only holders of the key can open it."""

PUBLISHERS = ("intake", "routing", "sla", "notify", "feedback", "marketing")


def topic_of(publisher: str) -> str:
    """The topic on which a publisher's events travel."""
    return f"redress.{publisher}.v1"


class Event(BaseModel):
    """A fact. Subclasses name it in the past tense and live in their publisher's file.

    Within one version changes are additive only; readers ignore fields they do not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    publisher: ClassVar[str]
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "complaint_id"
    type: ClassVar[str] = ""
    sealed_fields: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "publisher" not in cls.__dict__ and not getattr(cls, "publisher", None):
            return
        fact = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        cls.type = f"redress.{cls.publisher}.{fact}.v{cls.version}"
        cls.sealed_fields = frozenset(
            name for name, field in cls.model_fields.items() if _is_sealed(field.annotation, field.metadata)
        )
        if cls.__name__.startswith("_"):
            return
        if cls.type in EVENT_TYPES:
            raise TypeError(f"two events are called {cls.type}")
        EVENT_TYPES[cls.type] = cls

    @property
    def subject(self) -> str:
        """The complaint or customer this fact is about; also the record key."""
        return str(getattr(self, self.subject_field))


def _is_sealed(annotation: object, metadata: list[Any]) -> bool:
    marks = [*metadata, *getattr(annotation, "__metadata__", ())]
    parts = getattr(annotation, "__args__", ())
    return any(isinstance(mark, SealedMark) for mark in marks) or any(_is_sealed(part, []) for part in parts)


EVENT_TYPES: dict[str, type[Event]] = {}
"""Every event by its CloudEvents type; filled as the publishers' files are imported."""

E_co = TypeVar("E_co", bound=Event, covariant=True)


class Envelope(NamedTuple, Generic[E_co]):
    """An event on its way, with what a reader needs to apply it once and in order.

    sequence: 1, 2, 3 … per (publisher, subject), without gaps.
    after: per publisher, the last sequence about this subject that the publisher had applied when it wrote
        this event; a reader that hears those publishers applies them first.
    occurred_at: when it happened in the world; recorded_at: when we wrote it down.
    """

    id: UUID
    event: E_co
    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    after: dict[str, int]
    causation_id: UUID | None = None
    traceparent: str | None = None

    @property
    def subject(self) -> str:
        """The subject of the event."""
        return self.event.subject

    @property
    def publisher(self) -> str:
        """The service that published the event."""
        return self.event.publisher
