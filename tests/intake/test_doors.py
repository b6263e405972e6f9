"""The doors: what a contact becomes, once per key, and what is told of it."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Channel, Language
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post


@pytest.mark.parametrize("came_by", ["BRANCH", "LETTER", "FAX"])
async def test_staff_enter_what_came_by_other_ways_and_it_is_answered_to_the_customers_own_number(
    intake: ServiceUnderTest, came_by: str
) -> None:
    customer = {"phone": "13800138000", "marketing_consent": False}
    entered = {"call_id": f"{came_by}-1", "came_by": came_by, "agent_id": "a100", "customer": customer}
    complaint = await accepted(intake, "phone", **entered)
    assert (complaint["came_by"], complaint["taken_by"]) == (came_by, "a100")
    again = await post(intake, "phone", **entered)
    assert (again.status_code, again.json()["complaint_id"]) == (200, complaint["complaint_id"])
    [told] = await intake.said(ComplaintReceived)
    assert (told.channel, told.taken_by, told.address_hint, told.marketing_consent) == (
        Channel.PHONE,
        "a100",
        "+86138****8000",
        False,
    )
    assert await intake.rows("SELECT 1 FROM call") == []


async def test_fc_4_whom_else_the_customer_asked_is_told_from_every_channel(intake: ServiceUnderTest) -> None:
    await accepted(intake, "phone", agent_id="a100", also_asked=["a200", "a300"])
    await accepted(intake, "web", also_asked=["a200"])
    await accepted(intake, "sms")
    told = {one.channel: one.also_asked for one in await intake.said(ComplaintReceived)}
    assert told == {Channel.PHONE: ("a200", "a300"), Channel.WEB: ("a200",), Channel.SMS: ()}
    for wrong in ("a200", [7], [""], ["a"] * 21):
        refused = await post(intake, "phone", also_asked=wrong)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"].startswith("also_asked")


async def test_a_call_came_by_phone_and_what_customers_send_themselves_by_nobody(
    intake: ServiceUnderTest,
) -> None:
    for channel, came_by in (("phone", "PHONE"), ("web", None), ("sms", None)):
        assert (await accepted(intake, channel))["came_by"] == came_by
    refused = await post(intake, "phone", came_by="PIGEON")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "came_by")


async def test_a_contact_becomes_one_complaint_that_is_told_with_its_receipt(
    intake: ServiceUnderTest,
) -> None:
    answer = await post(intake, text="本月账单多扣了两次流量费", customer={"phone": "138 0013 8000"})
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["outcome"] == "created"
    assert re.fullmatch(r"R\d{14,}", receipt["receipt_number"])
    [told] = await intake.said(ComplaintReceived)
    assert (str(told.complaint_id), told.receipt_number) == (
        receipt["complaint_id"],
        receipt["receipt_number"],
    )
    assert (told.channel, told.language, told.case_type) == (Channel.WEB, Language.CHINESE, "BILLING")
    assert (told.repeat_of, told.repeat_index, told.abusive) == (None, 1, False)
    assert told.policy_version.startswith("intake-")


async def test_a_complaint_is_the_first_event_about_itself(intake: ServiceUnderTest) -> None:
    await post(intake)
    rows = await intake.rows("SELECT subject, published, applied FROM stream")
    assert [(row["published"], row["applied"]) for row in rows] == [(1, {})]


async def test_rep_2_the_same_key_gets_the_first_answer_again_whatever_else_it_says(
    intake: ServiceUnderTest,
) -> None:
    first = await post(intake, contact_key="same")
    again = await post(intake, contact_key="same", text="something quite different")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"outcome": "already_known"}
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_rep_2_fifty_contacts_with_one_key_at_the_same_time_are_one_complaint(
    intake: ServiceUnderTest,
) -> None:
    answers = await asyncio.gather(*[post(intake, contact_key="same") for _ in range(50)])
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.json()["complaint_id"] for answer in answers}) == 1
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_rep_2_a_key_counts_within_its_channel_and_the_account_at_the_provider(
    intake: ServiceUnderTest,
) -> None:
    answers = [
        await post(intake, "web", contact_key="7"),
        await post(intake, "phone", call_id="7"),
        await post(intake, "sms", message_id="7"),
        await post(intake, "sms", message_id="7", provider="second gateway", sender="13900139000"),
    ]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["complaint_id"] for answer in answers}) == 4


async def test_many_contacts_at_once_all_become_complaints_of_their_own(intake: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*[post(intake) for _ in range(300)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt_number"] for answer in answers}) == 300
    assert len({answer.json()["tracking_path"] for answer in answers}) == 300
    assert len(await intake.said(ComplaintReceived)) == 300


async def test_fc_1_a_call_tells_who_took_it_and_a_web_contact_tells_nobody(intake: ServiceUnderTest) -> None:
    await post(intake, "phone", agent_id="a100")
    await post(intake, "web")
    by_phone, by_web = await intake.said(ComplaintReceived)
    assert (by_phone.taken_by, by_web.taken_by) == ("a100", None)


async def test_promises_start_when_the_contact_comes_in_not_when_it_happened(
    intake: ServiceUnderTest,
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    complaint = await accepted(intake, occurred_at="2026-01-31T09:30:00+08:00")
    assert complaint["occurred_at"] == "2026-01-31T01:30:00Z"
    assert datetime.fromisoformat(complaint["received_at"]) > before
    [told] = await intake.said(ComplaintReceived)
    assert told.received_at.isoformat()[:19] == complaint["received_at"][:19]


async def test_a_call_happened_when_it_began_if_nothing_else_is_known(intake: ServiceUnderTest) -> None:
    began = "2026-01-31T01:30:00Z"
    only_began = await accepted(intake, "phone", started_at=began)
    both = await accepted(intake, "phone", started_at=began, occurred_at="2026-01-30T00:00:00Z")
    assert (only_began["occurred_at"], both["occurred_at"]) == (began, "2026-01-30T00:00:00Z")


async def test_a_clock_a_little_ahead_of_ours_is_taken_for_now(intake: ServiceUnderTest) -> None:
    complaint = await accepted(intake, occurred_at=(datetime.now(UTC) + timedelta(seconds=60)).isoformat())
    assert complaint["occurred_at"] == complaint["received_at"]


@pytest.mark.parametrize(
    ("moment", "field"),
    [
        (datetime.now(UTC) + timedelta(hours=1), "occurred_at"),
        (datetime(1999, 12, 31, tzinfo=UTC), "occurred_at"),
        (datetime(1999, 12, 31, tzinfo=UTC), "started_at"),
    ],
)
async def test_a_time_that_cannot_be_right_is_refused_by_name(
    intake: ServiceUnderTest, moment: datetime, field: str
) -> None:
    refused = await post(intake, "phone", **{field: moment.isoformat()})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field
    assert await intake.rows("SELECT * FROM contact") == []


async def test_which_times_can_be_right_is_policy(start_service: StartService) -> None:
    policy = "[intake]\nversion='t'\n[intake.door]\nearliest=2026-01-01T00:00:00Z\nclock_tolerance=86400"
    intake = await start_service("intake", policy)
    tomorrow = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    assert (await post(intake, occurred_at="2025-12-31T00:00:00Z")).status_code == 422
    assert (await post(intake, occurred_at=tomorrow)).status_code == 201


async def test_a_customers_impossible_number_is_refused_and_nothing_is_stored(
    intake: ServiceUnderTest,
) -> None:
    for number in ("10086", "123", "+86 138", "99999999999999999999"):
        refused = await post(intake, customer={"phone": number})
        assert refused.status_code == 422, number
        assert refused.json()["errors"][0]["field"] == "customer.phone"
    assert await intake.rows("SELECT * FROM contact") == []


async def test_no_event_has_a_number_an_address_a_name_or_the_text_in_clear(intake: ServiceUnderTest) -> None:
    customer = {
        "external_id": "c1",
        "name": "Customer 1",
        "phone": "13800138000",
        "email": "customer@example.com",
    }
    await post(intake, "phone", caller_number="13900139000", text="my secret bill", customer=customer)
    rows = await intake.rows("SELECT convert_from(value, 'UTF8') AS value, headers FROM outbox")
    written = "".join(row["value"] + row["headers"] for row in rows)
    for secret in ("13800138000", "13900139000", "customer@example.com", "Customer 1", "secret"):
        assert secret not in written


async def test_an_event_carries_the_trace_of_the_request_that_caused_it(intake: ServiceUnderTest) -> None:
    traces = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 9)]
    bodies = [{"contact_key": trace, "text": "x"} for trace in traces]
    path = "/intake/v1/channels/web/contacts"
    posts = [
        intake.client.post(path, json=body, headers={"traceparent": trace})
        for body, trace in zip(bodies, traces, strict=True)
    ]
    answers = {
        trace: answer.json() for trace, answer in zip(traces, await asyncio.gather(*posts), strict=True)
    }
    rows = await intake.rows("SELECT subject, headers FROM outbox")
    assert len(rows) == len(traces)
    for trace, answer in answers.items():
        [headers] = [row["headers"] for row in rows if row["subject"] == answer["complaint_id"]]
        assert trace in headers


async def test_every_complaint_has_its_contact_in_the_database(intake: ServiceUnderTest) -> None:
    await post(intake)
    with pytest.raises(Exception, match="first_contact_id"):
        async with intake.engine.begin() as connection:
            await connection.exec_driver_sql("DELETE FROM contact")


async def test_the_doors_are_documented_with_examples_that_they_take(intake: ServiceUnderTest) -> None:
    described = (await intake.client.get("/intake/openapi.json")).json()
    for channel, form in (("web", "WebContact"), ("phone", "PhoneContact"), ("sms", "SmsContact")):
        path = f"/intake/v1/channels/{channel}/contacts"
        assert set(described["paths"][path]["post"]["responses"]) >= {"200", "201", "422", "503"}
        [example] = described["components"]["schemas"][form]["examples"]
        assert (await intake.client.post(path, json=example)).status_code == 201, example


async def test_a_receipt_speaks_of_paths_that_exist(intake: ServiceUnderTest) -> None:
    receipt = (await post(intake)).json()
    UUID(receipt["complaint_id"])
    for path in (receipt["status_path"], receipt["tracking_path"]):
        assert (await intake.client.get(path)).status_code == 200
