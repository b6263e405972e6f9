"""The button on the tracking page: a customer asks for a superior once, and sees what became of it (section 5)."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.superior_section import _TEXTS
from shared.events import Event
from shared.events.intake import ContactAttached
from shared.events.sla import CustomerEscalated
from shared.events.vocabulary import Channel, PromiseKind, Severity, Tag
from tests.builders import closed, now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted
from .journey import broken, kept, promised
from .watching import C1, Watched, appealed, rejected

HOUR = timedelta(hours=1)
BUTTON = "Ask for a superior&#x27;s answer"
CONTACT, SOLVE, SUPERIOR = PromiseKind.CONTACT, PromiseKind.SOLVE, PromiseKind.SUPERIOR


async def press(one: Watched) -> httpx.Response:
    """As a browser sends a form without fields."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    return await one.intake.client.post(f"{one.path}/superior", content=b"", headers=form)


async def contact_was_due(one: Watched) -> None:
    await one.intake.hears(promised(one.id, CONTACT, SOLVE, due_at=now() - HOUR))


async def superior(one: Watched) -> dict[str, Any]:
    found: dict[str, Any] = (await one.tracked())["superior"]
    return found


def escalated(one: Watched) -> CustomerEscalated:
    """Sla promises the answer: staff heard the customer ask, or intake told of it."""
    facts = {"round": 1, "contact_id": None, "by": "a100", "asked_at": now(), "policy_version": "t"}
    return CustomerEscalated(complaint_id=one.id, **facts)


async def test_section_5_the_button_attaches_a_contact_that_asks_for_a_superior_and_the_page_says_when(
    one: Watched,
) -> None:
    await contact_was_due(one)
    page = await one.intake.client.get(one.path)
    assert f'<form method="post" action="{one.path}/superior">' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    pressed = await press(one)
    assert (pressed.status_code, pressed.headers["location"]) == (303, one.path)
    [told] = await one.intake.said(ContactAttached)
    assert (told.complaint_id, told.channel, told.tags) == (one.id, Channel.WEB, (Tag.ASKS_SUPERIOR,))
    assert (told.rule, told.reopens, told.taken_by) == ("REP-1", False, None)
    shown = await one.page()
    assert "You asked for it" in shown
    assert "/superior" not in shown
    asked = await superior(one)
    assert (asked["asking"], asked["asked_at"]) == (
        "ASKED",
        told.received_at.isoformat().replace("+00:00", "Z"),
    )
    assert (await one.seen())["contact_count"] == 2


async def test_section_5_it_makes_the_complaint_no_more_severe_than_its_words_did(one: Watched) -> None:
    await contact_was_due(one)
    await press(one)
    [told] = await one.intake.said(ContactAttached)
    assert (told.severity, told.risk_score) == (Severity.S4, 0)


async def test_section_5_pressed_five_times_at_once_and_once_later_it_counts_once(one: Watched) -> None:
    await contact_was_due(one)
    answers = await asyncio.gather(*[press(one) for _ in range(5)])
    assert [answer.status_code for answer in (*answers, await press(one))] == [303] * 6
    assert len(await one.intake.said(ContactAttached)) == 1
    assert (await one.seen())["contact_count"] == 2


async def test_section_5_before_the_contact_is_due_the_page_says_from_when_it_may_be_pressed(
    one: Watched,
) -> None:
    await one.intake.hears(promised(one.id, CONTACT, SOLVE, due_at=now() + HOUR))
    assert (await superior(one))["may_ask_from"] is not None
    shown = await one.page()
    assert "you can ask for it from" in shown
    assert BUTTON not in shown
    refused = await press(one)
    assert refused.status_code == 409
    assert "It is too early" in refused.text
    assert await one.intake.said(ContactAttached) == []


async def test_section_5_as_long_as_nothing_is_promised_there_is_no_button(one: Watched) -> None:
    assert "superior" not in await one.page()
    assert (await press(one)).status_code == 409


async def test_section_5_after_a_rejected_solution_the_contact_need_not_be_due(one: Watched) -> None:
    await one.intake.hears(promised(one.id, CONTACT, SOLVE, due_at=now() + HOUR))
    await one.intake.hears(resolved(one.id), reopened(one.id))
    assert (await press(one)).status_code == 303
    [told] = await one.intake.said(ContactAttached)
    assert not told.reopens


async def test_section_5_from_which_round_on_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.superior]\nfrom_round=3")
    one = Watched(intake, await accepted(intake, customer=C1))
    await intake.hears(owner_named(one.id), promised(one.id, CONTACT, SOLVE, due_at=now() + HOUR))
    await intake.hears(resolved(one.id), reopened(one.id))
    assert (await press(one)).status_code == 409


async def test_rep_4_who_asks_soon_after_the_resolution_opens_the_complaint_again(one: Watched) -> None:
    await one.intake.hears(promised(one.id, CONTACT, SOLVE), resolved(one.id))
    assert "Your complaint will be opened again" in await one.page()
    assert (await press(one)).status_code == 303
    [told] = await one.intake.said(ContactAttached)
    assert (told.rule, told.reopens) == ("REP-4", True)


async def test_rep_4_long_after_the_resolution_it_is_not_opened_by_it(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.repeat]\nreopen_within=0")
    one = Watched(intake, await accepted(intake, customer=C1))
    await intake.hears(owner_named(one.id), promised(one.id, CONTACT, SOLVE), resolved(one.id))
    assert (await press(one)).status_code == 409
    assert await intake.said(ContactAttached) == []


@pytest.mark.parametrize("ending", ["closed", "rejected", "appealed"])
async def test_section_5_about_what_has_ended_nobody_is_asked(one: Watched, ending: str) -> None:
    await contact_was_due(one)
    ends: dict[str, list[Event]] = {
        "closed": [closed(one.id)],
        "rejected": [rejected(one)],
        "appealed": [rejected(one), appealed(one)],
    }
    await one.intake.hears(*ends[ending])
    assert "/superior" not in await one.page()
    refused = await press(one)
    assert refused.status_code == 409
    assert "has ended or is being appealed" in refused.text
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert await one.intake.said(ContactAttached) == []


@pytest.mark.parametrize("code", ["x" * 22, "short", "a" * 22 + "%27--"])
async def test_a_wrong_code_asks_for_nobody(one: Watched, code: str) -> None:
    await contact_was_due(one)
    answer = await one.intake.client.post(f"/intake/v1/track/{code}/superior")
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert await one.intake.said(ContactAttached) == []


@pytest.mark.parametrize(
    ("late", "words"),
    [(None, "Promised by"), (False, "A superior answered you"), (True, "later than promised")],
)
async def test_section_5_the_page_shows_the_promised_time_and_what_became_of_it(
    one: Watched, late: bool | None, words: str
) -> None:
    await contact_was_due(one)
    await press(one)
    made = promised(one.id, SUPERIOR, due_at=now() + HOUR)
    await one.intake.hears(made)
    if late is not None:
        await one.intake.hears(kept(made, late=late))
    assert words in await one.page()
    assert (await superior(one))["state"] == ("MADE" if late is None else "KEPT_LATE" if late else "KEPT")


async def test_section_5_a_broken_promise_is_not_hidden(one: Watched) -> None:
    await contact_was_due(one)
    await press(one)
    made = promised(one.id, SUPERIOR, due_at=now() - HOUR)
    await one.intake.hears(made, broken(made))
    assert "It is late, and those further up were told" in await one.page()


async def test_section_5_where_staff_heard_it_first_the_page_says_so_and_has_no_button(one: Watched) -> None:
    await contact_was_due(one)
    await one.intake.hears(escalated(one), promised(one.id, SUPERIOR, due_at=now() + HOUR))
    assert BUTTON not in await one.page()
    assert (await superior(one))["asking"] == "ASKED"
    assert "customer_escalated" in await one.news()
    assert (await press(one)).status_code == 303
    assert await one.intake.said(ContactAttached) == []


async def test_in_chinese_it_is_a_chinese_button(intake: ServiceUnderTest) -> None:
    one = Watched(intake, await accepted(intake, text="账单多扣了钱", customer=C1))
    await contact_was_due(one)
    assert "<button>请上级答复</button>" in await one.page()
    await press(one)
    assert "您已要求上级答复" in await one.page()
    [row] = await intake.rows(f"SELECT text FROM contact WHERE contact_key = '{one.id}'")
    assert row["text"] == "请上级答复"


def test_every_text_exists_in_both_languages() -> None:
    assert all(len(texts) == 2 and all(texts) for texts in _TEXTS.values())


async def test_another_complaint_of_the_same_customer_is_asked_about_by_itself(one: Watched) -> None:
    await contact_was_due(one)
    other = Watched(
        one.intake, await accepted(one.intake, text="no signal at all", customer={"external_id": "c2"})
    )
    await contact_was_due(other)
    await press(one)
    assert (await superior(other))["asking"] == "OPEN"
