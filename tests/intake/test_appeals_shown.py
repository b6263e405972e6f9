"""What customers and staff are shown of appeals: the last day for one, and that nobody decided it in time (FC-22)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.events.routing import AppealOverdue
from shared.events.vocabulary import Channel
from tests.builders import closed, now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, read
from .test_news_for_customers import C1, Watched, appealed

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
