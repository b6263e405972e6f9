"""Rules of calendars, pauses and the ladder through their doors: where each bites, where not, and as policy."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.sla.read_calendar import WEEKDAYS
from shared.events.sla import EscalationReached, PromiseAtRisk
from shared.events.vocabulary import Channel, PauseReason, PromiseKind, Role
from tests.builders import now, owner_named
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, SPRING_FESTIVAL, a_week
from .promised import CONTACT, HOUR, REGULATOR, SOLVE, UPDATE, receive, time_passes, told_about
from .test_calendars_kept import IN_CALENDAR, at, dues, get, put
from .test_promises_paused import contact, paused, pauses, resumed

POLICY = "[sla]\nversion='t'\n"


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def solve_of(sla: ServiceUnderTest, opened: str) -> datetime:
    """When ten working hours are over for who opened then."""
    return (await dues(sla, await receive(sla, received_at=at(opened))))["SOLVE"]


@pytest.mark.parametrize(
    ("slots", "due"),
    [
        (["09:00-12:00", "13:30-18:00"], "2026-03-10T11:30"),  # as shipped: a lunch break
        (["09:00-18:00"], "2026-03-10T10:00"),
        (["09:00-24:00"], "2026-03-09T19:00"),
        (["18:00-03:00"], "2026-03-10T19:00"),  # past midnight
    ],
)
async def test_cal_1_the_slots_of_a_day_are_those_of_its_calendar(
    sla: ServiceUnderTest, slots: list[str], due: str
) -> None:
    document = {"zone": "Asia/Shanghai", "week": a_week(slots), "night_shifts": slots[0] == "18:00-03:00"}
    await put(sla, "cn-default", document)
    assert await solve_of(sla, "2026-03-09T09:00") == at(due)


@pytest.mark.parametrize(
    ("holidays", "days", "due"),
    [
        ({}, {}, "2026-03-10T11:30"),
        ({"2026-03-10": "off"}, {}, "2026-03-11T11:30"),
        ({"2026-03-10": "off"}, {"2026-03-10": ["20:00-24:00"]}, "2026-03-10T22:30"),  # all the same
        ({}, {"2026-03-07": OFFICE}, "2026-03-09T11:30"),  # a Saturday is worked instead
    ],
)
async def test_cal_2_a_holiday_wins_over_the_weekday_and_an_exception_over_both(
    sla: ServiceUnderTest, holidays: dict[str, str], days: dict[str, list[str]], due: str
) -> None:
    document = SPRING_FESTIVAL | {"holidays": holidays, "days": days}
    await put(sla, "cn-default", document)
    opened = "2026-03-07T09:00" if "2026-03-07" in days else "2026-03-09T09:00"
    assert await solve_of(sla, opened) == at(due)


@pytest.mark.parametrize(
    ("zone", "due"),
    [("Asia/Shanghai", "2026-03-10T11:30"), ("Asia/Urumqi", "2026-03-10T13:30"), ("UTC", "2026-03-10T19:30")],
)
async def test_cal_3_the_hours_of_a_calendar_are_those_of_its_zone(
    sla: ServiceUnderTest, zone: str, due: str
) -> None:
    """Opened at nine in Shanghai: to the west the day has not begun yet."""
    await put(sla, "cn-default", {"zone": zone, "week": a_week(OFFICE)})
    assert await solve_of(sla, "2026-03-09T09:00") == at(due)
    receipt = (await dues(sla, await receive(sla, received_at=at("2026-03-09T09:00"))))["ACK"]
    assert receipt == at("2026-03-09T09:01"), "what counts day and night has no zone"


async def test_cal_5_a_calendar_without_working_time_in_thirty_days_is_refused_at_the_door(
    sla: ServiceUnderTest,
) -> None:
    first = now().date()

    def closed_for(days: int) -> dict[str, Any]:
        off: dict[str, list[str]] = {(first + timedelta(days=day)).isoformat(): [] for day in range(-1, days)}
        return {"zone": "UTC", "week": a_week(["00:00-24:00"], WEEKDAYS), "days": off}

    refused = await put(sla, "cn-default", closed_for(40), 422)
    assert "30" in refused["detail"]
    assert (await get(sla, "calendars/cn-default"))["version"] == 1
    assert (await put(sla, "cn-default", closed_for(20)))["versions"] == {"cn-default": 2}


async def test_cal_7_what_a_person_puts_counts_at_once(sla: ServiceUnderTest) -> None:
    """Only what was fetched waits to be approved."""
    before = await solve_of(sla, "2026-03-09T09:00")
    await put(sla, "cn-default", SPRING_FESTIVAL | {"holidays": {"2026-03-09": "off"}})
    assert await solve_of(sla, "2026-03-09T09:00") > before


@pytest.mark.parametrize(
    ("reason", "stopped"),
    [
        ("WAIT_CUSTOMER", ["SOLVE"]),
        ("CUSTOMER_APPOINTMENT", ["SOLVE"]),
        ("THIRD_PARTY", []),
        ("FORCE_MAJEURE", ["SOLVE"]),
        ("LEGAL_HOLD", ["SOLVE"]),
    ],
)
async def test_pau_1_pau_3_what_each_reason_stops(
    start_service: StartService, reason: str, stopped: list[str]
) -> None:
    """PAU-3: what others owe us stops nothing of what we owe the customer."""
    sla = await start_service("sla")
    assert await stopped_by(sla, reason) == stopped


async def stopped_by(sla: ServiceUnderTest, reason: str, **changes: Any) -> list[str]:
    """Which promises of a fresh complaint a pause with this reason stops."""
    complaint_id = await receive(sla)
    body = {"reason": reason, "by": "a1", "evidence": "message 17"}
    if reason == "CUSTOMER_APPOINTMENT":
        body["until"] = (now() + 5 * HOUR).isoformat()
    answer = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body | changes)
    assert answer.status_code == 201, answer.text
    stopped: list[str] = answer.json()["stopped"]
    return stopped


async def test_pau_1_pau_3_what_a_reason_stops_is_policy(start_service: StartService) -> None:
    """A contract may say that waiting for others counts: then they are named."""
    stops = "[sla.pauses.stops]\nTHIRD_PARTY=['SOLVE']\nLEGAL_HOLD=['UPDATE','SOLVE']"
    sla = await start_service("sla", POLICY + stops)
    assert await stopped_by(sla, "THIRD_PARTY") == ["SOLVE"]
    assert sorted(await stopped_by(sla, "LEGAL_HOLD")) == ["SOLVE", "UPDATE"]


async def test_pau_2_what_has_to_be_shown_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", POLICY + "[sla.pauses]\nneeds_evidence=['LEGAL_HOLD']")
    assert await stopped_by(sla, "WAIT_CUSTOMER", evidence=None) == ["SOLVE"]
    path = f"/sla/v1/complaints/{await receive(sla)}/pauses"
    refused = await sla.client.post(path, json={"reason": "LEGAL_HOLD", "by": "a1"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "evidence")


@pytest.mark.parametrize(("least", "reported"), [(300, [False, True]), (60, [True, True])])
async def test_pau_6_how_short_a_pause_is_left_out_of_reports_is_policy(
    start_service: StartService, least: int, reported: list[bool]
) -> None:
    sla = await start_service("sla", POLICY + f"[sla.pauses]\nreported_from={least}")
    complaint_id = await receive(sla, received_at=now() - 20 * HOUR)
    for began, ended in ((8, 8 - 4 / 60), (6, 5)):
        pause = paused(complaint_id, began)
        await sla.hears(pause, resumed(pause, ended))
    rows = sorted(await pauses(sla, complaint_id), key=lambda row: str(row["since"]))
    assert [row["reported"] for row in rows] == reported


async def test_pau_10_no_policy_makes_a_clock_of_a_regulator_stand_still(start_service: StartService) -> None:
    for kind in ("REGULATOR", "CONTACT", "ACK"):
        with pytest.raises(Exception, match="pauses"):
            await start_service("sla", POLICY + f"[sla.pauses.stops]\nLEGAL_HOLD=['{kind}']")


async def test_pau_4_only_a_wait_for_the_customer_ends_with_the_customers_word(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=now() - 20 * HOUR)
    await sla.hears(paused(complaint_id, 8, PauseReason.LEGAL_HOLD))
    await sla.hears(contact(complaint_id, Channel.WEB))
    assert [row["until"] for row in await pauses(sla, complaint_id)] == [None]


@pytest.mark.parametrize(("urgent", "waits"), [("['S1', 'S2']", True), ("['S1', 'S2', 'S3']", False)])
async def test_cal_8_whose_reminders_disturb_at_any_hour_is_policy(
    start_service: StartService, urgent: str, waits: bool
) -> None:
    silent = f"[sla.silent_hours]\ncalendar='desk'\nnot_for_severities={urgent}"
    sla = await start_service("sla", POLICY + silent)
    today = now().date()
    off = {(today + timedelta(days=day)).isoformat(): "off" for day in range(-1, 3)}
    week = a_week(["00:00-24:00"], WEEKDAYS)
    await put(sla, "desk", {"zone": "UTC", "week": week, "holidays": off})
    await receive(sla)
    await time_passes(sla, 49 * HOUR)
    told = [one.held_until for one in await sla.said(PromiseAtRisk)]
    assert [until is not None for until in told] == [waits] * len(told) != []


LEVELS = {
    "W1": (35.9, 36.1),
    "W2": (53.9, 54.1),
    "L1": (71.9, 72.1),
    "L2": (83.9, 84.1),  # a quarter of 72 hours, but at most twelve
    "L3": (95.9, 96.1),
}


async def reached_after(
    sla: ServiceUnderTest, hours: float, kind: PromiseKind = SOLVE, **facts: Any
) -> list[str]:
    """The levels that a promise has reached after so many hours without a result."""
    complaint_id = await receive(sla, received_at=now() - hours * HOUR, **facts)
    await sla.hears(owner_named(complaint_id))
    await sla.let_pass(timedelta())
    return [one for one in await told_about(sla, kind, complaint_id) if one not in {"made", "broken"}]


@pytest.mark.parametrize("level", LEVELS)
async def test_w1_w2_l1_l2_l3_each_level_is_reached_at_its_time_and_not_before(
    start_service: StartService, level: str
) -> None:
    sla = await start_service("sla")
    before, after = LEVELS[level]
    assert level not in await reached_after(sla, before)
    assert (await reached_after(sla, after))[-1] == level


@pytest.mark.parametrize(
    ("level", "policy", "hours"),
    [
        ("W1", "[sla.warnings.SOLVE.shares]\nW1=0.2\nW2=0.75", 14.5),
        ("W2", "[sla.warnings.SOLVE.shares]\nW1=0.1\nW2=0.4", 28.9),
        ("L1", "[sla.matrix.S3.S]\nSOLVE=36000", 10.1),
        ("L2", "[sla.escalation]\nl2_most=3600", 73.1),
        ("L2", "[sla.escalation]\nl2_share=0.05", 75.7),
        ("L3", "[sla.escalation]\nl3_after=50400", 86.1),
    ],
)
async def test_w1_w2_l1_l2_l3_when_a_level_is_reached_is_policy(
    start_service: StartService, level: str, policy: str, hours: float
) -> None:
    sla = await start_service("sla", POLICY + policy)
    assert (await reached_after(sla, hours))[-1] == level
    shipped = await start_service("sla")
    assert level not in await reached_after(shipped, hours)


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("L1", {Role.TEAM_LEAD, Role.OWNER}),
        ("L2", {Role.DEPARTMENT_HEAD, Role.TEAM_LEAD}),
        ("L3", {Role.SERVICE_QUALITY, Role.TEAM_LEAD}),
    ],
)
async def test_l1_l2_l3_who_is_told_goes_up_with_the_level(
    start_service: StartService, level: str, told: set[Role]
) -> None:
    sla = await start_service("sla")
    await reached_after(sla, 200)
    reached = {one.level: set(one.told) for one in await sla.said(EscalationReached) if one.kind is SOLVE}
    assert reached[level] == told


async def test_l2_of_a_short_promise_comes_an_hour_later_and_none_of_a_first_contact(
    start_service: StartService,
) -> None:
    """S1 of a key account: four hours for the result, of which a quarter is the hour; ten minutes for the contact."""
    sla = await start_service("sla")
    urgent: dict[str, Any] = {"severity": "S1", "grade": "K"}
    assert "L2" not in await reached_after(sla, 4.9, **urgent)
    assert "L2" in await reached_after(sla, 5.1, **urgent)
    assert await reached_after(sla, 100, CONTACT) == ["W1", "L1"]
    assert "L2" in await reached_after(sla, 61, UPDATE)


@pytest.mark.parametrize(("forces", "forced"), [("['L3', 'L4']", ["L3", "L4"]), ("[]", [])])
async def test_l4_is_forced_by_the_regulators_clock_as_policy_says(
    start_service: StartService, forces: str, forced: list[str]
) -> None:
    sla = await start_service("sla", POLICY + f"[sla.regulator]\nforces={forces}")
    await receive(sla)
    await time_passes(sla, 11.9 * 24 * HOUR)
    assert await told_about(sla, REGULATOR) == ["made", "W1"]
    await time_passes(sla, 0.2 * 24 * HOUR)
    assert await told_about(sla, REGULATOR) == ["made", "W1", "W2", *forced]


async def test_l4_is_told_of_a_regulators_case_at_once_and_of_no_other(start_service: StartService) -> None:
    sla = await start_service("sla")
    await receive(sla)
    await receive(sla, kind="BYPASS")
    levels = [one.level for one in await sla.said(EscalationReached)]
    assert levels == ["L4"]
