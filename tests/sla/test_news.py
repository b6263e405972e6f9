"""Sla through its doors: news comes in a rhythm until it is solved, and the end with the customer's word."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.events import Event
from shared.events.routing import AnswerHeld, AnswerReleased, ProgressTold
from shared.events.sla import PromisesMade
from shared.events.vocabulary import Urgency
from tests.builders import closed, now, reopened, resolved
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .promised import (
    CLOSE,
    CONTACT,
    HOUR,
    SOLVE,
    UPDATE,
    promises_made,
    proposed,
    receive,
    targets,
    time_passes,
    told_about,
)

DAY = 24 * HOUR
RHYTHM = "[sla]\nversion='t'\nnews_repeats=true"
CLOSING = "[sla]\nversion='t'\n[sla.close]\nseverities=['S3']\ntarget=3600"


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", RHYTHM)


async def news(sla: ServiceUnderTest, complaint_id: UUID) -> int:
    answer = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/news", json={"by": "a100"})
    return answer.status_code


async def test_update_each_news_promises_the_next_from_when_it_was_told(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)  # S3×S: every 48 hours
    await time_passes(sla, 20 * HOUR)
    at = now()
    await sla.hears(proposed(complaint_id, proposed_at=at))
    made = [one for one in await promises_made(sla) if one.kind is UPDATE]
    assert [(one.round, one.due_at - one.starts_at) for one in made] == [(1, 48 * HOUR), (2, 48 * HOUR)]
    assert made[1].starts_at == at
    assert await told_about(sla, UPDATE) == ["made", "kept", "made"]


async def test_update_who_hears_nothing_again_is_warned_of_and_broken_again(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(proposed(complaint_id))
    await time_passes(sla, 49 * HOUR)
    assert await told_about(sla, UPDATE) == ["made", "kept", "made", "W1", "W2", "broken", "L1"]


async def test_update_ends_with_the_result(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(proposed(complaint_id), resolved(complaint_id))
    await time_passes(sla, 100 * DAY)
    assert await told_about(sla, UPDATE) == ["made", "kept", "made", "kept"]


async def test_update_what_is_told_after_the_result_promises_nothing_more(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), proposed(complaint_id))
    assert await told_about(sla, UPDATE) == ["made", "kept"]


async def test_update_staff_say_that_they_told_the_news(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    assert [await news(sla, complaint_id) for _ in range(3)] == [201, 201, 201]
    made = [one.round for one in await promises_made(sla) if one.kind is UPDATE]
    assert made == [1, 2, 3, 4]


async def test_update_no_news_is_told_of_what_is_solved_or_unknown(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id))
    assert await news(sla, complaint_id) == 409
    assert await news(sla, UUID(int=7)) == 404


async def test_update_its_rhythm_is_policy_and_it_is_promised_once_by_default(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla)
    await sla.hears(proposed(complaint_id))
    assert await told_about(sla, UPDATE) == ["made", "kept"]


async def test_peers_the_next_news_does_not_overrule_a_later_first_contact(
    start_service: StartService,
) -> None:
    """Zammad issue 5177: each promise has its own due time; the shorter one moves no longer one."""
    sla = await start_service("sla", RHYTHM + "\n[sla.matrix.S3.S]\nUPDATE=600\nCONTACT=14400")
    complaint_id = await receive(sla)
    assert await news(sla, complaint_id) == 201
    told = await targets(sla, complaint_id)
    assert (told[UPDATE], told[CONTACT], told[SOLVE]) == (timedelta(minutes=10), 4 * HOUR, 72 * HOUR)


async def test_close_is_promised_from_the_result_on_and_kept_by_the_closing(
    start_service: StartService,
) -> None:
    sla = await start_service("sla", CLOSING)
    complaint_id = await receive(sla)
    at = now()
    await sla.hears(resolved(complaint_id, resolved_at=at))
    [made] = [one for one in await promises_made(sla) if one.kind is CLOSE]
    assert (made.starts_at, made.due_at, made.round) == (at, at + HOUR, 1)
    await sla.hears(closed(complaint_id))
    assert await told_about(sla, CLOSE) == ["made", "kept"]


async def test_close_is_warned_of_and_broken_where_nobody_closes(start_service: StartService) -> None:
    sla = await start_service("sla", CLOSING)
    await sla.hears(resolved(await receive(sla)))
    await time_passes(sla, 2 * HOUR)
    assert await told_about(sla, CLOSE) == ["made", "W1", "broken", "L1"]


async def test_close_begins_again_with_the_next_round(start_service: StartService) -> None:
    sla = await start_service("sla", CLOSING)
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), reopened(complaint_id), resolved(complaint_id, round=2))
    rows = await sla.rows("SELECT round, state FROM promise WHERE kind = 'CLOSE' ORDER BY round")
    assert [tuple(row.values()) for row in rows] == [(1, "WITHDRAWN"), (2, "OPEN")]


async def test_close_is_promised_to_nobody_by_default(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S1", grade="K")
    await sla.hears(resolved(complaint_id), closed(complaint_id))
    assert CLOSE not in {one.kind for event in await sla.said(PromisesMade) for one in event.promises}


async def test_close_to_whom_it_is_promised_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.close]\ngrades=['K']")
    key, other = await receive(sla, grade="K"), await receive(sla)
    await sla.hears(resolved(key), resolved(other))
    assert {one.complaint_id for one in await promises_made(sla) if one.kind is CLOSE} == {key}


def answer_released(complaint_id: UUID) -> AnswerReleased:
    """The owner let a handler's text go out."""
    return AnswerReleased(
        complaint_id=complaint_id,
        answer_id=uuid4(),
        owner_id="a100",
        owner_name="Front desk 1",
        written_by="t200",
        by="a100",
        text=SEALER.seal("We are at it.", str(complaint_id)),
        released_at=now(),
    )


def progress_told(complaint_id: UUID) -> ProgressTold:
    """The customer of an urgent complaint hears how far it is."""
    return ProgressTold(
        complaint_id=complaint_id,
        urgency=Urgency.URGENT,
        state="IN_PROGRESS",
        owner_id="a100",
        owner_name="Front desk 1",
        steps=(),
        told_at=now(),
        next_at=now() + DAY,
    )


@pytest.mark.parametrize("said", [answer_released, progress_told])
async def test_update_an_answer_and_word_of_the_progress_are_news(
    sla: ServiceUnderTest, said: Callable[[UUID], Event]
) -> None:
    complaint_id = await receive(sla)
    await sla.hears(said(complaint_id))
    assert await told_about(sla, UPDATE) == ["made", "kept", "made"]
    assert await told_about(sla, CONTACT) == ["made"]


async def test_update_what_only_waits_for_the_owners_word_is_no_news(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    held = AnswerHeld(
        complaint_id=complaint_id,
        answer_id=uuid4(),
        owner_id="a100",
        by="t200",
        held_at=now(),
        release_at=now() + HOUR,
        owner_channel=None,
        owner_reply_to=None,
    )
    await sla.hears(held)
    assert await told_about(sla, UPDATE) == ["made"]
