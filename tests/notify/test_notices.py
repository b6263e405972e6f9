"""What people are told beside the ordinary journey, through the door of events; each bites, or does not."""

from pathlib import Path
from uuid import uuid4

import pytest

from services.notify.notices import EVENTS
from shared.events.routing import (
    AppealOverdue,
)
from shared.events.sla import PromiseRecomputed
from shared.events.vocabulary import (
    RemedyKind,
    Role,
)
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .catalogue import TO_CUSTOMERS, TO_STAFF, WITH_DESKS
from .facts import broken, escalated
from .hearing import hears_in_turn, owned, told
from .news import (
    failed,
    granted,
    new_owner,
    paid,
    released,
    transfer,
)


@pytest.mark.parametrize("kind", TO_CUSTOMERS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_customer_is_told_once_in_their_language_with_the_owners_name(
    notify: ServiceUnderTest, kind: str, language: str
) -> None:
    build, english, chinese = TO_CUSTOMERS[kind]
    complaint_id = await owned(notify, language=language)
    assert await told(notify, complaint_id, kind) == []
    event = build(complaint_id)
    await hears_in_turn(notify, event, event)
    [message] = await told(notify, complaint_id, kind)
    assert (message["role"], message["state"]) == ("CUSTOMER", "PENDING")
    for words in (english if language == "en" else chinese, ("Front desk", "R26112100000001")):
        assert all(word in message["text"] for word in words), message["text"]


@pytest.mark.parametrize("kind", TO_STAFF)
async def test_staff_are_told_once_where_they_are_reached(
    start_service: StartService, tmp_path: Path, kind: str
) -> None:
    notify = await start_service("notify", WITH_DESKS, outbound_folder=tmp_path)
    build, role, words = TO_STAFF[kind]
    complaint_id = await owned(notify)
    event = build(complaint_id)
    await hears_in_turn(notify, event, event)
    [message] = await told(notify, complaint_id, kind)
    assert (message["role"], message["state"], message["channel"]) == (role, "PENDING", "email")
    assert words in message["text"]
    assert "R26112100000001" in message["text"]


def test_every_event_that_calls_for_a_message_is_built_here() -> None:
    built = {type(build(uuid4())) for build, *_ in (*TO_CUSTOMERS.values(), *TO_STAFF.values())}
    assert built | {PromiseRecomputed, AppealOverdue} == set(EVENTS)


async def test_an_ordinary_journey_has_no_more_messages_than_before(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    assert [message["kind"] for message in await told(notify, complaint_id)] == ["RECEIPT", "OWNER_NAMED"]


async def test_fc_9_who_answers_next_stands_under_later_texts_and_is_reached(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    address = SEALER.seal("a200@example.com", str(complaint_id))
    await hears_in_turn(notify, new_owner(complaint_id, owner_reply_to=address), broken(complaint_id))
    [late] = await told(notify, complaint_id, "LATE")
    assert "Front desk 2" in late["text"]
    await notify.hears(escalated(complaint_id, Role.OWNER))
    [rung] = await told(notify, complaint_id, "ESCALATION")
    assert rung["address_hint"] == "a***@example.com"


async def test_fc_8_a_hand_over_that_ended_otherwise_is_told_to_nobody(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(failed(complaint_id, "WITHDRAWN"))
    assert await told(notify, complaint_id, "TRANSFER_FAILED") == []


async def test_rem_7_a_remedy_without_an_amount_is_granted_in_words_and_paid_without_one(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, granted(complaint_id, RemedyKind.REPLACEMENT, 0), paid(complaint_id, 0))
    [message] = [m for m in await told(notify, complaint_id) if m["kind"].startswith("REMEDY")]
    assert "granted a replacement. You" in message["text"]


async def test_fc_13_an_answer_that_cannot_be_opened_is_not_sent(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(released(complaint_id, of=uuid4()))
    [message] = await told(notify, complaint_id, "ANSWER")
    assert (message["state"], message["reason"]) == ("SKIPPED", "ADDRESS_UNREADABLE")


async def test_fc_13_what_looks_like_a_placeholder_in_an_answer_stays_as_it_is(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(released(complaint_id, "We pay {amount} at {link}."))
    [message] = await told(notify, complaint_id, "ANSWER")
    assert "We pay {amount} at {link}." in message["text"]


async def test_staff_without_an_address_are_not_told_and_that_is_said(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(transfer(complaint_id, to_reply_to=None))
    [message] = await told(notify, complaint_id, "TRANSFER")
    assert (message["state"], message["reason"]) == ("SKIPPED", "NO_ADDRESS")
