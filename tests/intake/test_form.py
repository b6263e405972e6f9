"""The form for customers: a page without JavaScript that loses nobody's words, in two languages."""

import asyncio
import re
import time
from html import unescape
from typing import Any

import httpx
import pytest

from services.intake.form_page import _TEXTS, LANGUAGES
from services.intake.form_ticket import Ticket
from services.intake.judge_submission import Doubt, judge_submission
from services.intake.policy import FormPolicy
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Channel, Language
from tests.service_under_test import ServiceUnderTest, StartService

PATH = "/intake/v1/form"
PATIENT = "[intake]\nversion='t'\n[intake.form]\nfastest=0"


@pytest.fixture
async def intake(start_service: StartService) -> ServiceUnderTest:
    """Intake that takes forms from quick people, as tests are."""
    return await start_service("intake", PATIENT)


async def page(intake: ServiceUnderTest, language: str = "en") -> httpx.Response:
    answer = await intake.client.get(PATH, params={"lang": language})
    assert answer.status_code == 200
    return answer


def value_of(name: str, html: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found, html
    return unescape(found[1])


async def send(intake: ServiceUnderTest, ticket: str | None = None, **fields: str) -> httpx.Response:
    if ticket is None:
        ticket = value_of("ticket", (await page(intake)).text)
    filled_in = {"text": "My bill is wrong", "ticket": ticket, "lang": "en", "website": ""} | fields
    return await intake.client.post(PATH, data=filled_in)


async def told(intake: ServiceUnderTest) -> list[ComplaintReceived]:
    return list(await intake.said(ComplaintReceived))


async def test_a_filled_in_form_is_a_complaint_with_a_receipt_and_a_way_to_track_it(
    intake: ServiceUnderTest,
) -> None:
    sent = await send(intake, phone="13800138000", name="A customer")
    assert sent.status_code == 303
    [complaint] = await told(intake)
    assert (complaint.channel, complaint.language, complaint.address_hint) == (
        Channel.WEB,
        Language.ENGLISH,
        "+86138****8000",
    )
    receipt = await intake.client.get(sent.headers["location"])
    assert complaint.receipt_number in receipt.text
    [track] = re.findall(r'href="(/intake/v1/track/[\w-]{20,})"', receipt.text)
    assert complaint.receipt_number in (await intake.client.get(track)).text


@pytest.mark.parametrize(("language", "shown"), [("zh-CN", "投诉受理"), ("en", "Make a complaint")])
async def test_it_speaks_the_language_that_is_asked_for_or_the_browsers(
    intake: ServiceUnderTest, language: str, shown: str
) -> None:
    assert shown in (await page(intake, language)).text
    by_browser = await intake.client.get(PATH, headers={"accept-language": f"{language};q=1"})
    assert shown in by_browser.text
    assert f'<html lang="{language}">' in by_browser.text


def test_every_text_of_it_exists_in_both_languages() -> None:
    assert all(len(both) == len(LANGUAGES) and all(both) for both in _TEXTS.values())


async def test_nothing_runs_and_nothing_comes_from_elsewhere(intake: ServiceUnderTest) -> None:
    shown = await page(intake)
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'; frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|\son\w+=|style=|https?:|<img|<link", shown.text)
    assert shown.headers["cache-control"] == "no-store"


async def test_who_may_show_it_in_a_frame_is_policy(start_service: StartService) -> None:
    policy = "[intake]\nversion='t'\n[intake.form]\nembed_in=['https://www.example.com']"
    intake = await start_service("intake", policy)
    assert (
        (await page(intake))
        .headers["content-security-policy"]
        .endswith("frame-ancestors https://www.example.com")
    )
    with pytest.raises(ValueError, match="no origin"):
        FormPolicy(fastest=0, valid=1, embed_in=("https://x; script-src *",))


async def test_one_page_sent_five_times_at_once_is_one_complaint(intake: ServiceUnderTest) -> None:
    ticket = value_of("ticket", (await page(intake)).text)
    answers = await asyncio.gather(*[send(intake, ticket) for _ in range(5)])
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await told(intake)) == 1


async def test_other_words_on_the_same_page_are_not_lost(intake: ServiceUnderTest) -> None:
    ticket = value_of("ticket", (await page(intake)).text)
    await send(intake, ticket)
    await send(intake, ticket, text="Also there is no signal at all at my home")
    rows = await intake.rows("SELECT text FROM contact ORDER BY serial")
    assert [row["text"] for row in rows] == ["My bill is wrong", "Also there is no signal at all at my home"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": " "}, "happened"),
        ({"phone": "123"}, "Mobile number"),
        ({"phone": "call me"}, "Mobile number"),
        ({"email": "nobody"}, "e-mail"),
        ({"text": "x" * 20_001}, "happened"),
    ],
)
async def test_what_is_wrong_is_said_beside_what_was_written(
    intake: ServiceUnderTest, fields: dict[str, str], says: str
) -> None:
    refused = await send(intake, **({"name": "<A & B>"} | fields))
    assert refused.status_code == 422
    assert says in refused.text[refused.text.index('role="alert"') :].split("</div>")[0]
    assert value_of("name", refused.text) == "<A & B>"
    assert "<A" not in refused.text
    assert await told(intake) == []


async def test_it_says_what_is_wrong_in_chinese_too(intake: ServiceUnderTest) -> None:
    refused = await send(intake, lang="zh-CN", email="nobody")
    assert "请检查以下内容" in refused.text
    assert "或电子邮箱" in refused.text


async def test_what_looks_like_a_machine_is_asked_again_and_loses_no_word(intake: ServiceUnderTest) -> None:
    doubted = await send(intake, website="https://spam.example", text="My <b>long</b> story")
    assert doubted.status_code == 422
    assert await told(intake) == []
    assert "My &lt;b&gt;long&lt;/b&gt; story" in doubted.text
    assert value_of("name", doubted.text) == ""
    again = await send(intake, value_of("ticket", doubted.text), text="My <b>long</b> story")
    assert again.status_code == 303


@pytest.mark.parametrize("ticket", ["", "made up", "test.AAAA"])
async def test_a_ticket_that_is_not_ours_is_asked_again(intake: ServiceUnderTest, ticket: str) -> None:
    doubted = await send(intake, ticket)
    assert doubted.status_code == 422
    assert (await send(intake, value_of("ticket", doubted.text))).status_code == 303


async def test_faster_than_anybody_writes_is_asked_once_more(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.form]\nfastest=3600")
    doubted = await send(intake)
    assert (doubted.status_code, "faster" in doubted.text) == (422, True)
    assert await told(intake) == []


@pytest.mark.parametrize(
    ("trap", "age", "doubt"),
    [
        ("", 10, None),
        ("x", 10, Doubt.TRAP),
        ("", 2.9, Doubt.FAST),
        ("", 3, None),
        ("", 101, Doubt.OLD),
        ("", None, Doubt.OLD),
    ],
)
def test_doubts_are_by_policy(trap: str, age: float | None, doubt: Doubt | None) -> None:
    assert judge_submission(trap, age, FormPolicy(fastest=3, valid=100, embed_in=())) is doubt
    assert judge_submission("", 2.9, FormPolicy(fastest=2, valid=100, embed_in=())) is None


async def test_what_could_not_be_saved_comes_back_and_sent_again_counts_once(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepting = intake.service.app.state.accepting
    submit = accepting.submit

    async def stored_but_unknown(contact: Any) -> None:
        await submit(contact)
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(accepting, "submit", stored_but_unknown)
        failed = await send(intake, text="No signal")
    assert (failed.status_code, "No signal" in failed.text) == (503, True)
    assert (await send(intake, value_of("ticket", failed.text), text="No signal")).status_code == 303
    assert len(await told(intake)) == 1


def test_a_page_is_never_younger_than_now() -> None:
    assert Ticket("page", time.time() + 60).age == 0


async def test_consent_is_given_only_by_ticking_the_box(intake: ServiceUnderTest) -> None:
    assert 'name="consent" value="yes">' in (await page(intake)).text
    await send(intake, phone="13800138000")
    await send(intake, phone="13900139000", consent="yes")
    rows = await intake.rows("SELECT marketing_consent FROM customer ORDER BY phone")
    assert [row["marketing_consent"] for row in rows] == [None, True]


async def test_customers_need_no_token(start_service: StartService) -> None:
    intake = await start_service("intake", PATIENT, api_token="a-token-of-sixteen-letters")
    sent = await send(intake)
    assert sent.status_code == 303
    assert (await intake.client.get(sent.headers["location"])).status_code == 200


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a=1&" * 5000, b"text", b"{}"])
async def test_nonsense_is_answered_with_the_form(intake: ServiceUnderTest, body: bytes) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await intake.client.post(PATH, content=body, headers=form)
    assert (answer.status_code, "<form" in answer.text) == (422, True)


async def test_a_receipt_that_is_none_is_not_found(intake: ServiceUnderTest) -> None:
    assert (await intake.client.get(f"{PATH}/receipt/{'x' * 22}")).status_code == 404
