"""Addresses and numbers at the doors: which can be answered, how they are read and shown, what is withheld."""

import pytest

from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Channel
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .doors import post


@pytest.mark.parametrize(
    ("channel", "fields", "reply"),
    [
        ("web", {"customer": {"phone": "13800138000"}}, (Channel.SMS, "+8613800138000", "+86138****8000")),
        (
            "web",
            {"customer": {"email": "Customer@Example.com"}},
            (Channel.EMAIL, "customer@example.com", "c***@example.com"),
        ),
        ("web", {"customer": {"phone": "+44 7400 123456"}}, (Channel.SMS, "+447400123456", "+4474****3456")),
        ("web", {}, None),
        ("web", {"customer": {"phone": "010-62301234"}}, None),
        ("phone", {"caller_number": "+8613900139000"}, (Channel.SMS, "+8613900139000", "+86139****9000")),
        ("phone", {"caller_number": "anonymous"}, None),
        ("phone", {}, None),
        ("phone", {"caller_number": "01062301234"}, None),
        ("sms", {"sender": "13900139000"}, (Channel.SMS, "+8613900139000", "+86139****9000")),
        ("sms", {"sender": "10086"}, None),
        ("sms", {"sender": "Operator"}, None),
        ("sms", {"sender": "1069012345678901234"}, None),
    ],
)
async def test_only_what_can_be_answered_is_told_as_an_address_sealed_and_masked(
    intake: ServiceUnderTest, channel: str, fields: dict[str, object], reply: tuple[Channel, str, str] | None
) -> None:
    await post(intake, channel, **fields)
    [told] = await intake.said(ComplaintReceived)
    if reply is None:
        assert (told.reply_channel, told.reply_to, told.address_hint) == (None, None, None)
    else:
        opened = SEALER.open(told.reply_to, str(told.complaint_id))
        assert (told.reply_channel, opened, told.address_hint) == reply


async def test_an_address_that_was_told_earlier_is_used_again(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"external_id": "c1", "phone": "13800138000"})
    await post(intake, text="no signal at home", customer={"external_id": "c1"})
    _, later = await intake.said(ComplaintReceived)
    assert SEALER.open(later.reply_to, str(later.complaint_id)) == "+8613800138000"


@pytest.mark.parametrize(
    ("record", "channel"),
    [
        ({"preferred_channel": "email", "emails": ["c@example.com"]}, Channel.EMAIL),
        ({"preferred_channel": "email"}, Channel.SMS),
        ({"preferred_channel": "sms", "emails": ["c@example.com"]}, Channel.SMS),
        ({"preferred_channel": "phone", "emails": ["c@example.com"]}, Channel.SMS),
        ({"emails": ["c@example.com"]}, Channel.SMS),
    ],
)
async def test_who_prefers_email_in_the_registry_is_answered_by_email_where_they_have_one(
    intake: ServiceUnderTest, record: dict[str, object], channel: Channel
) -> None:
    registered = {"external_id": "c1", "phones": ["13800138000"]} | record
    body = {"customers": [registered]}
    assert (await intake.client.post("/intake/v1/customers", json=body)).is_success
    await post(intake, "sms", sender="13800138000")
    [told] = await intake.said(ComplaintReceived)
    assert told.reply_channel is channel


@pytest.mark.parametrize(
    ("sender", "kind", "e164"),
    [
        ("13900139000", "mobile", "+8613900139000"),
        ("+8613900139000", "mobile", "+8613900139000"),
        ("01062301234", "fixed", "+861062301234"),
        ("8008101234", "toll_free", "+868008101234"),
        ("10086", "short_code", None),
        ("Operator", "alphanumeric", None),
        ("anonymous", "withheld", None),
        ("", "withheld", None),
    ],
)
async def test_where_a_contact_came_from_is_kept_as_given_and_as_read(
    intake: ServiceUnderTest, sender: str, kind: str, e164: str | None
) -> None:
    assert (await post(intake, "sms", sender=sender)).status_code == 201
    [row] = await intake.rows("SELECT origin, origin_kind, origin_e164 FROM contact")
    assert row == {"origin": sender, "origin_kind": kind, "origin_e164": e164}


async def test_the_region_of_numbers_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.phone]\nregion='GB'")
    await post(intake, "sms", sender="07400 123456")
    [row] = await intake.rows("SELECT origin_e164 FROM contact")
    assert row["origin_e164"] == "+447400123456"


async def test_what_hidden_callers_are_called_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.phone]\nwithheld=['hidden one']")
    await post(intake, "sms", sender="Hidden One")
    await post(intake, "sms", sender="anonymous")
    rows = await intake.rows("SELECT origin_kind FROM contact ORDER BY serial")
    assert [row["origin_kind"] for row in rows] == ["withheld", "alphanumeric"]
