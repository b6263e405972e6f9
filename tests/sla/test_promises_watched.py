"""Sla through its doors: warnings and breaches, each once and in order."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.events.sla import EscalationReached, PromiseBroken
from shared.events.vocabulary import Role
from tests.builders import complaint_received, now, owner_named, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import (
    ACK,
    CONTACT,
    HOUR,
    SOLVE,
    UPDATE,
    receive,
    time_passes,
    timers_armed,
    told_about,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def test_section_5_a_result_is_warned_of_at_50_and_75_percent_and_broken_at_100(
    sla: ServiceUnderTest,
) -> None:
    await receive(sla)  # S3×S: 72 hours
    told: list[tuple[float, list[str]]] = []
    for hours in (35.9, 0.2, 17.8, 0.2, 17.8, 0.2, 500):
        await time_passes(sla, hours * HOUR)
        told.append((hours, await told_about(sla, SOLVE)))
    assert [words[1:] for _, words in told] == [
        [],
        ["W1"],
        ["W1"],
        ["W1", "W2"],
        ["W1", "W2"],
        ["W1", "W2", "broken", "L1"],
        ["W1", "W2", "broken", "L1", "L2", "L3"],
    ]


async def test_section_5_the_most_severe_are_warned_of_at_30_percent(sla: ServiceUnderTest) -> None:
    await receive(sla, severity="S1")  # S1×S: 24 hours
    await time_passes(sla, 7.1 * HOUR)
    assert await told_about(sla, SOLVE) == ["made"]
    await time_passes(sla, 0.2 * HOUR)
    assert await told_about(sla, SOLVE) == ["made", "W1"]


async def test_section_5_a_first_contact_is_warned_of_at_80_percent_only(sla: ServiceUnderTest) -> None:
    await receive(sla)  # S3×S: 4 hours
    await time_passes(sla, 3.1 * HOUR)
    assert await told_about(sla, CONTACT) == ["made"]
    await time_passes(sla, 0.2 * HOUR)
    assert await told_about(sla, CONTACT) == ["made", "W1"]
    await time_passes(sla, 0.8 * HOUR)
    assert await told_about(sla, CONTACT) == ["made", "W1", "broken", "L1"]


async def test_section_5_a_receipt_has_no_warning(sla: ServiceUnderTest) -> None:
    await receive(sla)
    await time_passes(sla, 55 * timedelta(seconds=1))
    assert await told_about(sla, ACK) == ["made"]
    await time_passes(sla, 10 * timedelta(seconds=1))
    assert await told_about(sla, ACK) == ["made", "broken", "L1"]


async def test_section_5_the_shares_of_the_warnings_are_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.warnings.SOLVE.shares]\nW1=0.1\nW2=0.2")
    await receive(sla)
    await time_passes(sla, 7.3 * HOUR)
    assert await told_about(sla, SOLVE) == ["made", "W1"]
    await time_passes(sla, 7.3 * HOUR)
    assert await told_about(sla, SOLVE) == ["made", "W1", "W2"]


async def test_section_5_the_lead_and_the_owner_are_told_of_a_breach(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(owner_named(complaint_id))
    await time_passes(sla, MINUTE)
    [broken], [reached] = await sla.said(PromiseBroken), await sla.said(EscalationReached)
    assert (broken.kind, broken.complaint_id) == (ACK, complaint_id)
    assert set(reached.told) == {Role.TEAM_LEAD, Role.OWNER}
    assert broken.promise_id == reached.promise_id
    assert broken.broken_at == reached.reached_at >= broken.due_at


async def test_section_5_who_is_told_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.told]\nL1=['OWNER']")
    await sla.hears(owner_named(await receive(sla)))
    await time_passes(sla, MINUTE)
    [reached] = await sla.said(EscalationReached)
    assert reached.told == (Role.OWNER,)


async def test_peers_after_an_outage_every_rung_is_told_at_once_in_order_and_once(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 5911, 1866: the scheduler stood still, said nothing, and passed over what had been due meanwhile."""
    await receive(sla)
    await time_passes(sla, 1000 * HOUR)
    for kind in (UPDATE, SOLVE):
        assert await told_about(sla, kind) == ["made", "W1", "W2", "broken", "L1", "L2", "L3"]
    assert await told_about(sla, CONTACT) == ["made", "W1", "broken", "L1"]
    assert await timers_armed(sla) == 0
    assert await time_passes(sla, 1000 * HOUR) == 0


async def test_a_complaint_that_reaches_us_long_after_it_was_received_is_late_at_once(
    sla: ServiceUnderTest,
) -> None:
    await receive(sla, received_at=now() - 37 * HOUR)
    await sla.let_pass(timedelta())
    assert await told_about(sla, CONTACT) == ["made", "W1", "broken", "L1"]
    assert await told_about(sla, SOLVE) == ["made", "W1"]


async def test_many_promises_are_broken_in_one_transaction(sla: ServiceUnderTest) -> None:
    await sla.hears(*(complaint_received(uuid4()) for _ in range(40)))
    await time_passes(sla, MINUTE, fire=False)
    assert sla.service.timers is not None
    assert await sla.service.timers.fire_once() == 40
    assert {e.kind for e in await sla.said(PromiseBroken)} == {ACK}
    times = {e.broken_at for e in await sla.said(PromiseBroken)}
    assert len(times) == 1
    assert len(await sla.said(EscalationReached)) == 40


async def test_section_5_the_ladder_goes_on_after_the_breach_until_it_is_solved(
    sla: ServiceUnderTest,
) -> None:
    """S3×S: due after 72 hours, L2 at 84, L3 at 96."""
    await sla.hears(owner_named(await receive(sla)))
    told: list[list[str]] = []
    for hours in (83.9, 0.2, 11.8, 0.2):
        await time_passes(sla, hours * HOUR)
        told.append((await told_about(sla, SOLVE))[5:])
    assert told == [[], ["L2"], ["L2"], ["L2", "L3"]]
    reached = {event.level: event.told for event in await sla.said(EscalationReached) if event.kind is SOLVE}
    assert reached["L2"] == (Role.DEPARTMENT_HEAD, Role.TEAM_LEAD)
    assert reached["L3"] == (Role.SERVICE_QUALITY, Role.TEAM_LEAD)
    solved_late = await receive(sla)
    await time_passes(sla, 73 * HOUR)
    await sla.hears(resolved(solved_late))
    await time_passes(sla, 100 * HOUR)
    assert (await told_about(sla, SOLVE, solved_late))[-2:] == ["L1", "kept late"]


async def test_section_5_a_third_complaint_climbs_at_once(sla: ServiceUnderTest) -> None:
    await receive(sla, repeat_index=3)  # S2×S and half the time: 24 hours
    await time_passes(sla, 24.1 * HOUR)
    assert await told_about(sla, SOLVE) == ["made", "W1", "W2", "broken", "L1", "L2", "L3"]
