"""What becomes of an answer inside the house that is late: told once, to whom policy names (FC-14)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sla.internal_promises import Agreement, answer_due
from shared.events.routing import AnswerHeld
from shared.events.sla import InternalPromiseBroken
from shared.events.vocabulary import PauseReason, Role
from tests.builders import now, owner_named, resolved
from tests.policies.doors import put_well
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, proposed, receive
from .test_calendars_kept import get
from .test_promises_paused import paused, resumed
from .test_shares import assigned


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def handed_over(
    sla: ServiceUnderTest, department: str = "network", ago: float = 3, within: float = 2
) -> UUID:
    """The front desk owns a complaint, and so many hours ago another department got it, to answer within some."""
    complaint_id = await receive(sla)
    since = now() - ago * HOUR
    given = assigned(complaint_id, department, since, answer_by=since + within * HOUR)
    await sla.hears(owner_named(complaint_id, owned_at=since - HOUR), given)
    return complaint_id


async def broken(sla: ServiceUnderTest) -> list[InternalPromiseBroken]:
    """What is told once time has passed."""
    for _ in range(2):
        await sla.let_pass(timedelta())
    return await sla.said(InternalPromiseBroken)


def held_answer(complaint_id: UUID) -> AnswerHeld:
    facts: dict[str, Any] = {"answer_id": uuid4(), "owner_id": "a100", "by": "h-network"}
    facts |= {"held_at": now() - 2 * HOUR, "release_at": now(), "owner_channel": None, "owner_reply_to": None}
    return AnswerHeld(complaint_id=complaint_id, **facts)


async def test_fc_14_a_department_that_does_not_answer_the_owner_in_time_is_told_of_once(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await handed_over(sla)
    [told] = await broken(sla)
    assert (told.complaint_id, told.department, told.handler_id) == (complaint_id, "network", "h-network")
    assert told.told == (Role.MANAGER, Role.COORDINATOR)
    assert told.due_at - told.since == 2 * HOUR
    [held] = [
        one for one in (await get(sla, f"complaints/{complaint_id}/shares"))["held"] if one["answer_by"]
    ]
    assert held["late"]


async def test_fc_14_before_its_time_it_is_not_told(sla: ServiceUnderTest) -> None:
    await handed_over(sla, ago=1)
    assert await broken(sla) == []


@pytest.mark.parametrize("what", [held_answer, proposed, resolved], ids=["answer", "proposal", "resolution"])
async def test_fc_14_who_has_answered_is_not_late(sla: ServiceUnderTest, what: Any) -> None:
    complaint_id = await handed_over(sla)
    await sla.hears(what(complaint_id))
    assert await broken(sla) == []


async def test_fc_14_what_went_on_to_others_in_time_is_not_told_and_they_have_their_own(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await handed_over(sla)
    later = now() - HOUR
    await sla.hears(assigned(complaint_id, "billing", later, answer_by=later + 0.5 * HOUR))
    assert [told.department for told in await broken(sla)] == ["billing"]


async def test_fc_14_within_the_owners_department_it_is_told_if_policy_says_so(sla: ServiceUnderTest) -> None:
    await handed_over(sla, "front-desk")
    assert await broken(sla) == []
    await put_well(sla, {"version": "2027-a", "internal": {"within_department": True}})
    await handed_over(sla, "front-desk")
    [told] = await broken(sla)
    assert (told.department, told.policy_version) == ("front-desk", "2027-a")
    stored = await sla.rows("SELECT policy_version FROM holding WHERE broken_at IS NOT NULL")
    assert [row["policy_version"] for row in stored] == ["2027-a"]


async def test_fc_14_who_hears_of_it_is_policy(sla: ServiceUnderTest) -> None:
    await put_well(sla, {"version": "2027-a", "internal": {"told": ["OWNER"]}})
    await handed_over(sla)
    assert [told.told for told in await broken(sla)] == [(Role.OWNER,)]


@pytest.mark.parametrize(("stopped_by", "told"), [(["THIRD_PARTY"], 0), (["WAIT_CUSTOMER"], 1)])
async def test_pau_3_waiting_for_a_third_party_stops_the_time_inside_the_house_as_policy_says(
    sla: ServiceUnderTest, stopped_by: list[str], told: int
) -> None:
    await put_well(sla, {"version": "2027-a", "internal": {"stopped_by": stopped_by}})
    complaint_id = await handed_over(sla)
    await sla.hears(paused(complaint_id, 2.5, PauseReason.THIRD_PARTY))
    assert len(await broken(sla)) == told


async def test_pau_3_after_the_pause_what_was_left_of_the_time_runs_on(sla: ServiceUnderTest) -> None:
    complaint_id = await handed_over(sla, ago=5, within=2)
    pause = paused(complaint_id, 4, PauseReason.THIRD_PARTY)
    await sla.hears(pause)
    assert await broken(sla) == []
    await sla.hears(resumed(pause, 2))
    await sla.let_pass(timedelta(hours=2))
    [told] = await sla.said(InternalPromiseBroken)
    assert told.due_at - told.since == 4 * HOUR


def test_pau_3_the_time_inside_the_house_moves_by_what_was_stopped() -> None:
    due = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - any clock
    assert answer_due(Agreement("a", "b", due, timedelta())) == due
    assert answer_due(Agreement("a", "b", due, HOUR)) == due + HOUR
