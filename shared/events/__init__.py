"""The language the services share: every fact of a complaint's journey, one file per publisher."""

from . import feedback, intake, marketing, notify, routing, sla
from .base import EVENT_TYPES, PUBLISHERS, Envelope, Event, Instant, Sealed, topic_of

__all__ = [
    "EVENT_TYPES",
    "PUBLISHERS",
    "Envelope",
    "Event",
    "Instant",
    "Sealed",
    "feedback",
    "intake",
    "marketing",
    "notify",
    "routing",
    "sla",
    "topic_of",
]
