"""Sla's watch under faults: whatever dies, stops or goes wrong, each level of each promise is told exactly once."""

import asyncio
import os
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.events.sla import EscalationReached, PromiseAtRisk, PromiseBroken, PromisesMade
from tests.builders import complaint_received, now
from tests.ending_with_us import ending_with_us
from tests.service_under_test import SEALING_KEYS, ServiceUnderTest, StartService

from .promised import CONTACT, HOUR, SOLVE, promises_made, receive, time_passes, told_about

ROOT = Path(__file__).parents[2]
KILLED = -9
WITH_PROCESSES = pytest.mark.timeout(900)
"""Tests that wait for the ends of several processes, which start slowly where the machine is busy."""

LADDER = {
    "ACK": ["broken", "L1"],
    "CONTACT": ["W1", "broken", "L1"],
    "UPDATE": ["W1", "W2", "broken", "L1", "L2", "L3"],
    "SOLVE": ["W1", "W2", "broken", "L1", "L2", "L3"],
}


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile=''")


async def fire_in_a_process(
    sla: ServiceUnderTest, *, crash_at: str = "", batch: int = 500, clock_wrong_by: float = 0.0
) -> int:
    """Let a process of its own fire what is due; returns its exit code."""
    environment = {
        **os.environ,
        "REDRESS_DATABASE_URL": str(sla.service.settings.database_url),
        "REDRESS_SEALING_KEYS": SEALING_KEYS,
        "REDRESS_CRASH_AT": crash_at,
        "REDRESS_POLICY_FILE": str(sla.service.settings.policy_file),
    }
    arguments = ["-m", "tests.sla.timers_process", str(batch), str(clock_wrong_by)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        preexec_fn=ending_with_us(),
    )
    return await process.wait()


async def complaints(sla: ServiceUnderTest, number: int) -> list[UUID]:
    """So many complaints are received, of S3 standard customers: 60 s, 4, 48 and 72 hours."""
    ids = [uuid4() for _ in range(number)]
    await sla.hears(*(complaint_received(complaint_id) for complaint_id in ids))
    return ids


async def each_level_is_told_once(sla: ServiceUnderTest, ids: list[UUID]) -> None:
    """Every promise of these complaints has climbed its whole ladder: once, in order, nothing left to do."""
    for made in await promises_made(sla):
        assert await told_about(sla, made.kind, made.complaint_id) == ["made", *LADDER[made.kind]]
    assert len(await promises_made(sla)) == 4 * len(ids)
    reached = Counter((r["promise_id"], r["level"]) for r in await sla.rows("SELECT * FROM rung"))
    assert set(reached.values()) == {1}
    assert await sla.rows("SELECT 1 FROM timer WHERE armed") == []
    for complaint_id in ids:
        [stream] = await sla.rows("SELECT published FROM stream WHERE subject = :id", id=str(complaint_id))
        told = [event for event in await sla.said() if event.complaint_id == complaint_id]
        assert stream["published"] == len(told)


@WITH_PROCESSES
@pytest.mark.parametrize("passage", [1, 3])
@pytest.mark.parametrize("point", ["timers_claimed", "timers_told", "after_commit"])
async def test_killed_while_firing_each_level_is_told_once(
    sla: ServiceUnderTest, point: str, passage: int
) -> None:
    """Sidekiq 1831, email-alert-api 1318: what a worker held in memory died with it."""
    ids = await complaints(sla, 6)
    for hours in (37, 17.5, 200):
        await time_passes(sla, hours * HOUR, fire=False)
        assert await fire_in_a_process(sla, crash_at=f"{point}:{passage}", batch=2) == KILLED
    assert await fire_in_a_process(sla) == 0
    await each_level_is_told_once(sla, ids)


@WITH_PROCESSES
@pytest.mark.parametrize("point", ["timers_claimed", "timers_told", "after_commit"])
async def test_of_two_replicas_that_fire_at_once_one_is_killed_and_each_level_is_told_once(
    sla: ServiceUnderTest, point: str
) -> None:
    ids = await complaints(sla, 8)
    await time_passes(sla, 500 * HOUR, fire=False)
    codes = await asyncio.gather(
        fire_in_a_process(sla, crash_at=f"{point}:2", batch=2), fire_in_a_process(sla, batch=2)
    )
    assert set(codes) <= {KILLED, 0}
    assert await fire_in_a_process(sla) == 0
    await each_level_is_told_once(sla, ids)


@WITH_PROCESSES
async def test_a_kill_before_the_commit_tells_nothing_and_leaves_the_timers_armed(
    sla: ServiceUnderTest,
) -> None:
    """DIGIT: what was done and what was told of it were two acts, and one could happen without the other."""
    await complaints(sla, 3)
    await time_passes(sla, 100 * HOUR, fire=False)
    assert await fire_in_a_process(sla, crash_at="timers_told") == KILLED
    assert await sla.said(PromiseBroken) == []
    assert len(await sla.rows("SELECT 1 FROM timer WHERE armed AND due_at <= now()")) == 12


@WITH_PROCESSES
@pytest.mark.parametrize("hours", [1, -1])
async def test_a_process_whose_clock_is_an_hour_wrong_fires_what_the_database_says(
    sla: ServiceUnderTest, hours: int
) -> None:
    early, late = await receive(sla), await receive(sla, received_at=now() - 4.5 * HOUR)
    await time_passes(sla, 3.5 * HOUR, fire=False)  # the first contact of the early one is due in 30 minutes
    assert await fire_in_a_process(sla, clock_wrong_by=hours * 3600) == 0
    assert await told_about(sla, CONTACT, early) == ["made", "W1"]
    assert await told_about(sla, CONTACT, late) == ["made", "W1", "broken", "L1"]
    [[database_now]] = [list(row.values()) for row in await sla.rows("SELECT now()")]
    told = [event for event in await sla.said() if isinstance(event, EscalationReached | PromiseBroken)]
    times = [e.reached_at if isinstance(e, EscalationReached) else e.broken_at for e in told]
    assert all(timedelta() <= database_now - at < timedelta(minutes=10) for at in times)


@WITH_PROCESSES
async def test_restarts_across_deadlines_tell_each_level_once_at_once_and_marked_late(
    sla: ServiceUnderTest,
) -> None:
    ids = await complaints(sla, 3)
    for hours in (5, 30, 2, 20, 1, 16, 300):  # down for so long each time
        await time_passes(sla, hours * HOUR, fire=False)
        assert await fire_in_a_process(sla) == 0
    await each_level_is_told_once(sla, ids)
    late = [e for e in await sla.said() if not isinstance(e, PromisesMade)]
    assert all(event.told_late for event in late)
    assert {row["told_late"] for row in await sla.rows("SELECT told_late FROM rung")} == {True}


async def test_section_5_what_is_told_in_its_minute_is_not_marked_late(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 36 * HOUR)
    [warned] = [e for e in await sla.said(PromiseAtRisk) if e.kind is SOLVE]
    assert warned.told_late is False
    answer = await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")
    rungs = {(p["kind"], r["level"]): r["told_late"] for p in answer.json() for r in p["rungs"]}
    assert rungs[SOLVE, "W1"] is False
    assert rungs["CONTACT", "L1"] is True


async def test_section_5_from_when_a_level_is_late_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.escalation]\nlate_from=7200")
    await receive(sla)
    await time_passes(sla, 37 * HOUR)
    [warned] = [e for e in await sla.said(PromiseAtRisk) if e.kind is SOLVE]
    assert warned.told_late is False
    await time_passes(sla, 40 * HOUR)
    assert [e.told_late for e in await sla.said(PromiseBroken) if e.kind is SOLVE] == [True]
