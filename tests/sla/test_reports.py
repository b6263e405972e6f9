"""Reports through their doors: what became of promises, by whom and when, and how even it is."""

import csv
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.evenness import Result, evenness
from tests.builders import closed, complaint_received, now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, receive, steps_taken
from .test_calendars_kept import at


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def get(sla: ServiceUnderTest, path: str) -> Any:
    answer = await sla.client.get(f"/sla/v1/reports/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def solved(sla: ServiceUnderTest, hours: float, **facts: Any) -> None:
    """A complaint with 72 hours for its result that got it after so many."""
    received = now() - 200 * HOUR
    complaint_id = await receive(sla, received_at=received, **facts)
    await sla.hears(resolved(complaint_id, resolved_at=received + hours * HOUR))


async def test_kept_late_broken_withdrawn_and_open_are_told_apart(sla: ServiceUnderTest) -> None:
    await solved(sla, 10)
    await solved(sla, 71)
    await solved(sla, 73)
    still_open = await receive(sla, received_at=now())
    overdue = await receive(sla, received_at=now() - 100 * HOUR)
    given_up = await receive(sla, received_at=now() - 2 * HOUR)
    await sla.hears(closed(given_up))
    await sla.let_pass(timedelta())
    [solve] = [one for one in (await get(sla, "promises"))["groups"] if one["kind"] == "SOLVE"]
    counted = {name: solve[name] for name in ("made", "kept", "late", "broken", "withdrawn", "open")}
    assert counted == {"made": 6, "kept": 2, "late": 1, "broken": 1, "withdrawn": 1, "open": 1}
    assert solve["share_kept"] == 0.5
    assert (solve["late_up_to_1_h"], solve["late_up_to_3_d"]) == (1, 1)
    assert solve["lateness_longest"] == pytest.approx(28 * 3600, abs=60)
    assert solve["time_taken_median"] == 71 * 3600
    assert len({still_open, overdue, given_up}) == 3


async def test_promises_are_grouped_by_up_to_three_things(sla: ServiceUnderTest) -> None:
    await solved(sla, 10, department="network", category="broadband/outage", area="east")
    await solved(sla, 80, department="network", category="broadband/speed", area="west")
    await solved(sla, 80, department="billing", category="fees", area="east", grade="V")

    async def groups(query: str) -> dict[tuple[Any, ...], tuple[int, int]]:
        told = await get(sla, f"promises?kind=SOLVE&{query}")
        return {tuple(one[name] for name in told["by"]): (one["made"], one["kept"]) for one in told["groups"]}

    assert await groups("by=department") == {("network",): (2, 1), ("billing",): (1, 0)}
    assert await groups("by=severity&by=grade") == {("S3", "S"): (2, 1), ("S3", "V"): (1, 0)}
    assert (await groups("by=department&by=area&by=channel"))["network", "east", "web"] == (1, 1)
    assert await groups("by=policy") == {("default",): (3, 1)}
    assert await groups("by=case_type&category=broadband") == {("COMPLAINT",): (2, 1)}
    assert await groups("by=area&department=billing&grade=V") == {("east",): (1, 0)}
    assert await groups("by=kind&severity=S1") == {}


async def test_weeks_weekdays_and_hours_are_those_of_the_zone(sla: ServiceUnderTest) -> None:
    await sla.hears(complaint_received(uuid4(), received_at=at("2026-03-02T07:30")))
    query = "promises?since=2026-02-20T00:00:00Z&until=2026-03-20T00:00:00Z&by=week&by=weekday&by=hour"
    [there] = (await get(sla, f"{query}&zone=Asia/Shanghai"))["groups"]
    assert (there["week"], there["weekday"], there["hour"]) == ("2026-W10", 1, 7)
    [utc] = (await get(sla, query))["groups"]
    assert (utc["week"], utc["weekday"], utc["hour"]) == ("2026-W09", 7, 23)
    [also] = (await get(sla, query.replace("by=week&by=weekday&by=hour", "kind=ACK")))["groups"]
    assert also["made"] == 1


async def test_a_report_has_only_what_started_in_its_time(sla: ServiceUnderTest) -> None:
    await receive(sla, received_at=now() - 100 * 24 * HOUR)
    assert (await get(sla, "promises"))["groups"] == []
    since = (now() - 120 * 24 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len((await get(sla, f"promises?since={since}"))["groups"]) == 4


async def test_a_report_is_bounded_and_says_what_it_leaves_out(sla: ServiceUnderTest) -> None:
    await sla.hears(*(complaint_received(uuid4(), area=f"a{number}") for number in range(5)))
    told = await get(sla, "promises?by=area&limit=2")
    assert (len(told["groups"]), told["left_out"]) == (2, 3)


async def test_a_report_is_a_table_too_and_no_cell_of_it_is_a_formula(sla: ServiceUnderTest) -> None:
    await receive(sla, area="=1+1")
    answer = await sla.client.get("/sla/v1/reports/promises?by=area&by=kind&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["area"], row["kind"], row["made"]) for row in rows] == [
        ("'=1+1", kind, "1") for kind in ("ACK", "CONTACT", "SOLVE", "UPDATE")
    ]
    empty = await sla.client.get("/sla/v1/reports/promises?format=csv&severity=S1")
    assert (empty.status_code, empty.text) == (200, "")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("promises?by=person", "by"),
        ("promises?by=kind&by=area&by=week&by=hour", "by"),
        ("promises?since=2026-01-01T00:00:00Z&until=2025-01-01T00:00:00Z", "until"),
        ("promises?since=2001-01-01T00:00:00Z", "until"),
        ("promises?since=yesterday", "since"),
        ("promises?until=2026-01-01T00:00:00", "until"),
        ("promises?zone=Mars", "zone"),
        ("promises?format=xml", "format"),
        ("promises?limit=100000", "limit"),
        ("promises?area=%00", "area"),
        ("evenness?across=hour", "across"),
        ("evenness?kind=NOTHING", "kind"),
    ],
)
async def test_a_report_that_cannot_be_is_refused_with_the_field(
    sla: ServiceUnderTest, query: str, field: str
) -> None:
    refused = await sla.client.get(f"/sla/v1/reports/{query}")
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"].startswith(field)


async def test_an_area_that_is_treated_worse_stands_out(sla: ServiceUnderTest) -> None:
    received = now() - 200 * HOUR
    for area, late in (("east", 1), ("west", 1), ("north", 18)):
        complaints = [uuid4() for _ in range(20)]
        await sla.hears(*(complaint_received(one, area=area, received_at=received) for one in complaints))
        await sla.hears(
            *(
                resolved(one, resolved_at=received + (80 if number < late else 8) * HOUR)
                for number, one in enumerate(complaints)
            )
        )
    told = await get(sla, "evenness")
    assert told["share"] == pytest.approx(40 / 60)
    assert not told["even"]
    assert told["variance"] > told["by_chance"]
    worst = told["results"][0]
    assert (worst["name"], worst["share"], worst["stands_out"]) == ("north", 0.1, True)
    by_department = await get(sla, "evenness?across=department")
    assert by_department["even"]
    assert [one["name"] for one in by_department["results"]] == [None]


async def test_where_nothing_was_decided_nothing_is_uneven(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    assert (await get(sla, "evenness"))["share"] is None
    await sla.hears(steps_taken(complaint_id))
    told = await get(sla, "evenness?kind=CONTACT")
    assert (told["share"], told["variance"], told["even"]) == (1.0, 0.0, True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=20))
def test_evenness_is_never_negative_and_the_worst_comes_first(counts: list[tuple[int, int]]) -> None:
    results = [Result(str(number), kept, kept + lost) for number, (kept, lost) in enumerate(counts)]
    found = evenness(results)
    if found is None:
        assert not any(one.decided for one in results)
        return
    assert 0 <= found.share <= 1
    assert found.variance >= 0
    assert found.by_chance >= 0
    shown = [one.deviations for one in found.distances]
    assert shown == sorted(shown)
    assert len(shown) == sum(1 for one in results if one.decided)


@pytest.mark.parametrize(("kept", "stands_out"), [(90, False), (70, True)])
def test_an_area_stands_out_only_beyond_chance(kept: int, stands_out: bool) -> None:
    found = evenness([Result("a", 450, 500), Result("b", kept, 100)])
    assert found is not None
    assert found.is_even is not stands_out
