"""SMS providers: what each of them sends becomes one complaint, and each gets the answer that it takes for a yes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.intake.alibaba_sms import AlibabaSms
from services.intake.provider_accounts import AccountsError, ProviderAccount, load_accounts
from services.intake.provider_payload import Message, Posted
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Channel
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .providers_at_the_door import TOKENS, Request, account, call, fixture, intake_for, signed

KINDS = ("alibaba-sms", "tencent-sms", "twilio-sms", "vonage-sms", "kannel-sms")
IDS = {
    "alibaba-sms": "9007199254740993",
    "tencent-sms": "fa74ed9a84c8e54f63b2dbe78c2b5fb302508aa888ec24617f76e45ce2484c14",
    "twilio-sms": "SM0123456789abcdef0123456789abcdef",
    "vonage-sms": "0A0000000123ABCD1",
    "kannel-sms": "5f1c77aa-0d5c-4d7e-9d9b-0123456789ab",
}
TEXTS = {
    "alibaba-sms": "宽带断网三天了，没人来修",
    "tencent-sms": "宽带断网三天了，没人来修",
    "twilio-sms": "No signal at home since Monday + nobody called",
    "vonage-sms": "No signal at home since Monday",
    "kannel-sms": "No signal at home + nobody called",
}


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, *map(account, KINDS))


def is_a_yes(kind: str, answer: Any) -> bool:
    if kind == "alibaba-sms":
        return (answer.status_code, answer.text) == (200, '{"code":0,"msg":"接收成功"}')
    if kind == "tencent-sms":
        return (answer.status_code, answer.text) == (200, '{"result":0,"errmsg":"OK"}')
    if kind == "twilio-sms":
        empty = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
        return (answer.text, answer.headers["content-type"]) == (empty, "text/xml; charset=utf-8")
    return answer.status_code == 200 and answer.text == ""


@pytest.mark.parametrize("kind", KINDS)
async def test_five_at_the_same_time_are_one_complaint_and_one_event(
    intake: ServiceUnderTest, kind: str
) -> None:
    answers = await asyncio.gather(*[call(intake, fixture(kind)) for _ in range(5)])
    assert all(is_a_yes(kind, answer) for answer in answers)
    [told] = await intake.said(ComplaintReceived)
    complaint = await read(intake, f"/intake/v1/complaints/{told.complaint_id}")
    assert (complaint["contact_key"], complaint["text"]) == (IDS[kind], TEXTS[kind])
    assert (complaint["provider"], told.channel) == (f"{kind}-1", Channel.SMS)
    assert told.address_hint == "+86138****8000"
    assert is_a_yes(kind, await call(intake, fixture(kind)))
    assert len(await intake.said(ComplaintReceived)) == 1


@pytest.mark.parametrize("kind", ["alibaba-sms", "tencent-sms", "vonage-sms", "kannel-sms"])
async def test_the_time_is_the_providers_in_the_zone_it_means(intake: ServiceUnderTest, kind: str) -> None:
    await call(intake, fixture(kind))
    [row] = await intake.rows("SELECT occurred_at FROM contact")
    assert row["occurred_at"].isoformat() == "2026-11-20T01:30:00+00:00"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_token_finds_nothing_and_leaves_nothing(intake: ServiceUnderTest, kind: str) -> None:
    for token in (
        "wrong",
        TOKENS[kind][:-1],
        TOKENS[kind] + "x",
        TOKENS["alibaba-sms" if kind != "alibaba-sms" else "kannel-sms"],
    ):
        assert (await call(intake, fixture(kind), token)).status_code == 404
    assert await intake.rows("SELECT 1 FROM contact UNION SELECT 1 FROM parked_payload") == []


async def test_a_kind_that_is_none_finds_nothing(intake: ServiceUnderTest) -> None:
    assert (
        await call(intake, fixture("kannel-sms")._replace(kind="carrier-pigeon"), "x" * 40)
    ).status_code == 404


async def test_while_one_token_replaces_the_other_both_are_taken(
    start_service: StartService, tmp_path: Path
) -> None:
    new, old = "n" * 40, "o" * 40
    intake = await intake_for(start_service, tmp_path, account("kannel-sms", tokens=[new, old]))
    for token in (new, old):
        assert (await call(intake, fixture("kannel-sms"), token)).status_code == 200


async def test_a_listed_address_may_call_and_no_other(start_service: StartService, tmp_path: Path) -> None:
    here = await intake_for(start_service, tmp_path, account("kannel-sms", addresses=["127.0.0.0/8"]))
    assert (await call(here, fixture("kannel-sms"))).status_code == 200
    other = await intake_for(start_service, tmp_path, account("kannel-sms", addresses=["203.0.113.0/24"]))
    assert (await call(other, fixture("kannel-sms"))).status_code == 404


async def test_providers_need_no_bearer_token(start_service: StartService, tmp_path: Path) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(account("kannel-sms"), encoding="utf-8")
    intake = await start_service("intake", accounts_file=file, api_token="a-token-of-sixteen-letters")
    assert (await call(intake, fixture("kannel-sms"))).status_code == 200
    assert (await intake.client.get("/intake/v1/parked")).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
async def test_what_cannot_be_stored_now_is_to_come_again(
    intake: ServiceUnderTest, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_contact: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(intake.service.app.state.accepting, "submit", away)
        assert (await call(intake, fixture(kind))).status_code == 503
    assert is_a_yes(kind, await call(intake, fixture(kind)))
    assert len(await intake.said(ComplaintReceived)) == 1


BROKEN: list[tuple[str, str, str, str]] = [
    ("alibaba-sms", "[{", "{", "body"),
    ("alibaba-sms", '"content"', '"contents"', "content"),
    ("alibaba-sms", '"13800138000"', "null", "phone_number"),
    ("tencent-sms", '{"', '["', "body"),
    ("tencent-sms", '"mobile"', '"phone"', "mobile"),
    ("tencent-sms", '"text":"', '"text":" ","x":"', "text"),
    ("twilio-sms", "MessageSid", "MessageId", "MessageSid"),
    ("twilio-sms", "NumMedia=0", "NumMedia=-1", "NumMedia"),
    ("vonage-sms", '"messageId"', '"message"', "messageId"),
    ("vonage-sms", '"text":"No', '"text":"","x":"No', "text"),
    ("vonage-sms", '{"api-key"', '["api-key"', "body"),
    ("vonage-sms", '"type":"text"', '"type":"binary","data":"zz"', "data"),
    ("kannel-sms", "id=5f", "nr=5f", "id"),
    ("kannel-sms", "text=No", "text=%FF%FFNo", "text"),
    ("kannel-sms", "from=%2B8613800138000", "from=" + "1" * 41, "from"),
]


@pytest.mark.parametrize(("kind", "old", "new", "field"), BROKEN)
async def test_a_broken_payload_is_parked_once_sealed_and_answered_with_a_yes(
    intake: ServiceUnderTest, kind: str, old: str, new: str, field: str
) -> None:
    broken = fixture(kind).saying(old, new)
    assert broken != fixture(kind)
    labels = {"kind": kind, "outcome": "parked"}
    before = REGISTRY.get_sample_value("redress_from_providers_total", labels) or 0
    for answer in await asyncio.gather(*[call(intake, broken) for _ in range(3)]):
        assert is_a_yes(kind, answer)
    [row] = await intake.rows("SELECT reason, sealed, state FROM parked_payload")
    assert (row["reason"], row["state"]) == (field, "PARKED")
    assert "13800138000" not in row["sealed"]
    assert REGISTRY.get_sample_value("redress_from_providers_total", labels) == before + 1
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    shown = await read(intake, f"/intake/v1/parked/{item['parked_id']}")
    assert shown["payload"]["method"] == broken.method
    assert await intake.said(ComplaintReceived) == []


async def test_a_parked_payload_is_taken_when_its_adapter_has_learnt_to_read_it(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call(intake, fixture("kannel-sms").saying("id=5f", "nr=5f"))
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    retry = f"/intake/v1/parked/{item['parked_id']}/retry"
    refused = await intake.client.post(retry)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "id")

    def learnt(_self: object, _posted: Posted, _account: ProviderAccount) -> list[Message]:
        return [Message("5f", "13800138000", None, "No signal")]

    monkeypatch.setattr("services.intake.kannel_sms.KannelSms.read", learnt)
    assert (await intake.client.post(retry)).json()["state"] == "TAKEN"
    assert len(await intake.said(ComplaintReceived)) == 1
    assert (await intake.client.post(retry)).status_code == 409
    [row] = await intake.rows("SELECT sealed, tries FROM parked_payload")
    assert (row["sealed"], row["tries"]) == (None, 1)


async def test_a_parked_payload_can_be_given_up_by_name(intake: ServiceUnderTest) -> None:
    await call(intake, fixture("kannel-sms").saying("id=5f", "nr=5f"))
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    path = f"/intake/v1/parked/{item['parked_id']}"
    assert (await intake.client.post(f"{path}/drop", json={})).status_code == 422
    assert (await intake.client.post(f"{path}/drop", json={"by": "a100"})).json()["state"] == "DROPPED"
    assert (await intake.client.post(f"{path}/drop", json={"by": "a100"})).status_code == 409
    shown = await read(intake, path)
    assert (shown["payload"], shown["settled_by"]) == (None, "a100")


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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[account]]\nname='a'", "account 1"),
        (account("kannel-sms", tokens=["short"]), "tokens"),
        (account("kannel-sms", tokens=["a" * 32, "b" * 32, "c" * 32]), "tokens"),
        (account("kannel-sms", zone="Mars/Olympus"), "zone"),
        (account("kannel-sms", colour="red"), "colour"),
        (account("kannel-sms", addresses=["all"]), "addresses"),
        (account("kannel-sms") + account("kannel-sms", tokens=["n" * 32]), "one name"),
        (account("kannel-sms") + account("kannel-sms", name="other"), "used twice"),
        ("[account]", "[[account]]"),
        ("x = ", "Invalid value"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line_without_its_secrets(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AccountsError, match=says.replace("[", r"\[")) as refused:
        load_accounts(file)
    assert "\n" not in str(refused.value)
    assert "kannel-sms-x" not in str(refused.value)
