"""What customers and staff are shown of disputed charges, urgency, progress, and how long an end can be appealed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events import Event
from shared.events.routing import (
    AnswerReleased,
    ChargeFrozen,
    ChargeReleased,
    ProgressTold,
    TaskAsked,
    UrgencyChanged,
)
from shared.events.vocabulary import Channel, HandlingStep, Urgency
from tests.builders import closed, now, owner_named, reopened, resolved
from tests.service_under_test import SEALER, ServiceUnderTest

from .doors import accepted, read
from .watching import C1, Watched

DAY = timedelta(days=1)


@pytest.fixture
async def one(intake: ServiceUnderTest) -> Watched:
    watched = Watched(intake, await accepted(intake, customer=C1))
    await intake.hears(owner_named(watched.id))
    return watched


def frozen(one: Watched) -> ChargeFrozen:
    charge: dict[str, Any] = {"complaint_id": one.id, "charge_id": uuid4(), "customer_id": uuid4()}
    return ChargeFrozen(**charge, reference="bill-7", amount=9900, frozen_at=now())


def released(one: Watched) -> ChargeReleased:
    charge: dict[str, Any] = {"complaint_id": one.id, "charge_id": uuid4(), "customer_id": uuid4()}
    return ChargeReleased(**charge, reference="bill-7", because="CLOSED", released_at=now())


def urgent(one: Watched, urgency: Urgency = Urgency.URGENT) -> UrgencyChanged:
    news = now() + DAY if urgency is not Urgency.NORMAL else None
    return UrgencyChanged(
        complaint_id=one.id, urgency=urgency, by="a100", changed_at=now(), next_news_at=news
    )


def progress(one: Watched, next_at: timedelta = DAY) -> ProgressTold:
    return ProgressTold(
        complaint_id=one.id,
        urgency=Urgency.URGENT,
        state="IN_PROGRESS",
        owner_id="a100",
        owner_name="Front desk 1",
        steps=(HandlingStep.VENT,),
        told_at=now(),
        next_at=now() + next_at,
    )


async def test_rem_9_a_frozen_charge_is_shown_until_it_is_released(one: Watched) -> None:
    assert (await one.seen())["charge_frozen"] is False
    assert "is not collected" not in await one.page()
    await one.intake.hears(frozen(one), frozen(one))
    assert (await one.tracked())["charge_frozen"] is True
    assert "is not collected while we look into it" in await one.page()
    customer = await read(one.intake, f"/intake/v1/customers/{(await one.seen())['customer_id']}")
    assert customer["totals"]["charges_frozen"] == 1
    assert customer["complaints"][0]["charge_frozen"] is True
    await one.intake.hears(closed(one.id), released(one), released(one))
    assert "is not collected while we look into it" not in await one.page()
    assert (await one.news())[-2:] == ["charge_released", "charge_released"]


async def test_s4_an_urgent_customer_sees_until_when_they_hear_again(one: Watched) -> None:
    await one.intake.hears(urgent(one), progress(one, 2 * DAY))
    found = await one.seen()
    assert found["urgency"] == "URGENT"
    assert (await one.tracked())["next_news_at"] == found["next_news_at"]
    assert "You hear from us again by" in await one.page()
    assert "progress_told" in await one.news()


@pytest.mark.parametrize("which", ["resolved", "normal", "past"])
async def test_s4_who_hears_no_more_news_is_promised_none(one: Watched, which: str) -> None:
    ends: dict[str, Event] = {
        "resolved": resolved(one.id),
        "normal": urgent(one, Urgency.NORMAL),
        "past": progress(one, -DAY),
    }
    await one.intake.hears(urgent(one), ends[which])
    assert (await one.tracked())["next_news_at"] is None
    assert "You hear from us again by" not in await one.page()


async def test_fc_22_how_long_a_close_may_be_appealed_is_shown_while_it_may(one: Watched) -> None:
    await one.intake.hears(resolved(one.id), closed(one.id, appeal_until=now() + 30 * DAY))
    assert (await one.tracked())["appeal_until"] is not None
    assert "You may appeal until" in await one.page()
    customer = await read(one.intake, f"/intake/v1/customers/{(await one.seen())['customer_id']}")
    assert customer["totals"]["may_be_appealed"] == 1
    await one.intake.hears(reopened(one.id, 2))
    assert "You may appeal until" not in await one.page()


@pytest.mark.parametrize("until", [None, -DAY])
async def test_fc_22_no_appeal_is_shown_where_there_is_none_or_it_is_over(
    one: Watched, until: timedelta | None
) -> None:
    await one.intake.hears(closed(one.id, appeal_until=until and now() + until))
    assert (await one.tracked())["appeal_until"] is None
    assert "You may appeal until" not in await one.page()


async def test_answers_and_work_of_departments_stand_in_the_history_and_only_answers_on_the_page(
    one: Watched,
) -> None:
    about: dict[str, Any] = {"complaint_id": one.id}
    await one.intake.hears(
        TaskAsked(
            **about,
            task_id=uuid4(),
            department="legal",
            lead_department="desk",
            by="a100",
            asked_at=now(),
            due_at=now() + DAY,
            manager_id="m1",
            manager_channel=Channel.EMAIL,
            manager_reply_to=None,
        ),
        AnswerReleased(
            **about,
            answer_id=uuid4(),
            owner_id="a100",
            owner_name="Front desk 1",
            written_by="h1",
            by="a100",
            text=SEALER.seal("We have looked into it.", "x"),
            released_at=now(),
        ),
    )
    lines = (await read(one.intake, f"/intake/v1/complaints/{one.id}/history"))["items"]
    told = {line["what"]: line["detail"] for line in lines}
    assert told["task_asked"] == "legal"
    assert "answer_released" in told
    assert (await one.news())[-1] == "answer_released"
    assert "task_asked" not in await one.news()
