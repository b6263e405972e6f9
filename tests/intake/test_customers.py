"""Who complains: known again by id, phone or e-mail, with a grade, a consent, and a past."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.events.intake import ComplaintReceived, ConsentChanged, ContactAttached
from shared.events.vocabulary import Channel, Grade
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, post, read


async def told(intake: ServiceUnderTest) -> list[ComplaintReceived]:
    return list(await intake.said(ComplaintReceived))


async def customer(intake: ServiceUnderTest, customer_id: object) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/customers/{customer_id}")


async def test_a_customer_is_known_again_by_each_key_they_gave(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"external_id": "c1", "phone": "13800138000", "email": "Li@example.com"})
    await post(intake, customer={"external_id": "c1"})
    await post(intake, "sms", sender="+86 138 0013 8000")
    await post(intake, customer={"email": "li@EXAMPLE.com"})
    assert len({event.customer_id for event in await told(intake)}) == 1


async def test_contacts_of_one_new_customer_at_the_same_time_are_of_one_customer(
    intake: ServiceUnderTest,
) -> None:
    posts = [post(intake, customer={"external_id": "c1", "phone": f"1380013800{n}"}) for n in range(9)]
    await asyncio.gather(*posts)
    assert len({event.customer_id for event in await told(intake)}) == 1


async def test_who_gives_no_key_is_somebody_new_every_time_of_unknown_grade(intake: ServiceUnderTest) -> None:
    await post(intake, text="one")
    await post(intake, "sms", sender="anonymous")
    first, second = await told(intake)
    assert first.customer_id != second.customer_id
    assert (first.grade, second.grade) == (Grade.U, Grade.U)


async def test_a_caller_who_later_gives_the_operators_id_keeps_their_past(intake: ServiceUnderTest) -> None:
    await post(intake, "sms", sender="13800138000")
    await post(intake, customer={"external_id": "c1", "phone": "13800138000"})
    await post(intake, customer={"external_id": "c1"})
    [first] = await told(intake)
    attached = await intake.said(ContactAttached)
    assert [event.complaint_id for event in attached] == [first.complaint_id] * 2


async def test_a_phone_that_two_customers_share_does_not_make_them_one(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"external_id": "c1", "phone": "13800138000"})
    await post(intake, customer={"external_id": "c2", "phone": "13800138000"})
    first, second = await told(intake)
    assert first.customer_id != second.customer_id
    assert second.repeat_of is None


async def test_a_borrowed_phone_is_no_key_of_a_customer_who_gave_an_id(intake: ServiceUnderTest) -> None:
    await post(intake, "phone", caller_number="13800138000", customer={"external_id": "c1"})
    await post(intake, "phone", caller_number="13800138000")
    first, second = await told(intake)
    assert first.customer_id != second.customer_id


async def test_what_is_told_of_a_customer_is_added_to_what_was_known(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"external_id": "c1", "name": "Customer 1", "email": "old@example.com"})
    await post(intake, customer={"external_id": "c1", "email": "new@example.com", "language": "zh-CN"})
    found = await customer(intake, (await told(intake))[0].customer_id)
    assert (found["name"], found["email"], found["language"]) == ("Customer 1", "new@example.com", "zh-CN")


@pytest.mark.parametrize(
    ("given", "grade"),
    [
        ({"external_id": "c1"}, Grade.S),
        ({"external_id": "c1", "grade": "K"}, Grade.K),
        ({"external_id": "c1", "grade": "V"}, Grade.V),
        ({"external_id": "c1", "protected": True}, Grade.V),
        ({"external_id": "c1", "protected": True, "grade": "K"}, Grade.K),
    ],
)
async def test_grd_the_grade_that_a_channel_tells_is_frozen_on_the_complaint(
    intake: ServiceUnderTest, given: dict[str, Any], grade: Grade
) -> None:
    await post(intake, customer=given)
    await post(intake, text="no signal at home", customer={"external_id": "c1"})
    assert [event.grade for event in await told(intake)] == [grade, grade]


async def test_a_customers_language_holds_where_a_contact_says_nothing_else(intake: ServiceUnderTest) -> None:
    await post(intake, text="my bill", customer={"language": "zh-CN"})
    await post(intake, text="my bill", customer={"language": "zh-CN"}, language="en")
    assert [event.language for event in await told(intake)] == ["zh-CN", "en"]


async def test_of_7_a_change_of_consent_is_told_once(intake: ServiceUnderTest) -> None:
    first = await accepted(intake, customer={"external_id": "c1"})
    path = f"/intake/v1/customers/{first['customer_id']}/consent"
    answers = [
        await intake.client.put(path, json={"marketing": marketing, "source": "phone"})
        for marketing in (True, True, False)
    ]
    assert [answer.json()["changed"] for answer in answers] == [True, False, True]
    changes = await intake.said(ConsentChanged)
    assert [(change.marketing, change.source) for change in changes] == [
        (True, Channel.PHONE),
        (False, Channel.PHONE),
    ]
    assert (await customer(intake, first["customer_id"]))["marketing_consent"] is False


async def test_of_7_a_complaint_tells_the_consent_of_that_moment(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"external_id": "c1"})
    known = {"external_id": "c1", "marketing_consent": True}
    await post(intake, text="no signal at home", customer=known)
    await post(intake, text="the shop closes too early", customer={"external_id": "c1"})
    assert [event.marketing_consent for event in await told(intake)] == [False, True, True]


async def test_of_7_a_contact_that_changes_a_known_customers_consent_tells_it_and_the_first_one_does_not(
    intake: ServiceUnderTest,
) -> None:
    await post(intake, customer={"external_id": "c1", "marketing_consent": True})
    assert await intake.said(ConsentChanged) == []
    await post(intake, customer={"external_id": "c1", "marketing_consent": False})
    [change] = await intake.said(ConsentChanged)
    assert (change.marketing, change.source) == (False, Channel.WEB)


async def test_of_7_consents_that_change_within_one_commit_are_told_in_their_order(
    intake: ServiceUnderTest,
) -> None:
    said = [True, False, True, False]
    await asyncio.gather(
        *[post(intake, customer={"external_id": "c1", "marketing_consent": marketing}) for marketing in said]
    )
    changes = [change.marketing for change in await intake.said(ConsentChanged)]
    found = await customer(intake, (await told(intake))[0].customer_id)
    assert changes == [False, True, False]
    assert found["marketing_consent"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"marketing": "yes", "source": "web"}, "marketing"),
        ({"marketing": True, "source": "pigeon"}, "source"),
        ({"marketing": True}, "source"),
    ],
)
async def test_a_wrong_consent_is_refused_by_name(
    intake: ServiceUnderTest, body: dict[str, Any], field: str
) -> None:
    first = await accepted(intake)
    path = f"/intake/v1/customers/{first['customer_id']}/consent"
    refused = await intake.client.put(path, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await intake.said(ConsentChanged) == []


async def test_an_unknown_customer_has_no_consent_and_leaves_no_trace(intake: ServiceUnderTest) -> None:
    nobody = uuid4()
    body = {"marketing": True, "source": "web"}
    assert (await intake.client.put(f"/intake/v1/customers/{nobody}/consent", json=body)).status_code == 404
    assert (await intake.client.get(f"/intake/v1/customers/{nobody}")).status_code == 404
    assert await intake.rows("SELECT * FROM stream") == []
