"""Sla through its doors: what keeps a promise and what does not, and what ends or renews it."""

from datetime import timedelta
from typing import Any

import pytest

from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.sla import PromiseAtRisk, PromiseBroken, PromisesKept
from shared.events.vocabulary import HandlingStep, MessageKind, PromiseKind, Role
from tests.builders import closed, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import (
    ACK,
    CONTACT,
    HOUR,
    SOLVE,
    UPDATE,
    proposed,
    receipt,
    receive,
    steps_taken,
    time_passes,
    timers_armed,
    told_about,
)

MINUTE = timedelta(minutes=1)
FIRST_FOUR = tuple(HandlingStep)[:4]


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def state_of(sla: ServiceUnderTest, kind: PromiseKind) -> str:
    rows = await sla.rows("SELECT state FROM promise WHERE kind = :kind ORDER BY round DESC", kind=kind)
    return str(rows[0]["state"])


@pytest.mark.parametrize("outcome", [MessageSent, MessageSkipped])
async def test_a_receipt_that_was_sent_or_had_no_address_keeps_the_first_promise(
    sla: ServiceUnderTest, outcome: type[Any]
) -> None:
    complaint_id = await receive(sla)
    await sla.hears(receipt(outcome, complaint_id))
    assert await told_about(sla, ACK) == ["made", "kept"]
    await time_passes(sla, MINUTE)
    assert await told_about(sla, ACK) == ["made", "kept"]


@pytest.mark.parametrize("outcome", [MessageFailed, MessageUnknown])
async def test_a_receipt_that_may_not_have_arrived_keeps_nothing(
    sla: ServiceUnderTest, outcome: type[Any]
) -> None:
    complaint_id = await receive(sla)
    await sla.hears(receipt(outcome, complaint_id))
    await time_passes(sla, MINUTE)
    assert await told_about(sla, ACK) == ["made", "broken", "L1"]


@pytest.mark.parametrize(
    "other", [{"kind": MessageKind.OWNER_NAMED}, {"role": Role.OWNER}], ids=["another message", "for staff"]
)
async def test_a_message_that_is_no_receipt_for_the_customer_keeps_nothing(
    sla: ServiceUnderTest, other: dict[str, Any]
) -> None:
    complaint_id = await receive(sla)
    await sla.hears(receipt(MessageSent, complaint_id, **other))
    assert await sla.said(PromisesKept) == []


async def test_the_first_steps_are_the_first_contact_and_the_next_ones_are_not(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    taken = now()
    await sla.hears(
        steps_taken(complaint_id, HandlingStep.VENT, HandlingStep.APOLOGISE_THANK, taken_at=taken),
        steps_taken(complaint_id, HandlingStep.ASK_CAUSE),
    )
    [told] = await sla.said(PromisesKept)
    assert (told.kept_at, [(one.kind, one.late) for one in told.promises]) == (taken, [(CONTACT, False)])


async def test_what_one_occasion_keeps_is_told_in_one_event(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(proposed(complaint_id, steps=FIRST_FOUR))
    [told] = await sla.said(PromisesKept)
    assert {one.kind for one in told.promises} == {CONTACT, UPDATE}
    await sla.hears(resolved(complaint_id))
    assert [one.kind for one in (await sla.said(PromisesKept))[1].promises] == [SOLVE]


async def test_a_result_with_steps_is_the_contact_too(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id, steps=FIRST_FOUR))
    assert await told_about(sla, CONTACT) == ["made", "kept"]


async def test_a_proposed_solution_is_news_but_no_result(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(proposed(complaint_id))
    assert await told_about(sla, UPDATE) == ["made", "kept"]
    assert await told_about(sla, SOLVE) == ["made"]
    assert await told_about(sla, CONTACT) == ["made"]


async def test_a_resolution_is_news_and_a_result(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id))
    assert await told_about(sla, UPDATE) == ["made", "kept"]
    assert await told_about(sla, SOLVE) == ["made", "kept"]
    assert await told_about(sla, CONTACT) == ["made"]


async def test_one_complaints_solution_keeps_no_other_complaints_promise(sla: ServiceUnderTest) -> None:
    one, other = await receive(sla), await receive(sla)
    await sla.hears(resolved(one))
    assert await told_about(sla, SOLVE, one) == ["made", "kept"]
    assert await told_about(sla, SOLVE, other) == ["made"]


async def test_nothing_fires_after_a_promise_was_kept(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(receipt(MessageSent, complaint_id), steps_taken(complaint_id), resolved(complaint_id))
    assert await timers_armed(sla) == 0
    assert await time_passes(sla, 1000 * HOUR) == 0
    assert await sla.said(PromiseAtRisk) == []
    assert await sla.said(PromiseBroken) == []


async def test_a_promise_kept_after_a_warning_is_not_broken(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 40 * HOUR)
    assert await state_of(sla, SOLVE) == "AT_RISK"
    await sla.hears(resolved(complaint_id))
    await time_passes(sla, 1000 * HOUR)
    assert await told_about(sla, SOLVE) == ["made", "W1", "kept"]


async def test_a_broken_promise_that_is_kept_after_all_is_kept_late(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 73 * HOUR)
    assert await state_of(sla, SOLVE) == "BROKEN"
    await sla.hears(resolved(complaint_id))
    assert await told_about(sla, SOLVE) == ["made", "W1", "W2", "broken", "L1", "kept late"]
    assert await state_of(sla, SOLVE) == "KEPT"


async def test_a_promise_kept_late_before_its_timer_came_is_told_broken_first(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 73 * HOUR, fire=False)
    await sla.hears(resolved(complaint_id))
    assert await told_about(sla, SOLVE) == ["made", "broken", "kept late"]
    await sla.let_pass(timedelta())
    assert await told_about(sla, SOLVE) == ["made", "broken", "kept late"]


async def test_a_breach_that_was_told_because_the_news_travelled_long_is_put_right(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 73 * HOUR)
    await sla.hears(resolved(complaint_id, resolved_at=now() - 2 * HOUR))
    assert (await told_about(sla, SOLVE))[-2:] == ["L1", "kept"]


async def test_a_promise_kept_in_time_is_kept_however_long_the_news_travelled(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 73 * HOUR, fire=False)
    await sla.hears(resolved(complaint_id, resolved_at=now() - 2 * HOUR))
    assert await told_about(sla, SOLVE) == ["made", "kept"]


async def test_a_closed_complaint_leaves_no_promise_and_no_timer(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), closed(complaint_id))
    rows = await sla.rows("SELECT kind, state FROM promise")
    assert {row["kind"]: row["state"] for row in rows} == {
        ACK: "WITHDRAWN",
        CONTACT: "WITHDRAWN",
        UPDATE: "KEPT",
        SOLVE: "KEPT",
    }
    assert await timers_armed(sla) == 0
    assert await time_passes(sla, 1000 * HOUR) == 0
    assert await sla.said(PromiseBroken) == []


async def test_a_promise_that_was_due_before_the_complaint_closed_was_broken(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 2 * MINUTE, fire=False)
    await sla.hears(closed(complaint_id))
    assert await told_about(sla, ACK) == ["made", "broken"]
    assert await told_about(sla, CONTACT) == ["made"]


async def test_only_the_closed_complaints_promises_end(sla: ServiceUnderTest) -> None:
    one, _other = await receive(sla), await receive(sla)
    await sla.hears(closed(one))
    assert await timers_armed(sla) == 4


async def test_fu_7_the_promise_of_the_next_round_is_watched_anew(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 73 * HOUR)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    before = len(await told_about(sla, SOLVE))
    await time_passes(sla, 19 * HOUR)
    await time_passes(sla, 18 * HOUR)
    assert (await told_about(sla, SOLVE))[before:] == ["W1", "W2", "broken", "L1"]
    await sla.hears(resolved(complaint_id, round=2))
    assert (await told_about(sla, SOLVE))[-1] == "kept late"
