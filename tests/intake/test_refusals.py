"""STOP and 退订: they change consent and nothing else, and whoever says more is heard."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.intake.policy import RefusalPolicy
from services.intake.read_refusal import Refusal, read_refusal
from shared.events.intake import ComplaintReceived, ConsentChanged
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post
from .providers_at_the_door import account, call, fixture, intake_for
from .test_rules import POLICY
from .test_sms_of_each_provider import alibaba, sms


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account("alibaba-sms"), account("kannel-sms"))


async def says(intake: ServiceUnderTest, text: str, number: int = 1, **changes: Any) -> None:
    assert (await call(intake, alibaba(sms(number, content=text, **changes)))).json()["code"] == 0


@pytest.mark.parametrize(
    "text",
    ["退订", " 退订。", "TD", "td", "ＴＤ", "T", "Stop", "STOP.", "stop!!", "unsubscribe\n", "取消订阅"],
)
def test_of_7_a_word_as_the_whole_message_refuses_and_says_nothing_else(text: str) -> None:
    refusal = read_refusal(text, POLICY.refusal)
    assert refusal is not None
    assert refusal.alone


@pytest.mark.parametrize(
    "text",
    [
        "退订，你们扣费！",
        "TD。账单不对",
        "TD 你们乱扣费",
        "STOP. My bill is wrong",
        "stop, you charge me twice",
        "退订\n没信号",
    ],
)
def test_of_7_a_word_before_a_sentence_refuses_and_the_sentence_counts(text: str) -> None:
    refusal = read_refusal(text, POLICY.refusal)
    assert refusal is not None
    assert not refusal.alone


@pytest.mark.parametrize(
    "text",
    [
        "退订也没用，你们扣费!",
        "怎么退订",
        "Stop charging me",
        "stopped working",
        "T-shirt",
        "tdd",
        "I said STOP",
        "the end",
        "终止",
        "no signal",
        "t 13",
    ],
)
def test_of_7_sentences_that_only_look_like_it_refuse_nothing(text: str) -> None:
    assert read_refusal(text, POLICY.refusal) is None


def test_of_7_the_words_are_policy() -> None:
    policy = RefusalPolicy(words=("BASTA",))
    assert read_refusal("basta", policy) == Refusal("BASTA", alone=True)
    assert read_refusal("STOP", policy) is None


async def test_of_7_who_agreed_before_withdraws_once_and_no_complaint_comes_of_it(
    intake: ServiceUnderTest,
) -> None:
    await post(intake, customer={"phone": "13800138000", "marketing_consent": True})
    [first] = await intake.said(ComplaintReceived)
    await asyncio.gather(*[says(intake, "退订") for _ in range(5)])
    [changed] = await intake.said(ConsentChanged)
    assert (changed.customer_id, changed.marketing, changed.source) == (first.customer_id, False, "sms")
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_of_7_a_late_repetition_does_not_undo_what_the_customer_said_since(
    intake: ServiceUnderTest,
) -> None:
    await post(intake, customer={"phone": "13800138000", "marketing_consent": True})
    [first] = await intake.said(ComplaintReceived)
    await says(intake, "TD", 1)
    path = f"/intake/v1/customers/{first.customer_id}/consent"
    await intake.client.put(path, json={"marketing": True, "source": "phone"})
    await says(intake, "TD", 1)
    assert [event.marketing for event in await intake.said(ConsentChanged)] == [False, True]
    await says(intake, "TD", 2)
    assert [event.marketing for event in await intake.said(ConsentChanged)] == [False, True, False]


async def test_of_7_who_was_never_heard_of_is_remembered_as_refusing(intake: ServiceUnderTest) -> None:
    await says(intake, "STOP")
    [changed] = await intake.said(ConsentChanged)
    await post(intake, customer={"phone": "13800138000"})
    [told] = await intake.said(ComplaintReceived)
    assert (told.customer_id, told.marketing_consent) == (changed.customer_id, False)


async def test_of_7_a_complaint_behind_the_word_is_a_complaint_and_the_consent_is_gone(
    intake: ServiceUnderTest,
) -> None:
    await post(intake, customer={"phone": "13800138000", "marketing_consent": True})
    await says(intake, "退订，你们乱扣费")
    _, told = await intake.said(ComplaintReceived)
    assert (told.case_type, told.marketing_consent) == ("BILLING", False)
    assert [event.marketing for event in await intake.said(ConsentChanged)] == [False]


async def test_of_7_a_sentence_that_only_looks_like_it_leaves_the_consent(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"phone": "13800138000", "marketing_consent": True})
    await says(intake, "退订也没用，你们扣费!")
    _, told = await intake.said(ComplaintReceived)
    assert told.marketing_consent
    assert await intake.said(ConsentChanged) == []


async def test_of_7_the_word_is_kept_with_message_and_policy(intake: ServiceUnderTest) -> None:
    await says(intake, "td", 77)
    [row] = await intake.rows("SELECT provider, message_key, word, policy_version FROM refusal")
    assert row == {
        "provider": "alibaba-sms-1",
        "message_key": "77",
        "word": "TD",
        "policy_version": POLICY.version,
    }


async def test_of_7_from_a_number_that_is_nobodys_it_is_a_contact_like_any_other(
    intake: ServiceUnderTest,
) -> None:
    await says(intake, "STOP", phone_number="10086")
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_of_7_other_words_by_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[intake]\nversion='t'\n[intake.refusal]\nwords=['BASTA']"
    intake = await intake_for(start_service, tmp_path, account("kannel-sms"), policy=policy)
    await call(intake, fixture("kannel-sms").saying("text=No+signal+at+home+%2B+nobody+called", "text=basta"))
    assert len(await intake.said(ConsentChanged)) == 1
    assert await intake.said(ComplaintReceived) == []


async def sends(intake: ServiceUnderTest, text: str, key: str = "m1", **fields: Any) -> httpx.Response:
    return await post(intake, "sms", message_id=key, text=text, **fields)


async def test_of_7_our_own_form_hears_it_too_once_and_makes_no_complaint_of_it(
    intake: ServiceUnderTest,
) -> None:
    await post(intake, customer={"phone": "13800138000", "marketing_consent": True})
    [first] = await intake.said(ComplaintReceived)
    answers = await asyncio.gather(*[sends(intake, "退订") for _ in range(5)])
    body = {"customer_id": str(first.customer_id), "outcome": "offers_refused"}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, body)] * 5
    [changed] = await intake.said(ConsentChanged)
    assert (changed.customer_id, changed.marketing) == (first.customer_id, False)
    assert len(await intake.said(ComplaintReceived)) == 1


@pytest.mark.parametrize(("text", "agrees"), [("退订，你们乱扣费", False), ("退订也没用，你们扣费!", True)])
async def test_of_7_on_our_own_form_a_complaint_is_a_complaint_whatever_it_says_of_offers(
    intake: ServiceUnderTest, text: str, agrees: bool
) -> None:
    answer = await sends(intake, text, customer={"marketing_consent": True})
    assert answer.status_code == 201
    [told] = await intake.said(ComplaintReceived)
    assert (told.case_type, told.marketing_consent) == ("BILLING", agrees)


async def test_of_7_on_our_own_form_a_customer_who_is_named_refuses_from_any_number(
    intake: ServiceUnderTest,
) -> None:
    named = {"external_id": "C1"}
    assert (await sends(intake, "STOP", sender="10086", customer=named)).status_code == 202
    await post(intake, customer=named)
    [told] = await intake.said(ComplaintReceived)
    [changed] = await intake.said(ConsentChanged)
    assert (told.customer_id, told.marketing_consent) == (changed.customer_id, False)
    assert (await sends(intake, "STOP", "m2", sender="10086")).status_code == 201


async def test_of_7_a_refusal_that_could_not_be_kept_is_to_come_again(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_form: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(intake.service.app.state.refusals, "hear", away)
        refused = await sends(intake, "退订")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
