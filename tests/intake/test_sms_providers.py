"""SMS providers: what each of them sends becomes one complaint, and each gets the answer that it takes for a yes."""

import asyncio
from pathlib import Path

import pytest

from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Channel
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .providers_at_the_door import (
    SMS_KINDS,
    TOKENS,
    account,
    call,
    fixture,
    intake_for,
    is_a_yes,
)

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
    return await intake_for(start_service, tmp_path, *map(account, SMS_KINDS))


@pytest.mark.parametrize("kind", SMS_KINDS)
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


@pytest.mark.parametrize("kind", SMS_KINDS)
async def test_a_wrong_token_finds_nothing_and_leaves_nothing(intake: ServiceUnderTest, kind: str) -> None:
    for token in (
        "wrong",
        TOKENS[kind][:-1],
        TOKENS[kind] + "x",
        TOKENS["alibaba-sms" if kind != "alibaba-sms" else "kannel-sms"],
    ):
        assert (await call(intake, fixture(kind), token)).status_code == 404
    assert await intake.rows("SELECT 1 FROM contact UNION SELECT 1 FROM parked_payload") == []


@pytest.mark.parametrize("kind", SMS_KINDS)
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
