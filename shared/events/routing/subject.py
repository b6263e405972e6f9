"""What every event of routing is about: a complaint."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import Event


class _RoutingEvent(Event):
    publisher: ClassVar[str] = "routing"

    complaint_id: UUID
