"""How due times went wrong elsewhere: each failure as a test, and the table in docs/sla.md that names them all."""

import ast
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.policy import SlaPolicy
from services.sla.read_calendar import WEEKDAYS, CalendarFaultsError, Limits, read_calendar
from services.sla.working_time import WorkingTime
from shared.events.intake import ContactAttached
from shared.events.vocabulary import Channel, Severity
from shared.runtime.policy import PolicyError, load_policy
from tests.builders import complaint_received, now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import LIMITS, OFFICE, REST, SPRING_FESTIVAL, a_week, is_working, working_time
from .promised import ACK, CONTACT, HOUR, SOLVE, UPDATE, receive, steps_taken, targets, told_about
from .test_calendars_kept import dues, get, put
from .test_promises_paused import paused, resumed

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def test_peers_a_paused_promise_does_not_tick(sla: ServiceUnderTest) -> None:
    """osTicket 3034, frappe helpdesk 1554 and 1675, linear 1103, objectstack 1310: no pause, or one whose clock goes on."""
    complaint_id = await receive(sla, received_at=now() - 60 * HOUR)
    pause = paused(complaint_id, 59)
    await sla.hears(pause, resumed(pause, 1))
    assert await told_about(sla, SOLVE) == ["made"], "58 of the 60 hours did not count"


async def test_peers_nothing_runs_on_after_the_result(sla: ServiceUnderTest) -> None:
    """chatwoot 10178: the clock of the next answer kept running after the conversation was resolved."""
    complaint_id = await receive(sla)
    await sla.hears(steps_taken(complaint_id), resolved(complaint_id))
    await sla.let_pass(1000 * HOUR)
    for kind in (CONTACT, UPDATE, SOLVE):
        assert await told_about(sla, kind) == ["made", "kept"]


async def test_peers_a_target_for_news_overrules_no_longer_one_for_the_contact(
    start_service: StartService,
) -> None:
    """zammad 5177: the target of updates took the place of a longer one of the first answer."""
    policy = '[sla]\nversion = "t"\n[sla.matrix.S4.S]\nCONTACT = 90000\nUPDATE = 3600'
    sla = await start_service("sla", policy)
    complaint_id = await receive(sla, severity=Severity.S4)
    times = await targets(sla, complaint_id)
    assert (times[CONTACT], times[UPDATE]) == (25 * HOUR, HOUR)


async def test_peers_touching_a_complaint_does_not_start_its_clock_anew(sla: ServiceUnderTest) -> None:
    """DIGIT: the clock began at the last change, so that any edit put the escalation off."""
    complaint_id = await receive(sla, received_at=now() - 10 * HOUR)
    before = await dues(sla, complaint_id)
    await sla.hears(
        steps_taken(complaint_id),
        ContactAttached(
            complaint_id=complaint_id,
            contact_id=uuid4(),
            customer_id=uuid4(),
            channel=Channel.PHONE,
            rule="REP-1",
            reopens=False,
            severity=Severity.S3,
            tags=(),
            risk_score=0,
            taken_by=None,
            occurred_at=now(),
            received_at=now(),
            policy_version="t",
        ),
    )
    after = await dues(sla, complaint_id)
    assert (after["SOLVE"], after["CONTACT"]) == (before["SOLVE"], before["CONTACT"])


async def test_peers_more_than_a_hundred_are_looked_at(sla: ServiceUnderTest) -> None:
    """DIGIT: each scan read the first hundred complaints of a state and never the others."""
    received = now() - 2 * MINUTE
    await sla.hears(*(complaint_received(uuid4(), received_at=received) for _ in range(120)))
    await sla.let_pass(timedelta())
    assert (await told_about(sla, ACK)).count("broken") == 120


@pytest.mark.parametrize("gone", ["matrix.S1.K.SOLVE", "matrix.S3.S", "matrix.S4"])
def test_peers_no_cell_is_without_a_target(gone: str, tmp_path: Path) -> None:
    """DIGIT: the target was empty for child tenants, so that no breach could ever show."""
    document = load_policy(SlaPolicy, "sla").model_dump(mode="json")
    table: dict[str, Any] = document
    *way, last = gone.split(".")
    for name in way:
        table = table[name]
    del table[last]
    with pytest.raises(ValueError, match="must have exactly"):
        SlaPolicy.model_validate(document)
    file = tmp_path / "policy.toml"
    file.write_text('[sla]\nversion = "t"\nmatrix.S1.K.SOLVE = 0', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"sla\.matrix\.S1\.K\.SOLVE"):
        load_policy(SlaPolicy, "sla", file)


@pytest.mark.parametrize("wrong", [-1, 0, 1e12, "inf", "nan"])
def test_peers_negative_and_enormous_durations_are_refused_with_their_place(
    wrong: Any, tmp_path: Path
) -> None:
    file = tmp_path / "policy.toml"
    for place in ("acknowledge", "matrix.S3.S.SOLVE", "pauses.longest", "reopened.solve_factor"):
        file.write_text(f'[sla]\nversion = "t"\n{place} = {wrong}', encoding="utf-8")
        with pytest.raises(PolicyError, match=re.escape(f"sla.{place}")):
            load_policy(SlaPolicy, "sla", file)


@settings(deadline=None, max_examples=60)
@given(st.sets(st.sampled_from(WEEKDAYS), min_size=1), st.integers(0, 6 * 1440), st.integers(1, 3000))
def test_peers_any_set_of_weekdays_is_right(days: set[str], start: int, minutes: int) -> None:
    """osTicket 6739: wrong unless Monday and Thursday are in the schedule."""
    document = {"zone": "UTC", "week": a_week(OFFICE, tuple(days))}
    working = working_time(document)
    begin = datetime(2026, 3, 2, tzinfo=ZoneInfo("UTC")) + start * MINUTE
    at, left = begin, minutes
    while left:
        left -= is_working(document, at)
        at += MINUTE
    assert working.due(begin, minutes * 60) == at


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
def test_peers_a_holiday_is_the_whole_day_of_its_own_zone(zone: str) -> None:
    """zammad 3706: holidays came a day early in zones ahead of UTC."""
    document = {
        "zone": zone,
        "week": a_week(["00:00-24:00"], WEEKDAYS),
        "holidays": {"2026-03-04": "off"},
    }
    working = working_time(document)
    midnight = datetime(2026, 3, 4, tzinfo=ZoneInfo(zone))
    assert working.due(midnight - 2 * HOUR, 7200) == midnight
    assert working.due(midnight - HOUR, 3601) == midnight + 24 * HOUR + timedelta(seconds=1)


def test_peers_the_summer_times_of_the_past_count_too() -> None:
    """Asia/Shanghai had summer time until 1991: the night of 10 April 1988 has an hour less."""
    nights = read_calendar(
        "nights",
        {"zone": "Asia/Shanghai", "week": a_week(["22:00-06:00"], WEEKDAYS), "night_shifts": True},
        {},
        Limits(date(1990, 1, 1), REST),
    )
    working = WorkingTime(nights, REST.search_days)
    evening = datetime(1988, 4, 16, 22, tzinfo=SHANGHAI)
    assert working.worked(evening, evening.replace(day=17, hour=6)) == 7 * 3600
    assert working.worked(evening.replace(day=20), evening.replace(day=21, hour=6)) == 8 * 3600


def test_peers_a_year_that_nobody_knows_yet_raises_nothing() -> None:
    """A library of holidays raised an error for the next year: fifteen working days from December could not be counted."""
    working = working_time(SPRING_FESTIVAL)
    due = working.due(datetime(2026, 12, 21, 9, tzinfo=SHANGHAI), 15 * 7.5 * 3600)
    assert due == datetime(2027, 1, 8, 18, tzinfo=SHANGHAI)
    assert not working.calendar.is_published(due)
    assert working.due(datetime(2099, 12, 21, 9, tzinfo=SHANGHAI), 3600).year == 2099


def test_peers_a_search_without_end_is_given_up() -> None:
    """CAL-5: a calendar that ends cannot be saved, and what ends all the same counts day and night after 400 days."""
    with pytest.raises(CalendarFaultsError):
        read_calendar("none", {"zone": "UTC", "week": {}}, {}, LIMITS)
    office = read_calendar("office", SPRING_FESTIVAL, {}, LIMITS)
    start = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    empty = WorkingTime(office._replace(week=((),) * 7), REST.search_days)
    last_worked = datetime(2026, 2, 28, 18, tzinfo=SHANGHAI)
    assert empty.due(start, 3600) == last_worked + timedelta(days=400, hours=1)
    never = WorkingTime(office._replace(week=((),) * 7, days={}), REST.search_days)
    assert never.due(start, 3600) == start + timedelta(hours=1)
    assert never.due(start, 10 * 366 * 86_400) == start + timedelta(days=3660)


@pytest.mark.parametrize(
    ("zone", "slots", "doubt"),
    [
        ("Europe/Berlin", ["02:30-10:00"], "does not exist"),
        ("America/New_York", ["01:30-10:00"], "exists twice"),
    ],
)
async def test_peers_times_that_are_no_moment_on_change_days_are_refused_at_the_door(
    sla: ServiceUnderTest, zone: str, slots: list[str], doubt: str
) -> None:
    refused = await put(sla, "new", {"zone": zone, "week": a_week(slots, WEEKDAYS)}, 422)
    assert refused["errors"][0]["field"] == "week.sun.0"
    assert doubt in refused["detail"]
    assert len(await get(sla, "calendars")) == 1


def what_tests_say() -> dict[str, str]:
    """The name and the docstring of every test, by name."""
    return {
        node.name: f"{node.name} {ast.get_docstring(node) or ''}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_failure_in_the_table_has_its_test_which_names_where_it_was() -> None:
    page = (ROOT / "docs" / "sla.md").read_text(encoding="utf-8")
    table = page.partition("## How others failed")[2].partition("\n## ")[0]
    rows = [row.split("|")[1:3] for row in table.splitlines() if "`test_" in row]
    said = what_tests_say()
    for failure, tests in rows:
        of_row = " ".join(said[name] for name in re.findall(r"`(test_\w+)`", tests))
        where = re.findall(r"\d+", failure.rpartition("(")[2]) if "1988" not in failure else []
        assert not [number for number in where if not re.search(rf"(?<!\d){number}(?!\d)", of_row)], failure
    assert len(rows) > 45
