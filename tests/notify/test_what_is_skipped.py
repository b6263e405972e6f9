"""Which messages are not sent, and why, through the door of events."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.events.notify import MessageSkipped
from shared.events.vocabulary import Channel, SkipReason
from tests.builders import closed, complaint_received, reopened, resolved
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .facts import asked, broken, escalated
from .hearing import hears_in_turn, owned, told


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reply_channel": None, "reply_to": None, "address_hint": None}, SkipReason.NO_ADDRESS),
        ({"reply_to": SEALER.seal("  ", "x")}, SkipReason.ADDRESS_UNREADABLE),
        ({"reply_to": "other.AAAA"}, SkipReason.ADDRESS_UNREADABLE),
        ({"reply_channel": Channel.PHONE}, SkipReason.CHANNEL_NOT_SERVED),
    ],
)
async def test_a_message_that_cannot_be_sent_is_skipped_and_told_with_its_reason(
    notify: ServiceUnderTest, changes: dict[str, Any], reason: SkipReason
) -> None:
    complaint_id = uuid4()
    await notify.hears(complaint_received(complaint_id, **changes))
    [message] = await told(notify, complaint_id)
    [skipped] = await notify.said(MessageSkipped)
    assert (message["state"], message["reason"]) == ("SKIPPED", reason)
    assert (str(skipped.intent_id), skipped.reason) == (message["intent_id"], reason)


async def test_which_channels_are_served_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[notify]\nversion='t'\nserved_channels=['email']"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    by_sms, by_email = uuid4(), uuid4()
    await notify.hears(complaint_received(by_sms), complaint_received(by_email, reply_channel=Channel.EMAIL))
    assert [(await told(notify, i))[0]["state"] for i in (by_sms, by_email)] == ["SKIPPED", "PENDING"]


async def test_without_any_sender_every_message_is_skipped_for_its_channel(
    start_service: StartService,
) -> None:
    notify = await start_service("notify")
    complaint_id = uuid4()
    await notify.hears(complaint_received(complaint_id))
    [message] = await told(notify, complaint_id)
    assert message["reason"] == SkipReason.CHANNEL_NOT_SERVED


@pytest.mark.parametrize(
    ("overtaking", "overtaken"),
    [
        ([resolved], {"OWNER_NAMED", "LATE", "ESCALATION"}),
        ([resolved, closed], {"OWNER_NAMED", "LATE", "ESCALATION", "RESOLVED"}),
        ([resolved, reopened], {"OWNER_NAMED", "LATE", "ESCALATION", "RESOLVED"}),
        ([], set()),
    ],
)
async def test_what_waits_and_has_lost_its_sense_is_skipped_as_overtaken(
    notify: ServiceUnderTest, overtaking: list[Any], overtaken: set[str]
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(broken(complaint_id), escalated(complaint_id))
    await hears_in_turn(notify, *(event(complaint_id) for event in overtaking))
    skipped = await notify.said(MessageSkipped)
    assert {event.kind for event in skipped} == overtaken
    assert {event.reason for event in skipped} <= {SkipReason.OVERTAKEN}
    by_state = {m["intent_id"] for m in await told(notify, complaint_id) if m["state"] == "SKIPPED"}
    assert by_state == {str(event.intent_id) for event in skipped}


@pytest.mark.parametrize(
    ("before", "late", "state"),
    [
        ([resolved], broken, "SKIPPED"),
        ([resolved], escalated, "SKIPPED"),
        ([resolved, closed], asked, "SKIPPED"),
        ([resolved, reopened], asked, "SKIPPED"),
        ([], broken, "PENDING"),
        ([resolved], asked, "PENDING"),
    ],
)
async def test_what_comes_too_late_to_be_of_use_is_skipped_as_overtaken(
    notify: ServiceUnderTest, before: list[Any], late: Any, state: str
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, *(event(complaint_id) for event in before))
    await notify.hears(late(complaint_id))
    assert (await told(notify, complaint_id))[-1]["state"] == state
