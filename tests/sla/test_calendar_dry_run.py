"""What a change of a calendar would do is told before it is made, and is what then happens."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.sla import dry_run
from services.sla.calendar_moves import MOST_EXAMPLES, Moves, Shift
from shared.events.sla import PromiseRecomputed
from tests.builders import complaint_received, now
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, SPRING_FESTIVAL, a_week
from .promised import HOUR, receive
from .test_calendars_kept import IN_CALENDAR, at, dues, get, put

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CHANGED = SPRING_FESTIVAL | {"holidays": {"2126-03-04": "new"}, "published_through": None}


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def test_cal_6_a_dry_run_tells_what_would_move_and_moves_nothing(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2126-03-01T16:00"))
    before = await dues(sla, complaint_id)
    told = await put(sla, "cn-default?dry_run=true", CHANGED)
    assert (told["calendars"], told["open"]) == (["cn-default"], 3)
    assert await dues(sla, complaint_id) == before
    assert (await get(sla, "calendars/cn-default"))["version"] == 1
    assert await sla.rows("SELECT 1 FROM timer WHERE armed AND kind = 'recount'") == []
    assert await sla.said(PromiseRecomputed) == []


async def test_cal_6_what_the_dry_run_tells_is_what_then_happens(sla: ServiceUnderTest) -> None:
    await sla.hears(
        *(
            complaint_received(uuid4(), received_at=at("2126-03-01T10:00") + hours * HOUR)
            for hours in range(6)
        )
    )
    told = await put(sla, "cn-default?dry_run=true", CHANGED)
    await put(sla, "cn-default", CHANGED)
    while await sla.service.timers.fire_once():  # type: ignore[union-attr]
        pass
    events = await sla.said(PromiseRecomputed)
    moved = [(event.due_at - event.was_due_at).total_seconds() for event in events]
    assert told["moved"] == len([by for by in moved if by]) > 0
    assert told["notices"] == len([event for event in events if event.notable])
    assert told["later"] == len([by for by in moved if by > 0])
    assert (told["most_earlier"], told["most_later"]) == (min([0, *moved]), max([0, *moved]))
    assert told["provisional_no_more"] == 18
    assert len(told["examples"]) == min(told["moved"], MOST_EXAMPLES)


async def test_cal_6_a_pause_is_waited_out_in_a_dry_run_too(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2126-03-01T16:00"))
    pauses = {"intervals": [[at("2126-03-01T16:00").isoformat(), at("2126-03-01T17:00").isoformat()]]}
    async with sla.engine.begin() as connection:
        statement = text("UPDATE promise SET pauses = CAST(:pauses AS jsonb) WHERE kind = 'SOLVE'")
        await connection.execute(statement, {"pauses": json.dumps(pauses)})
    told = await put(sla, "cn-default?dry_run=true", CHANGED | {"holidays": {}})
    [solve] = [one for one in told["examples"] if one["kind"] == "SOLVE"]
    assert solve["complaint_id"] == str(complaint_id)
    assert solve["moves_by"] == 3600


async def test_cal_6_promises_that_would_be_late_at_once_are_counted(sla: ServiceUnderTest) -> None:
    always = a_week(["00:00-24:00"], ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    rest: dict[str, list[str]] = {
        (now() + timedelta(days=day)).date().isoformat(): [] for day in range(-4, 20)
    }
    await put(sla, "cn-default", {"zone": "UTC", "week": always, "days": rest})
    await receive(sla, received_at=now() - timedelta(days=3))  # whatever the hour of the day is
    await receive(sla, received_at=now())
    told = await put(sla, "cn-default?dry_run=true", {"zone": "UTC", "week": always})
    assert told["late_at_once"] == 3
    assert told["earlier"] == told["moved"] == 6


async def test_cal_7_a_proposal_can_be_tried_before_it_is_approved(sla: ServiceUnderTest) -> None:
    await receive(sla, received_at=at("2027-02-05T16:00"))
    wanted = {"country": "CN", "years": [2027]}
    proposed = await sla.client.post("/sla/v1/calendars/cn-default/proposals", json=wanted)
    version = proposed.json()["version"]
    approval = f"/sla/v1/calendars/cn-default/versions/{version}/approval?dry_run=true"
    told = (await sla.client.post(approval)).json()
    assert (told["open"], told["later"]) == (3, 3)
    assert (await get(sla, "calendars/cn-default"))["version"] == 1
    assert (await sla.client.post(approval.replace("/2/", "/9/"))).status_code == 404


async def test_calendars_that_take_the_holidays_are_in_the_dry_run(sla: ServiceUnderTest) -> None:
    branch = {"zone": "Asia/Urumqi", "week": a_week(OFFICE), "holidays_of": "cn-default"}
    await put(sla, "branch", branch)
    assert (await put(sla, "cn-default?dry_run=true", CHANGED))["calendars"] == ["branch", "cn-default"]
    refused = await put(sla, "cn-default?dry_run=true", CHANGED | {"week": {}}, 422)
    assert refused["errors"][0]["field"] == "week"
    refused = await put(sla, "cn-default?dry_run=perhaps", CHANGED, 422)
    assert refused["errors"][0]["field"] == "dry_run"


async def test_a_dry_run_goes_through_all_promises_page_by_page(
    sla: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "PAGE", 3)
    await sla.hears(*(complaint_received(uuid4(), received_at=at("2126-03-01T16:00")) for _ in range(4)))
    assert (await put(sla, "cn-default?dry_run=true", CHANGED))["open"] == 12


def shift(minutes: float, **changes: Any) -> Shift:
    """A promise that was due at noon and is now due so many minutes later."""
    one = Shift(uuid4(), uuid4(), "SOLVE", NOON, NOON + timedelta(minutes=minutes), False, False)
    return one._replace(**changes)


@pytest.mark.parametrize(("notable_move", "notices"), [(1800, 2), (60, 4), (10**6, 0)])
def test_cal_6_which_moves_would_be_told_is_policy(notable_move: float, notices: int) -> None:
    moves = Moves(notable_move, NOON - HOUR)
    for minutes in (0, 30, -30, 31, -2000):
        moves.add(shift(minutes))
    told = moves.told()
    assert (told["open"], told["moved"], told["notices"]) == (5, 4, notices)
    assert (told["earlier"], told["later"], told["late_at_once"]) == (2, 2, 1)
    assert told["by_size"] == {"up to 30 min": 2, "up to 4 h": 1, "up to 1 d": 0, "more": 1}
    assert [one["moves_by"] / 60 for one in told["examples"]][:2] == [-2000, 31]
    assert (told["most_earlier"], told["most_later"]) == (-120_000, 1860)


def test_the_examples_are_those_that_move_most_however_many_there_are() -> None:
    moves = Moves(0, NOON)
    for minutes in range(1, 200):
        moves.add(shift(minutes))
    assert [one["moves_by"] / 60 for one in moves.told()["examples"]] == list(range(199, 179, -1))
