"""Calendars through their doors: put, read, proposed, approved; and promises that follow them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

import services.sla.metrics
from shared.events.sla import PromiseRecomputed, PromisesMade
from tests.builders import complaint_received
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, SPRING_FESTIVAL, a_week
from .promised import CONTACT, SOLVE, UPDATE, receive, told_about

SHANGHAI = ZoneInfo("Asia/Shanghai")
IN_CALENDAR = """
[sla]
version = "t"
[sla.matrix.S3.S]
SOLVE = { seconds = 36000, calendar = "cn-default" }
CONTACT = { seconds = 7200, calendar = "cn-default", start = "office" }
UPDATE = { working_days = 2, calendar = "cn-default", start = "office" }
[sla.matrix.S4.S]
CONTACT = 31536000
UPDATE = 31536000
SOLVE = 31536000
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def put(sla: ServiceUnderTest, name: str, document: dict[str, Any], status: int = 200) -> Any:
    answer = await sla.client.put(f"/sla/v1/calendars/{name}", json=document)
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(sla: ServiceUnderTest, path: str) -> Any:
    answer = await sla.client.get(f"/sla/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def dues(sla: ServiceUnderTest, complaint_id: UUID) -> dict[str, datetime]:
    rows = await get(sla, f"complaints/{complaint_id}/promises")
    return {row["kind"]: datetime.fromisoformat(row["due_at"]) for row in rows}


async def test_promises_count_in_the_calendar_that_their_cell_names(sla: ServiceUnderTest) -> None:
    """Freescout 3756, chatwoot 13392: working hours were known, and due times did not heed them."""
    complaint_id = await receive(sla, received_at=at("2026-02-13T16:00"))
    due = await dues(sla, complaint_id)
    assert due["SOLVE"] == at("2026-02-24T09:30")
    assert due["CONTACT"] == at("2026-02-13T18:00")
    assert due["UPDATE"] == at("2026-02-24T16:00")
    assert due["ACK"] == at("2026-02-13T16:01"), "a receipt is due day and night"
    [made] = await sla.said(PromisesMade)
    assert {(one.kind, one.calendar, one.version) for one in made.in_calendars} == {
        (kind, "cn-default", 1) for kind in (CONTACT, UPDATE, SOLVE)
    }


async def test_a_due_time_is_explained_slot_by_slot(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2026-02-13T16:00"))
    rows = {row["kind"]: row for row in await get(sla, f"complaints/{complaint_id}/promises")}
    counted = rows["SOLVE"]["counted"]
    assert (counted["calendar"], counted["version"], counted["zone"]) == ("cn-default", 1, "Asia/Shanghai")
    assert [
        (slot["from"][5:16], slot["until"][11:16], slot["seconds"] / 3600) for slot in counted["slots"]
    ] == [
        ("02-13T16:00", "18:00", 2),
        ("02-14T09:00", "12:00", 3),
        ("02-14T13:30", "18:00", 4.5),
        ("02-24T09:00", "09:30", 0.5),
    ]
    assert sum(slot["seconds"] for slot in counted["slots"]) == rows["SOLVE"]["target_seconds"] == 36_000
    assert "in the working time of cn-default (version 1)" in rows["SOLVE"]["explanation"]["en"]
    assert "按工作日历 cn-default（第 1 版）计时" in rows["SOLVE"]["explanation"]["zh-CN"]
    assert "2 working days, begun by the rule office" in rows["UPDATE"]["explanation"]["en"]
    assert rows["ACK"]["counted"] is None


async def test_peers_warnings_come_in_working_time_too(sla: ServiceUnderTest) -> None:
    """Zammad 4432, 2157, GLPI 22678: of ten working hours from Friday 16:00 half are over on Saturday at 12:00."""
    await receive(sla, received_at=at("2026-02-13T16:00"))
    await sla.let_pass(timedelta())
    rungs = await sla.rows(
        "SELECT level, rung.due_at FROM rung JOIN promise USING (promise_id) WHERE kind = 'SOLVE'"
    )
    assert {row["level"]: row["due_at"].astimezone(SHANGHAI) for row in rungs} == {
        "W1": at("2026-02-14T12:00"),
        "W2": at("2026-02-14T16:00"),
        "L1": at("2026-02-24T09:30"),
        "L2": at("2026-02-24T12:00"),
        "L3": at("2026-02-25T09:30"),
    }
    assert await told_about(sla, SOLVE) == ["made", "W1", "W2", "broken", "L1", "L2", "L3"]


async def test_cal_4_the_calendar_of_a_target_wins_over_that_of_the_policy(
    start_service: StartService,
) -> None:
    policy = IN_CALENDAR.replace('version = "t"', 'version = "t"\ncalendar = "nights"')
    policy = policy.replace("CONTACT = 31536000", "CONTACT = 7200")
    sla = await start_service("sla", policy)
    nights = {"zone": "Asia/Shanghai", "week": a_week(["22:00-06:00"]), "night_shifts": True}
    await put(sla, "nights", nights)
    named = await receive(sla, received_at=at("2026-03-02T12:00"))
    assert (await dues(sla, named))["SOLVE"] == at("2026-03-03T16:00")
    bare = await receive(sla, severity="S4", received_at=at("2026-03-02T12:00"))
    assert (await dues(sla, bare))["CONTACT"] == at("2026-03-03T00:00")


async def test_cal_6_a_calendar_that_changes_moves_open_promises_and_tells_of_each(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 534: the calendar changed, and due times stayed what they were."""
    moved = await receive(sla, received_at=at("2126-03-01T16:00"))
    settled = await receive(sla, severity="S1", received_at=at("2126-03-01T16:00"))
    before = await dues(sla, moved)
    document = SPRING_FESTIVAL | {"holidays": {"2126-03-04": "new"}, "published_through": None}
    answer = await put(sla, "cn-default", document)
    assert answer == {"versions": {"cn-default": 2}, "promises_recomputed": 3}
    while await sla.service.timers.fire_once():  # type: ignore[union-attr]
        pass
    after = await dues(sla, moved)
    assert after["SOLVE"] > before["SOLVE"]
    told = {event.kind: event for event in await sla.said(PromiseRecomputed)}
    assert (told[SOLVE].was_due_at, told[SOLVE].due_at) == (before["SOLVE"], after["SOLVE"])
    assert told[SOLVE].notable
    assert not told[SOLVE].provisional
    assert {event.complaint_id for event in told.values()} == {moved} != {settled}
    assert await sla.rows("SELECT 1 FROM timer WHERE armed AND kind = 'recompute'") == []
    [row] = await sla.rows(
        "SELECT calendar_version FROM promise WHERE kind = 'SOLVE' AND calendar IS NOT NULL"
    )
    assert row["calendar_version"] == 2


async def test_cal_6_a_move_into_the_past_is_told_before_the_breach(sla: ServiceUnderTest) -> None:
    now = datetime.now(UTC)
    always = {
        "zone": "UTC",
        "week": a_week(["00:00-24:00"], ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
    }
    rest = [(now + timedelta(days=day)).date().isoformat() for day in range(-3, 20)]
    await put(sla, "cn-default", always | {"days": {day: [] for day in rest}, "holidays": {}})
    complaint_id = await receive(sla, received_at=now - timedelta(days=2))
    await put(sla, "cn-default", always)
    while await sla.service.timers.fire_once():  # type: ignore[union-attr]
        pass
    assert (await dues(sla, complaint_id))["SOLVE"] < now
    kinds = [type(event).__name__ for event in await sla.said() if getattr(event, "kind", None) is SOLVE]
    assert kinds.index("PromiseRecomputed") < kinds.index("PromiseBroken")


@pytest.mark.parametrize(("notable_move", "notable"), [(1800, True), (10**6, False)])
async def test_cal_6_which_moves_are_notable_is_policy(
    start_service: StartService, notable_move: int, notable: bool
) -> None:
    sla = await start_service(
        "sla", IN_CALENDAR.replace('version = "t"', f'version = "t"\nnotable_move = {notable_move}')
    )
    await receive(sla, received_at=at("2126-03-01T16:00"))
    await put(sla, "cn-default", SPRING_FESTIVAL | {"holidays": {"2126-03-04": "new"}, "days": {}})
    await sla.let_pass(timedelta())
    solve = [event for event in await sla.said(PromiseRecomputed) if event.kind is SOLVE]
    assert [event.notable for event in solve] == [notable]


async def test_peers_a_due_time_in_an_unpublished_year_is_provisional_until_it_is_published(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla, received_at=at("2026-12-31T17:00"))
    rows = {row["kind"]: row for row in await get(sla, f"complaints/{complaint_id}/promises")}
    assert rows["SOLVE"]["provisional"]
    assert "provisional" in rows["SOLVE"]["explanation"]["en"]
    assert "暂定" in rows["SOLVE"]["explanation"]["zh-CN"]
    assert not rows["CONTACT"]["provisional"] or rows["CONTACT"]["due_at"] > "2026-12-31T16"
    document = SPRING_FESTIVAL | {"holidays": {"2027-01-01": "元旦"}, "published_through": "2027-12-31"}
    await put(sla, "cn-default", document)
    await sla.let_pass(timedelta())
    [told] = [event for event in await sla.said(PromiseRecomputed) if event.kind is SOLVE]
    assert not told.provisional
    assert told.due_at == at("2027-01-05T10:30")


async def test_cal_7_fetched_holidays_count_only_when_they_are_approved(sla: ServiceUnderTest) -> None:
    wanted = {"country": "CN", "years": [2026, 2027]}
    answer = await sla.client.post("/sla/v1/calendars/cn-default/proposals", json=wanted)
    assert answer.status_code == 201, answer.text
    version, document = answer.json()["version"], answer.json()["document"]
    assert "2027-02-06" in document["holidays"]
    assert document["days"]["2026-02-14"] == OFFICE
    assert (await get(sla, "calendars/cn-default"))["version"] == 1
    approval = f"/sla/v1/calendars/cn-default/versions/{version}/approval"
    assert (await sla.client.post(approval)).status_code == 200
    assert (await get(sla, "calendars/cn-default"))["version"] == version == 2
    assert (await sla.client.post(approval)).status_code == 409
    assert (await sla.client.post(approval.replace("/2/", "/9/"))).status_code == 404


async def test_calendars_that_take_holidays_of_another_follow_it(sla: ServiceUnderTest) -> None:
    branch = {"zone": "Asia/Urumqi", "week": a_week(["10:00-19:00"]), "holidays_of": "cn-default"}
    await put(sla, "branch", branch)
    answer = await put(sla, "cn-default", SPRING_FESTIVAL | {"holidays": {"2026-05-04": "new"}})
    assert answer["versions"] == {"cn-default": 2, "branch": 2}
    assert "2026-05-04" in (await get(sla, "calendars/branch"))["document"]["holidays"]
    ring = await put(sla, "cn-default", SPRING_FESTIVAL | {"holidays_of": "branch"}, 422)
    assert ring["errors"][0]["field"] == "holidays_of"
    assert "cn-default → branch → cn-default" in ring["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"week": a_week(["09:00-12:00", "11:00-18:00"])}, "week.mon.1"),
        ({"week": a_week(["18:00-09:00"])}, "week.mon.0"),
        ({"week": {}}, "week"),
        ({"week": {"funday": []}}, "week.funday.[key]"),
        ({"zone": "Asia/Atlantis"}, "zone"),
        ({"holidays": {"2026-02-30": "x"}}, "holidays.2026-02-30"),
        ({"holidays": {"soon": "x"}}, "holidays.soon.[key]"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_calendar_that_cannot_be_one_is_refused_and_nothing_is_stored(
    sla: ServiceUnderTest, changes: dict[str, Any], field: str
) -> None:
    refused = await put(sla, "cn-default", SPRING_FESTIVAL | changes, 422)
    assert refused["errors"][0]["field"] == field
    assert (await get(sla, "calendars/cn-default"))["version"] == 1


async def test_calendars_are_listed_with_their_versions(sla: ServiceUnderTest) -> None:
    await put(sla, "cn-default", SPRING_FESTIVAL)
    assert len(await get(sla, "calendars?in_force=true")) == 1
    listed = await get(sla, "calendars")
    assert [(row["name"], row["version"], row["in_force"]) for row in listed] == [
        ("cn-default", 1, False),
        ("cn-default", 2, True),
    ]
    assert (await get(sla, "calendars/cn-default?version=1"))["version"] == 1
    assert (await sla.client.get("/sla/v1/calendars/nobody")).status_code == 404
    assert (await put(sla, "24x7", SPRING_FESTIVAL, 422))["errors"][0]["field"] == "name"


async def test_operators_see_how_long_the_holidays_are_published(sla: ServiceUnderTest) -> None:
    metrics = (await sla.client.get("/metrics")).text
    assert 'redress_sla_calendar_horizon_days{calendar="cn-default"}' in metrics


@pytest.mark.parametrize(("least", "days", "warned"), [(60, 59, True), (60, 61, False), (30, 59, False)])
async def test_peers_a_calendar_warns_before_its_holidays_end(
    start_service: StartService, least: int, days: int, warned: bool
) -> None:
    """A library that knows no holidays of the next year says nothing: the calendar does."""
    policy = IN_CALENDAR.replace('version = "t"', f'version = "t"\nhorizon_warning_days = {least}')
    sla = await start_service("sla", policy)
    [row] = await sla.rows("SELECT CURRENT_DATE AS today")
    through = (row["today"] + timedelta(days=days)).isoformat()
    await put(sla, "cn-default", SPRING_FESTIVAL | {"published_through": through})
    [listed] = await get(sla, "calendars?in_force=true")
    assert (listed["days_published"], listed["publish_soon"]) == (days, warned)
    with patch.object(services.sla.metrics, "log") as log:
        await sla.client.get("/metrics")
    said = [call.kwargs for call in log.warning.call_args_list]
    assert said == [{"calendar": "cn-default", "days": days}] * warned


async def test_a_calendar_that_was_never_saved_counts_day_and_night(start_service: StartService) -> None:
    sla = await start_service("sla", IN_CALENDAR.replace("cn-default", "nobody"))
    complaint_id = uuid4()
    await sla.hears(complaint_received(complaint_id, received_at=at("2026-02-13T16:00")))
    assert (await dues(sla, complaint_id))["SOLVE"] == at("2026-02-14T02:00")
