"""Sla with much at once: batches, replicas, restarts, and every order of time and events."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sla.app import create_service
from shared.bus.database import fetch
from shared.events.notify import MessageSent
from shared.events.sla import PromiseBroken
from tests.builders import closed, complaint_received, reopened, resolved
from tests.service_under_test import NoLog, ServiceUnderTest, StartService
from tests.waiting import eventually

from .promised import (
    HOUR,
    SOLVE,
    receipt,
    receive,
    time_passes,
    told_about,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile=''")


async def statements_of(sla: ServiceUnderTest, *events: Any) -> int:
    """How many statements it takes to react to these events in one batch, apart from BEGIN and COMMIT."""
    with patch("shared.bus.unit_of_work.fetch", wraps=fetch) as counted:
        await sla.hears(*events)
    return counted.call_count


async def test_a_batch_takes_as_many_statements_for_sixty_complaints_as_for_one(
    sla: ServiceUnderTest,
) -> None:
    counted = []
    for size in (1, 60):
        complaints = [uuid4() for _ in range(size)]
        counted.append(
            [
                await statements_of(sla, *(complaint_received(c, taken_by="a100") for c in complaints)),
                await statements_of(sla, *(receipt(MessageSent, c) for c in complaints)),
                await statements_of(sla, *(resolved(c) for c in complaints)),
                await statements_of(sla, *(reopened(c) for c in complaints)),
                await statements_of(sla, *(closed(c, round=2) for c in complaints)),
            ]
        )
    assert counted[0] == counted[1]
    assert max(counted[1]) <= 8


def second_replica(sla: ServiceUnderTest) -> ServiceUnderTest:
    """Another replica of the service on the same database."""
    return ServiceUnderTest(create_service(sla.service.settings, NoLog()))


async def test_two_replicas_that_fire_at_once_tell_every_rung_once(sla: ServiceUnderTest) -> None:
    other = second_replica(sla)
    complaints = [uuid4() for _ in range(30)]
    await sla.hears(*(complaint_received(complaint_id) for complaint_id in complaints))
    await time_passes(sla, 1000 * HOUR, fire=False)
    loops = [replica.service.timers for replica in (sla, other)]
    try:
        for _ in range(3):
            await asyncio.gather(*(loop.fire_once() for loop in loops * 2 if loop is not None))
        while any([await loop.fire_once() for loop in loops if loop is not None]):
            pass
    finally:
        await other.close()
    for complaint_id in complaints:
        assert await told_about(sla, SOLVE, complaint_id) == ["made", "W1", "W2", "broken", "L1", "L2", "L3"]
    assert len(await sla.said(PromiseBroken)) == 4 * len(complaints)


async def test_what_came_due_while_the_service_was_down_fires_when_it_starts(sla: ServiceUnderTest) -> None:
    await receive(sla)
    await time_passes(sla, 80 * HOUR, fire=False)
    restarted = second_replica(sla)
    assert restarted.service.timers is not None
    running = asyncio.create_task(restarted.service.timers.run())
    try:
        await eventually(lambda: told_after_restart(sla))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await restarted.close()
    assert await told_about(sla, SOLVE) == ["made", "W1", "W2", "broken", "L1"]


async def told_after_restart(sla: ServiceUnderTest) -> bool:
    return len(await sla.said(PromiseBroken)) == 4


async def test_a_resolution_and_a_breach_at_the_same_moment_are_told_in_one_order(
    sla: ServiceUnderTest,
) -> None:
    for _ in range(10):
        complaint_id = await receive(sla)
        await time_passes(sla, 73 * HOUR, fire=False)
        assert sla.service.timers is not None
        await asyncio.gather(sla.service.timers.fire_once(), sla.hears(resolved(complaint_id)))
        await sla.let_pass(timedelta())
        told = await told_about(sla, SOLVE, complaint_id)
        assert told in (
            ["made", "broken", "kept late"],
            ["made", "W1", "W2", "broken", "L1", "kept late"],
        )


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(doings=st.lists(st.sampled_from(["10 h", "20 h", "40 h", "look", "resolve"]), max_size=8))
async def test_in_any_order_of_time_timer_and_resolution_what_is_told_is_consistent(
    sla: ServiceUnderTest, doings: list[str]
) -> None:
    complaint_id = await receive(sla)  # S3×S: 72 hours, warnings after 36 and 54
    age, expected, resolved_yet = 0, ["made"], False
    for doing in [*doings, "look"]:
        if doing == "look":
            await sla.let_pass(timedelta())
            if not resolved_yet:
                rungs = [(36, ["W1"]), (54, ["W2"]), (72, ["broken", "L1"])]
                reached = [word for hours, words in rungs if hours <= age for word in words]
                expected = ["made", *reached]
        elif doing == "resolve":
            if not resolved_yet:
                await sla.hears(resolved(complaint_id))
                late = age >= 72
                expected += (["broken"] if late and "broken" not in expected else []) + [
                    "kept late" if late else "kept"
                ]
            resolved_yet = True
        else:
            await time_passes(sla, int(doing.split()[0]) * HOUR, fire=False)
            age += int(doing.split()[0])
    assert await told_about(sla, SOLVE, complaint_id) == expected
