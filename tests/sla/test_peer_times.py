"""How times went wrong elsewhere: zones of servers and browsers, days off, breaks and nights."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from services.sla.read_calendar import WEEKDAYS
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import a_week
from .promised import CONTACT, HOUR, SOLVE, receive, steps_taken, told_about
from .test_calendars_kept import IN_CALENDAR, at, dues, get, put
from .test_promises_paused import paused

LIKE_A_TIME = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*$")


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


def times_in(answer: Any) -> Iterator[str]:
    """Every text in an answer that looks like a moment."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        for one in answer:
            yield from times_in(one)
    elif isinstance(answer, str) and LIKE_A_TIME.match(answer):
        yield answer


async def where_the_database_is_in(sla: ServiceUnderTest, zone: str) -> None:
    """From its next connection on the database keeps its times in another zone."""
    async with sla.engine.begin() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await connection.execute(text(f"ALTER DATABASE \"{name}\" SET timezone TO '{zone}'"))
    await sla.engine.dispose()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata"])
async def test_peers_erpnext_38745_nothing_is_late_as_soon_as_it_is_there_whatever_the_zones(
    start_service: StartService, zone: str
) -> None:
    """Erpnext 38745: whose clock was ahead of the server's saw each new ticket as failed."""
    sla = await start_service("sla")
    await where_the_database_is_in(sla, zone)
    received = now().astimezone(ZoneInfo(zone))
    complaint_id = await receive(sla, received_at=received)
    await sla.let_pass(timedelta())
    assert await told_about(sla, CONTACT) == await told_about(sla, SOLVE) == ["made"]
    assert (await dues(sla, complaint_id))["SOLVE"] == received + 72 * HOUR
    for row in await get(sla, f"complaints/{complaint_id}/promises"):
        assert row["used_seconds"] < row["target_seconds"] / 2 or row["kind"] == "ACK"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai", "America/New_York"])
async def test_peers_otrs_browser_zones_every_time_says_its_offset_and_is_the_same_moment_everywhere(
    sla: ServiceUnderTest, zone: str
) -> None:
    """OTRS, frappe helpdesk 3776: a time without its offset is read in the zone of whoever's browser shows it."""
    complaint_id = await receive(sla, received_at=at("2026-03-27T16:00"))  # summer time begins in between
    await sla.hears(paused(complaint_id, 1))
    path = f"complaints/{complaint_id}/promises"
    here, there = await get(sla, path), await get(sla, f"{path}?zone={zone}")
    pairs = list(zip(times_in(here), times_in(there), strict=True))
    assert len(pairs) > 20
    for one, other in pairs:
        moment, same = datetime.fromisoformat(one), datetime.fromisoformat(other)
        assert moment.tzinfo is not None is not same.tzinfo
        assert moment == same
    for path in ("promises", "calendars", "complaints", "policy/versions", "addressees", "extensions"):
        answer = await sla.client.get(f"/sla/v1/{path}")
        assert all(datetime.fromisoformat(one).tzinfo for one in times_in(answer.json()))


@pytest.mark.parametrize(
    ("opened", "answered", "used"),
    [
        ("2026-03-07T11:00", "2026-03-09T10:00", 3600),  # Saturday, then Monday an hour after nine
        ("2026-03-07T11:00", "2026-03-07T12:00", 0),  # somebody was there all the same
        ("2026-03-06T17:00", "2026-03-09T09:30", 5400),  # the last hour of Friday counts
    ],
)
async def test_peers_frappe_2075_what_a_first_answer_took_does_not_count_days_off(
    sla: ServiceUnderTest, opened: str, answered: str, used: int
) -> None:
    """Frappe helpdesk 2075: a ticket of a day off, answered first thing on Monday, had taken more than a day."""
    complaint_id = await receive(sla, received_at=at(opened))
    await sla.hears(steps_taken(complaint_id, taken_at=at(answered)))
    rows = await get(sla, f"complaints/{complaint_id}/promises")
    [contact] = [row for row in rows if row["kind"] == "CONTACT"]
    assert (contact["state"], contact["late"], contact["used_seconds"]) == ("KEPT", False, used)


async def test_peers_frappe_2075_what_is_used_stands_still_while_it_is_paused(
    start_service: StartService,
) -> None:
    """Frappe helpdesk 2075, and what its mending was about: time on hold is no time used."""
    sla = await start_service("sla")
    complaint_id = await receive(sla, received_at=now() - 20 * HOUR)
    await sla.hears(paused(complaint_id, 8))
    rows = {row["kind"]: row for row in await get(sla, f"complaints/{complaint_id}/promises")}
    assert rows["SOLVE"]["used_seconds"] == pytest.approx(12 * 3600, abs=5)
    assert rows["CONTACT"]["used_seconds"] == pytest.approx(20 * 3600, abs=60)


async def test_peers_chatwoot_14009_no_time_of_a_lunch_break_is_used(sla: ServiceUnderTest) -> None:
    """Chatwoot 14009, 9798, frappe helpdesk 2212: a day was one stretch, and who opened at noon was late at one."""
    complaint_id = await receive(sla, received_at=at("2026-03-09T11:30"))
    assert (await dues(sla, complaint_id))["CONTACT"] == at("2026-03-09T15:00")
    await put(sla, "cn-default", {"zone": "Asia/Shanghai", "week": a_week(["09:00-18:00"])})
    without = await receive(sla, received_at=at("2026-03-09T11:30"))
    assert (await dues(sla, without))["CONTACT"] == at("2026-03-09T13:30")


async def test_peers_chatwoot_5254_a_shift_ends_on_the_next_day(sla: ServiceUnderTest) -> None:
    """Chatwoot 5254: hours could not go past midnight, and another time zone was to be pretended instead."""
    nights = {"zone": "Asia/Shanghai", "week": a_week(["22:00-02:00"]), "night_shifts": True}
    await put(sla, "cn-default", nights)
    friday = await receive(sla, received_at=at("2026-03-06T23:00"))
    solve = (await dues(sla, friday))["SOLVE"]  # ten hours: three, four on Monday, three on Tuesday
    assert solve == at("2026-03-11T01:00")


async def test_peers_zammad_3180_no_minute_is_lost_at_midnight(sla: ServiceUnderTest) -> None:
    """Zammad 3180: the last minute of each day that was open day and night did not count."""
    always = {"zone": "Asia/Shanghai", "week": a_week(["00:00-24:00"], WEEKDAYS)}
    await put(sla, "cn-default", always)
    complaint_id = await receive(sla, received_at=at("2026-03-06T20:00"))
    assert (await dues(sla, complaint_id))["SOLVE"] == at("2026-03-07T06:00")


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-03-28T20:00+01:00", "2026-03-29T07:00+02:00"),  # the night has an hour less
        ("2026-10-24T20:00+02:00", "2026-10-25T05:00+01:00"),  # and one more
        ("2026-03-30T20:00+02:00", "2026-03-31T06:00+02:00"),
    ],
)
async def test_peers_otrs_787_a_night_in_which_the_clock_is_changed_has_its_own_length(
    sla: ServiceUnderTest, opened: str, due: str
) -> None:
    """OTRS 787, oncall 3261, billetsys 175, dbt_zendesk 25: the change moved schedules and due times by an hour."""
    await put(sla, "cn-default", {"zone": "Europe/Berlin", "week": a_week(["00:00-24:00"], WEEKDAYS)})
    complaint_id = await receive(sla, received_at=datetime.fromisoformat(opened))
    assert (await dues(sla, complaint_id))["SOLVE"] == datetime.fromisoformat(due)
