"""What is peculiar to each SMS provider: ids, batches, signatures, methods and charsets."""

import asyncio
import json
from pathlib import Path

import pytest

from services.intake.alibaba_sms import AlibabaSms
from services.intake.provider_accounts import ProviderAccount
from services.intake.provider_payload import Message, Posted
from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .providers_at_the_door import (
    SMS_KINDS,
    TOKENS,
    Request,
    account,
    call,
    fixture,
    intake_for,
    is_a_yes,
    signed,
)


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, *map(account, SMS_KINDS))


def alibaba(*items: object) -> Request:
    return fixture("alibaba-sms")._replace(body=json.dumps(items).encode())


def sms(number: int, **changes: object) -> dict[str, object]:
    item = {"phone_number": "13800138000", "content": f"bill {number} is wrong", "sequence_id": number}
    return item | {"send_time": "2026-11-20 09:30:00", "dest_code": "10690001"} | changes


async def test_alibaba_every_good_item_is_stored_and_the_bad_one_is_parked_alone(
    intake: ServiceUnderTest,
) -> None:
    batch = alibaba(sms(1), sms(2), sms(3, content=" "), sms(4))
    answers = await asyncio.gather(*[call(intake, batch) for _ in range(5)])
    assert all(is_a_yes("alibaba-sms", answer) for answer in answers)
    rows = await intake.rows("SELECT contact_key FROM contact ORDER BY contact_key")
    assert [row["contact_key"] for row in rows] == ["1", "2", "4"]
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    shown = await read(intake, f"/intake/v1/parked/{item['parked_id']}")
    assert [one["sequence_id"] for one in json.loads(shown["payload"]["body"])] == [3]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("9007199254740993", "9007199254740993"),
        ('"9007199254740993"', "9007199254740993"),
        ("9007199254740993.0", "9007199254740993"),
        ("9.007199254740993E15", "9007199254740993"),
        ('"seq-7"', "seq-7"),
        ("1E999999999", "1E999999999"),
    ],
)
def test_alibaba_an_id_is_text_however_the_number_is_written(given: str, key: str) -> None:
    body = f'[{{"phone_number":"1","content":"x","sequence_id":{given}}}]'.encode()
    posted = Posted("POST", "https://x", {}, body)
    known = ProviderAccount(name="a", kind="alibaba-sms", tokens=("t" * 32,))
    [message] = AlibabaSms().read(posted, known)
    assert isinstance(message, Message)
    assert message.key == key


async def test_alibaba_without_an_id_the_message_itself_is_the_key(intake: ServiceUnderTest) -> None:
    item = sms(1)
    item.pop("sequence_id")
    await call(intake, alibaba(item))
    await call(intake, alibaba(item, item | {"content": "another bill"}))
    assert len(await intake.said(ComplaintReceived)) == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"[1]", b"[[]]", b"{}", b"null", b"[{}{}]", b"[{},]x", b"\xff", b"[" * 9000 + b"]" * 9000],
)
async def test_alibaba_nonsense_is_parked_and_never_a_failure(intake: ServiceUnderTest, body: bytes) -> None:
    answer = await call(intake, fixture("alibaba-sms")._replace(body=body))
    assert is_a_yes("alibaba-sms", answer)
    assert await intake.rows("SELECT 1 FROM parked_payload")


async def test_tencent_the_same_words_in_another_second_are_another_message(intake: ServiceUnderTest) -> None:
    for time in ("1795138200", "1795138201", "1795138200"):
        assert (await call(intake, fixture("tencent-sms").saying("1795138200", time))).status_code == 200
    assert len(await intake.rows("SELECT 1 FROM contact")) == 2


async def test_twilio_only_what_twilio_signed_for_our_address_is_taken(intake: ServiceUnderTest) -> None:
    request, path = fixture("twilio-sms"), f"/intake/v1/providers/twilio-sms/{TOKENS['twilio-sms']}"
    wrong = [
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "x"},
        signed(request, path, secret="another"),
        signed(request, path + "/"),
        signed(request.saying("Monday", "Tuesday"), path),
        signed(request._replace(body=request.body + b"&Extra=1"), path),
    ]
    for headers in wrong:
        assert (await call(intake, request, **headers)).status_code == 403
    assert await intake.rows("SELECT 1 FROM contact") == []
    more = request._replace(body=request.body + b"&NewField=&NewField2=%E5%A5%BD")
    assert is_a_yes("twilio-sms", await call(intake, more))


async def test_twilio_a_header_of_the_caller_cannot_change_the_address_that_is_signed(
    intake: ServiceUnderTest,
) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Host": "evil.example"}
    assert is_a_yes("twilio-sms", await call(intake, fixture("twilio-sms"), **headers))


async def test_twilio_pictures_are_kept_as_references_and_not_fetched(intake: ServiceUnderTest) -> None:
    media = "NumMedia=1&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.example.com%2Fm1"
    await call(intake, fixture("twilio-sms").saying("NumMedia=0", media))
    [row] = await intake.rows("SELECT text FROM contact")
    assert row["text"].endswith("\n[media image/jpeg https://api.example.com/m1]")


VONAGE_SECRET = "vonage-secret"


@pytest.mark.parametrize("method", ["md5hash", "md5", "sha1", "sha256", "sha512"])
async def test_vonage_a_signed_account_takes_only_what_is_signed(
    start_service: StartService, tmp_path: Path, method: str
) -> None:
    import hashlib
    import hmac

    known = account("vonage-sms", secrets=[VONAGE_SECRET], signature=method)
    intake = await intake_for(start_service, tmp_path, known)
    fields = json.loads(fixture("vonage-sms").body) | {"text": "a&b=c no signal"}
    told = "".join(f"&{k}={str(v).replace('&', '_').replace('=', '_')}" for k, v in sorted(fields.items()))
    if method == "md5hash":
        sig = hashlib.md5((told + VONAGE_SECRET).encode()).hexdigest()
    else:
        sig = hmac.new(VONAGE_SECRET.encode(), told.encode(), method).hexdigest()
    for given, status in ((sig, 200), (sig.upper(), 200), ("0" * len(sig), 403), ("", 403)):
        body = json.dumps(fields | {"sig": given}).encode()
        assert (await call(intake, fixture("vonage-sms")._replace(body=body))).status_code == status
    assert (await call(intake, fixture("vonage-sms"))).status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_vonage_speaks_get_and_form_as_well(intake: ServiceUnderTest, method: str) -> None:
    told = "msisdn=8613800138000&to=447700900001&messageId=0A1&text=No+signal&type=text"
    request = fixture("vonage-sms")._replace(method=method, body=b"", headers={})
    if method == "GET":
        request = request._replace(query=told)
    else:
        request = request._replace(
            body=told.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
        )
    assert is_a_yes("vonage-sms", await call(intake, request))
    [row] = await intake.rows("SELECT contact_key, text FROM contact")
    assert row == {"contact_key": "0A1", "text": "No signal"}


@pytest.mark.parametrize(
    ("charset", "coding", "encoded"),
    [
        ("UTF16-BE", "2", "%65%AD%7F%51"),
        ("UTF-16BE", "2", "%65%AD%7F%51"),
        ("UTF-8", "0", "%E6%96%AD%E7%BD%91"),
        ("", "2", "%E6%96%AD%E7%BD%91"),
        ("GBK", "0", "%B6%CF%CD%F8"),
        ("no-such", "2", "%65%AD%7F%51"),
    ],
)
async def test_kannel_text_is_read_in_the_charset_it_names(
    intake: ServiceUnderTest, charset: str, coding: str, encoded: str
) -> None:
    request = fixture("kannel-sms")
    query = f"from=13800138000&to=10086&text={encoded}&id=1&charset={charset}&coding={coding}"
    assert is_a_yes("kannel-sms", await call(intake, request._replace(query=query)))
    [row] = await intake.rows("SELECT text FROM contact")
    assert row["text"] == "断网"
