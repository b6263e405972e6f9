"""How watching went wrong elsewhere: overviews that stayed empty, schedulers that were slow, dead or taken for dead."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.sla import PromiseBroken
from shared.runtime import metrics
from shared.runtime.sampling import Sampler
from tests.builders import complaint_received, now, owner_named
from tests.service_under_test import ServiceUnderTest, StartService
from tests.waiting import eventually

from .promised import ACK, CONTACT, HOUR, REGULATOR, SOLVE, UPDATE, receive, time_passes, told_about
from .test_calendars_kept import get
from .test_watching_survives import LADDER


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def listed(sla: ServiceUnderTest, state: str, within: timedelta) -> set[str]:
    """The kinds of promises that stand so and are due within this time."""
    before = (datetime.now(UTC) + within).isoformat().replace("+", "%2B")
    page = await get(sla, f"promises?state={state}&due_before={before}")
    return {item["kind"] for item in page["items"]}


async def test_peers_zammad_3523_what_falls_due_is_listed_and_every_level_of_the_shipped_policy_is_told(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 3523: with a new version the overview of what is late was empty, and nothing was escalated any more."""
    complaint_id = await receive(sla)
    await sla.hears(owner_named(complaint_id))
    assert await listed(sla, "OPEN", HOUR) == {"ACK"}
    assert await listed(sla, "OPEN", 5 * HOUR) == {"ACK", "CONTACT"}
    await time_passes(sla, 71.9 * HOUR)
    assert await listed(sla, "BROKEN", timedelta()) == {"ACK", "CONTACT", "UPDATE"}
    assert await listed(sla, "AT_RISK", HOUR) == {"SOLVE"}
    await time_passes(sla, 400 * HOUR)
    for kind in (ACK, CONTACT, UPDATE, SOLVE):
        assert await told_about(sla, kind) == ["made", *LADDER[kind]]
    assert await told_about(sla, REGULATOR) == ["made", "W1", "W2", "L3", "L4", "broken", "L1"]


async def test_peers_zammad_3928_every_due_time_is_shown_and_not_only_the_nearest(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 3928: of the three due times of a ticket only the next one could be seen."""
    complaint_id = await receive(sla)
    rows = await get(sla, f"complaints/{complaint_id}/promises")
    assert [row["kind"] for row in rows] == ["ACK", "CONTACT", "UPDATE", "SOLVE"]
    assert len({row["due_at"] for row in rows}) == 4


async def sampled(sla: ServiceUnderTest) -> float:
    """What the service tells of its oldest timer that is due."""
    await Sampler(sla.service).look()
    return float(metrics.TIMERS_OVERDUE.labels("sla")._value.get())


async def rungs(sla: ServiceUnderTest, complaint_id: UUID, kind: str) -> dict[str, bool]:
    """The levels that a promise has reached, and whether they were told late."""
    rows: list[dict[str, Any]] = await get(sla, f"complaints/{complaint_id}/promises")
    [row] = [row for row in rows if row["kind"] == kind]
    return {rung["level"]: rung["told_late"] for rung in row["rungs"]}


async def test_peers_zammad_1631_what_is_told_hours_late_is_seen_before_and_marked_after(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 1631: notices left eight or nine hours late, and nothing showed that they would, or had."""
    complaint_id = await receive(sla)
    await time_passes(sla, 12 * HOUR, fire=False)  # the scheduler stands still meanwhile
    assert await sampled(sla) == pytest.approx(12 * 3600, abs=120)
    await sla.let_pass(timedelta())
    assert await sampled(sla) == 0
    assert await rungs(sla, complaint_id, "CONTACT") == {"W1": True, "L1": True}
    await time_passes(sla, 12.01 * HOUR)
    assert await rungs(sla, complaint_id, "UPDATE") == {"W1": False}


async def nothing_waits(sla: ServiceUnderTest) -> bool:
    return await sampled(sla) == 0


@contextmanager
def firing(sla: ServiceUnderTest) -> Iterator[None]:
    """As in a running service: its timers fire of themselves."""
    assert sla.service.timers is not None
    running = asyncio.create_task(sla.service.timers.run())
    try:
        yield
    finally:
        running.cancel()


async def test_peers_zammad_2188_much_to_do_is_shown_as_much_to_do_and_not_as_death(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 2188: with many jobs waiting, the monitor took the scheduler for dead."""
    received = now() - 80 * HOUR
    await sla.hears(*(complaint_received(uuid4(), received_at=received) for _ in range(300)))
    await sla.client.get("/metrics")
    assert await sampled(sla) > 0
    with firing(sla):
        await eventually(lambda: sla.service.timers is not None and sla.service.timers.turned_at > 0)
        for probe in ("live", "ready"):
            answer = await sla.client.get(f"/health/{probe}")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        await eventually(lambda: nothing_waits(sla))
    assert len(await sla.said(PromiseBroken)) == 4 * 300
