"""Lets notify hear events, and reads what it has decided to tell."""

from typing import Any
from uuid import UUID, uuid4

from shared.events import Event
from tests.builders import complaint_received, owner_named
from tests.service_under_test import ServiceUnderTest

from .facts import promised

Messages = list[dict[str, Any]]
HEAD = "[notify]\nversion = 't'\n"
"""The beginning of a changed policy."""


async def told(notify: ServiceUnderTest, complaint_id: UUID, kind: str | None = None) -> Messages:
    """The messages about a complaint, of one kind if given."""
    answer = await notify.client.get(f"/notify/v1/complaints/{complaint_id}/messages")
    assert answer.status_code == 200
    return [message for message in answer.json() if kind in {None, message["kind"]}]


async def hears_in_turn(notify: ServiceUnderTest, *events: Event) -> None:
    """Let each event arrive by itself, so that their order is certain."""
    for event in events:
        await notify.hears(event)


async def owned(notify: ServiceUnderTest, **changes: Any) -> UUID:
    """A complaint with an owner and a promised time."""
    complaint_id = uuid4()
    await hears_in_turn(
        notify, complaint_received(complaint_id, **changes), owner_named(complaint_id), promised(complaint_id)
    )
    return complaint_id


async def states(notify: ServiceUnderTest, complaint_id: UUID, *kinds: str) -> list[tuple[str, str]]:
    return [(m["kind"], m["state"]) for m in await told(notify, complaint_id) if m["kind"] in kinds]
