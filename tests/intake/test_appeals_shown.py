"""What customers and staff are shown of appeals: the last day for one, and that nobody decided it in time (FC-22)."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.customer_news import REJECTED_FOR
from shared.events.routing import (
    AppealOverdue,
    ComplaintCancelled,
)
from shared.events.vocabulary import (
    Channel,
    PromiseKind,
    RejectionReason,
    ReopenReason,
)
from tests.builders import closed, now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, post, read
from .journey import promised
from .watching import C1, Watched, appealed, decided, rejected

DAY = timedelta(days=1)


@pytest.fixture
async def one(intake: ServiceUnderTest) -> Watched:
    watched = Watched(intake, await accepted(intake, customer=C1))
    await intake.hears(owner_named(watched.id))
    return watched


def overdue(one: Watched, *, passed_on: bool) -> AppealOverdue:
    facts: dict[str, Any] = {"from_id": "l9", "decider_id": "h1", "decider_name": "Head of service"}
    facts |= {"decider_channel": Channel.EMAIL, "decider_reply_to": None}
    return AppealOverdue(
        complaint_id=one.id,
        round=1,
        was_due_at=now(),
        decide_by=now() + DAY if passed_on else None,
        overdue_at=now(),
        **facts,
    )


@pytest.mark.parametrize(
    ("passed_on", "words"),
    [(True, "the next senior person decides it now"), (False, "who decides it was told once more")],
)
async def test_fc_22_an_appeal_that_nobody_decided_in_time_is_shown(
    one: Watched, passed_on: bool, words: str
) -> None:
    await one.intake.hears(resolved(one.id), appealed(one), overdue(one, passed_on=passed_on))
    assert (await one.seen())["status"] == "APPEALED"
    [news, *_] = (await one.tracked())["news"]
    assert news["what"] == "appeal_overdue"
    assert news["text"] == f"Your appeal was not decided in time: {words}"
    page = await one.page()
    assert (words in page, "Head of service" in page) == (True, False)
    history = await read(one.intake, f"/intake/v1/complaints/{one.id}/history")
    told = [line["detail"] for line in history["items"] if line["what"] == "appeal_overdue"]
    assert told == ["PASSED_ON" if passed_on else "STAYS"]


async def test_fc_22_an_appeal_that_waits_in_time_is_shown_as_received(one: Watched) -> None:
    await one.intake.hears(resolved(one.id), appealed(one))
    assert (await one.news())[-1] == "complaint_appealed"


async def test_fc_22_after_the_last_day_the_page_still_names_it(one: Watched) -> None:
    until = now() - DAY
    await one.intake.hears(resolved(one.id), closed(one.id, appeal_until=until))
    tracked = await one.tracked()
    assert (tracked["appeal_until"], tracked["appeal_ended_at"] is not None) == (None, True)
    page = await one.page()
    assert "The time to appeal ended" in page
    assert "You may appeal until" not in page
    await one.intake.hears(reopened(one.id, 2))
    assert "The time to appeal ended" not in await one.page()


@pytest.mark.parametrize("reason", RejectionReason)
async def test_fc_22_a_rejection_is_shown_with_its_reason_and_the_time_for_an_appeal(
    one: Watched, reason: RejectionReason
) -> None:
    await one.intake.hears(promised(one.id, PromiseKind.SOLVE), rejected(one, reason))
    found = await one.tracked()
    assert (found["status"], found["rejection_reason"], found["next_promise"]) == ("REJECTED", reason, None)
    page = await one.page()
    assert REJECTED_FOR[reason][1] in page
    assert "You may appeal until" in page


async def test_fc_22_an_appeal_holds_it_open_until_it_is_decided(one: Watched) -> None:
    await one.intake.hears(rejected(one), appealed(one))
    assert ((await one.seen())["status"], (await one.seen())["resolved_at"]) == ("APPEALED", None)
    await one.intake.hears(decided(one, upheld=False), closed(one.id))
    found = await one.seen()
    assert found["status"] == "CLOSED"
    assert found["resolved_at"] == found["closed_at"]
    assert [line["text"] for line in (await one.tracked())["news"]][1] == "Your appeal was denied"


async def test_fc_22_an_upheld_appeal_opens_it_again(one: Watched) -> None:
    again = reopened(one.id, reason=ReopenReason.APPEAL_UPHELD)
    await one.intake.hears(resolved(one.id), appealed(one), decided(one, upheld=True), again)
    assert (await one.seen())["status"] == "REOPENED"


async def test_what_ended_at_the_customers_wish_or_without_ground_gets_no_more_contacts(one: Watched) -> None:
    intake = one.intake
    await intake.hears(ComplaintCancelled(complaint_id=one.id, by="a100", cancelled_at=now()))
    assert (await one.tracked())["status"] == "CANCELLED"
    second = Watched(intake, await accepted(intake, customer=C1))
    assert ((await second.seen())["repeat_of"], (await second.seen())["repeat_index"]) == (str(one.id), 2)
    await intake.hears(rejected(second))
    answer = await post(intake, customer=C1)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "created")
    await intake.hears(appealed(second))


async def test_a_contact_about_what_is_appealed_joins_it(one: Watched) -> None:
    await one.intake.hears(rejected(one), appealed(one))
    assert (await post(one.intake, customer=C1)).json()["outcome"] == "attached"


async def test_fc_22_an_appeal_against_a_close_is_shown_as_open_again(one: Watched) -> None:
    await one.intake.hears(closed(one.id), appealed(one))
    assert (await one.seen())["status"] == "APPEALED"
