"""The doors again: whatever is wrong is refused by name, and nothing of it is stored."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.contact_forms import LONGEST_SMS, LONGEST_TEXT
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post
from .steady import STEADY

CHANNELS = ("web", "phone", "sms")
JSON_HEADERS = {"content-type": "application/json"}
WEB = "/intake/v1/channels/web/contacts"


async def nothing_is_stored(intake: ServiceUnderTest) -> bool:
    tables = ("contact", "complaint", "customer", "customer_key", "outbox", "stream")
    return not any([await intake.rows(f"SELECT 1 FROM {table}") for table in tables])


@pytest.mark.parametrize(
    ("channel", "fields", "field"),
    [
        ("web", {"text": None}, "text"),
        ("web", {"text": ""}, "text"),
        ("web", {"text": " \n\t\u3000"}, "text"),
        ("web", {"text": 5}, "text"),
        ("web", {"text": "a\x00b"}, "text"),
        ("web", {"text": "a" * (LONGEST_TEXT + 1)}, "text"),
        ("sms", {"text": "a" * (LONGEST_SMS + 1)}, "text"),
        ("web", {"contact_key": ""}, "contact_key"),
        ("web", {"contact_key": "k" * 201}, "contact_key"),
        ("web", {"contact_key": "a\x00b"}, "contact_key"),
        ("web", {"contact_key": ["k"]}, "contact_key"),
        ("web", {"colour": "red"}, "colour"),
        ("web", {"provider": "p" * 101}, "provider"),
        ("web", {"occurred_at": "yesterday"}, "occurred_at"),
        ("web", {"occurred_at": "2026-01-31T09:30:00"}, "occurred_at"),
        ("web", {"occurred_at": 1700000000}, "occurred_at"),
        ("web", {"occurred_at": "2026-02-31T09:30:00Z"}, "occurred_at"),
        ("web", {"occurred_at": "99999-01-01T00:00:00Z"}, "occurred_at"),
        ("web", {"language": "fr"}, "language"),
        ("web", {"amount_in_dispute": -1}, "amount_in_dispute"),
        ("web", {"amount_in_dispute": 1e300}, "amount_in_dispute"),
        ("web", {"amount_in_dispute": True}, "amount_in_dispute"),
        ("web", {"category": ""}, "category"),
        ("web", {"customer": []}, "customer"),
        ("web", {"customer": {"grade": "Z"}}, "customer.grade"),
        ("web", {"customer": {"grade": "U"}}, "customer.grade"),
        ("web", {"customer": {"email": "nobody"}}, "customer.email"),
        ("web", {"customer": {"email": "a\x00b@example.com"}}, "customer.email"),
        ("web", {"customer": {"phone": "call me"}}, "customer.phone"),
        ("web", {"customer": {"protected": 1}}, "customer.protected"),
        ("web", {"customer": {"marketing_consent": "yes"}}, "customer.marketing_consent"),
        ("web", {"customer": {"shoe_size": 42}}, "customer.shoe_size"),
        ("phone", {"call_id": None}, "call_id"),
        ("phone", {"agent_id": ""}, "agent_id"),
        ("phone", {"caller_number": "1" * 41}, "caller_number"),
        ("phone", {"contact_key": "k"}, "contact_key"),
        ("sms", {"message_id": ""}, "message_id"),
        ("sms", {"sender": None}, "from"),
        ("sms", {"to": 10086}, "to"),
    ],
)
async def test_a_wrong_field_is_refused_by_name_in_two_languages(
    intake: ServiceUnderTest, channel: str, fields: dict[str, Any], field: str
) -> None:
    refused = await post(intake, channel, **fields)
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == field
    assert refused.json()["errors"][0]["message"]
    assert await nothing_is_stored(intake)


async def test_refusals_speak_chinese_to_who_asks_for_it(intake: ServiceUnderTest) -> None:
    refused = await intake.client.post(
        WEB, json={"contact_key": "k"}, headers={"accept-language": "zh-CN,en"}
    )
    assert refused.json()["errors"] == [{"field": "text", "code": "missing", "message": "必须填写"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\xfa",
        b'{"contact_key":"k","text":"\xff"}',
        b'{"contact_key":"k","text":"\\ud800"}',
        b'{"contact_key":"k","text":NaN}',
        b'{"contact_key":"k","text":"x","amount_in_dispute":NaN}',
        b'{"contact_key":"k","text":"x","amount_in_dispute":1e999999}',
        b'{"contact_key":"k","text":"x","amount_in_dispute":"Infinity"}',
        b'{"contact_key":"k","text":"x","customer":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"contact_key":"k","text":"x","customer":' + b'{"a":' * 40_000 + b"1" + b"}" * 40_000 + b"}",
    ],
)
async def test_a_body_that_is_no_such_form_is_refused(intake: ServiceUnderTest, body: bytes) -> None:
    refused = await intake.client.post(WEB, content=body, headers=JSON_HEADERS)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"]
    assert await nothing_is_stored(intake)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken(intake: ServiceUnderTest, media_type: str) -> None:
    body = json.dumps({"contact_key": "k", "text": "x"}).encode()
    refused = await intake.client.post(WEB, content=body, headers={"content-type": media_type})
    assert refused.status_code == 415
    assert await nothing_is_stored(intake)


async def test_a_megabyte_of_text_is_too_large_whether_its_length_is_told_or_not(
    intake: ServiceUnderTest,
) -> None:
    body = json.dumps({"contact_key": "k", "text": "x" * 1_000_000}).encode()

    async def streamed() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    told = await intake.client.post(WEB, content=body, headers=JSON_HEADERS)
    untold = await intake.client.post(WEB, content=streamed(), headers=JSON_HEADERS)
    assert (told.status_code, untold.status_code) == (413, 413)
    assert untold.headers["content-type"] == "application/problem+json"
    assert await nothing_is_stored(intake)


async def test_the_longest_texts_are_taken_whole(intake: ServiceUnderTest) -> None:
    assert (await post(intake, "web", text="长" * LONGEST_TEXT)).status_code == 201
    assert (await post(intake, "sms", text="长" * LONGEST_SMS)).status_code == 201
    rows = await intake.rows("SELECT length(text) AS length FROM contact ORDER BY serial")
    assert [row["length"] for row in rows] == [LONGEST_TEXT, LONGEST_SMS]


async def test_texts_come_back_as_they_were_sent(intake: ServiceUnderTest) -> None:
    text = "line one\nline two\t\u202eright to left 👩‍👩‍👧 \\ ' \" %s $1 :name {}"
    answer = await post(intake, text=text)
    complaint = (await intake.client.get(answer.json()["status_path"])).json()
    assert complaint["text"] == text


async def test_what_is_refused_is_counted_by_class_and_never_by_the_callers_words(
    intake: ServiceUnderTest,
) -> None:
    await post(intake, "web", colour="red")
    await post(intake, "web", customer={"phone": "123"})
    await intake.client.post(WEB, content=b"{", headers=JSON_HEADERS)
    metrics = (await intake.client.get("/metrics")).text
    counted = [line for line in metrics.splitlines() if line.startswith("redress_contacts_refused_total")]
    assert "colour" not in metrics
    for field in ("body", "customer", "other"):
        [line] = [line for line in counted if f'channel="web",field="{field}"' in line]
        assert float(line.split()[-1]) >= 1


def forms(key: str) -> st.SearchStrategy[Any]:
    """Bodies that are nearly right: known fields with values of every kind, and some unknown ones."""
    scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    value = st.recursive(
        scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
    )
    customer = st.dictionaries(
        st.sampled_from(
            ["external_id", "name", "phone", "email", "grade", "language", "protected", "monthly_fee"]
        ),
        value | st.from_regex(r"\A\+?[0-9]{3,16}\Z") | st.sampled_from(["K", "V", "zh-CN", "a@example.com"]),
        max_size=5,
    )
    known = {
        key: st.text(max_size=10) | value,
        "text": st.text(max_size=40) | value,
        "from": st.text(max_size=12) | value,
        "caller_number": st.text(max_size=12) | value,
        "customer": customer | value,
        "occurred_at": st.datetimes().map(lambda moment: moment.isoformat() + "Z") | value,
        "amount_in_dispute": st.decimals().map(str) | value,
        "category": value,
        "provider": value,
    }
    return st.fixed_dictionaries({}, optional=known) | value


@pytest.mark.parametrize("channel", CHANNELS)
async def test_whatever_json_comes_it_is_taken_or_refused_and_never_an_error_of_ours(
    start_service: StartService, channel: str
) -> None:
    intake = await start_service("intake")
    path = f"/intake/v1/channels/{channel}/contacts"
    key = {"web": "contact_key", "phone": "call_id", "sms": "message_id"}[channel]
    bodies: list[bytes] = []

    @settings(STEADY, max_examples=120, suppress_health_check=list(HealthCheck))
    @given(forms(key), st.booleans())
    def collect(body: Any, ascii_only: bool) -> None:
        bodies.append(json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))

    collect()
    for body in bodies:
        answer = await intake.client.post(path, content=body, headers=JSON_HEADERS)
        assert answer.status_code in {200, 201, 422}, (body, answer.text)
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["field"]
