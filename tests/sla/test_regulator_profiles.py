"""The profiles of section 11 as they are shipped: which clocks run how long from when, and that each warns."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.sla.policy import SlaPolicy
from shared.runtime.policy import load_policy
from tests.builders import reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import a_week
from .promised import REGULATOR, receive, time_passes, told_about
from .test_calendars_kept import put

DAY = timedelta(days=1)
SHIPPED = load_policy(SlaPolicy, "sla")
OPENED = datetime(2026, 4, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Friday, three in the night in London
SECTION_11: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("CN-TELECOM", {}, {"answer": 15 * DAY}),
    ("CN-SPAM", {}, {"feedback": "2026-04-27T10:00+08:00"}),  # 15 working days
    ("CN-12345", {}, {"answer": "2026-04-23T10:00+08:00"}),  # 13 working days
    (
        "CN-12345",
        {"case_type": "QUERY"},
        {"answer": "2026-04-23T10:00+08:00", "query": "2026-04-09T10:00+08:00"},
    ),
    (
        "CN-12345",
        {"severity": "S1"},
        {"answer": "2026-04-23T10:00+08:00", "urgent": "2026-04-04T00:00+08:00"},
    ),
    ("UK-FCA", {}, {"summary": "2026-04-09T03:00+01:00", "final-response": 56 * DAY}),
    (
        "UK-FCA",
        {"case_type": "PAYMENT"},
        {
            "summary": "2026-04-09T03:00+01:00",
            "final-response": 56 * DAY,
            "payment": "2026-04-27T03:00+01:00",
            "payment-longest": "2026-05-25T03:00+01:00",
        },
    ),
    ("UK-OFCOM", {}, {"dispute-letter": 42 * DAY}),
    ("US-CFPB", {}, {"answer": 15 * DAY, "final": 60 * DAY}),
    ("IN-TRAI", {}, {"answer": 3 * DAY}),
    ("IN-TRAI", {"case_type": "BILLING"}, {"billing": 28 * DAY}),
    ("IN-CPGRAMS", {}, {"answer": 21 * DAY}),
    ("ISO-10002", {}, {}),
]


async def with_profile(start_service: StartService, profile: str, more: str = "") -> ServiceUnderTest:
    """Sla in an installation with this profile, and with the working days of London."""
    sla = await start_service("sla", f"[sla]\nversion='t'\n[sla.regulator]\nprofile='{profile}'\n{more}")
    london = {"zone": "Europe/London", "week": a_week(["09:00-17:00"]), "holidays": {"2026-04-06": "Easter"}}
    await put(sla, "uk", london)
    return sla


async def clocks(sla: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    return [row for row in rows if row["kind"] == "REGULATOR"]


def due(opened: datetime, target: Any) -> datetime:
    """After so many days, or at that moment."""
    return opened + target if isinstance(target, timedelta) else datetime.fromisoformat(target)


def test_section_11_every_profile_that_is_shipped_is_proven_here() -> None:
    assert {profile for profile, _, _ in SECTION_11} == set(SHIPPED.regulator.profiles)
    told: dict[str, set[str]] = {name: set() for name in SHIPPED.regulator.profiles}
    for profile, _, expected in SECTION_11:
        told[profile] |= set(expected)
    for name, profile_policy in SHIPPED.regulator.profiles.items():
        assert {one.name for one in profile_policy.clocks} == told[name]
        assert profile_policy.title
        assert profile_policy.title_zh
        assert bool(profile_policy.afterwards) == bool(profile_policy.afterwards_zh)


@pytest.mark.parametrize(("profile", "facts", "expected"), SECTION_11)
async def test_section_11_the_clocks_of_each_profile_run_from_the_receipt_by_their_own_calendar(
    start_service: StartService, profile: str, facts: dict[str, Any], expected: dict[str, Any]
) -> None:
    sla = await with_profile(start_service, profile)
    complaint_id = await receive(sla, kind="BYPASS", received_at=OPENED, **facts)
    rows = {row["clock"]: row for row in await clocks(sla, complaint_id)}
    assert {name: datetime.fromisoformat(row["starts_at"]) for name, row in rows.items()} == dict.fromkeys(
        expected, OPENED
    )
    assert {name: datetime.fromisoformat(row["due_at"]) for name, row in rows.items()} == {
        name: due(OPENED, target) for name, target in expected.items()
    }
    in_calendar = {one.name for one in SHIPPED.regulator.profiles[profile].clocks if _calendar(one.target)}
    assert {name for name, row in rows.items() if row["calendar"]} == in_calendar & set(expected)


def _calendar(target: Any) -> str | None:
    calendar: str | None = getattr(target, "calendar", None)
    return calendar


@pytest.mark.parametrize(
    "profile",
    [name for name, one in SHIPPED.regulator.profiles.items() if one.clocks and name != "CN-TELECOM"],
)
async def test_section_11_each_clock_of_each_profile_warns_at_50_and_80_percent_and_is_broken_at_100(
    start_service: StartService, profile: str
) -> None:
    sla = await with_profile(start_service, profile)
    complaint_id = await receive(sla, kind="BYPASS", severity="S1", received_at=OPENED, case_type="PAYMENT")
    await sla.let_pass(200 * DAY)
    for clock in await clocks(sla, complaint_id):
        rungs = {rung["level"]: datetime.fromisoformat(rung["due_at"]) for rung in clock["rungs"]}
        assert {"W1", "W2", "L1"} <= set(rungs)
        assert rungs["L1"] == datetime.fromisoformat(clock["due_at"])
        if clock["calendar"] is None:
            start, target = datetime.fromisoformat(clock["starts_at"]), clock["target_seconds"]
            assert rungs["W1"] == start + timedelta(seconds=target * 0.5)
            assert rungs["W2"] == start + timedelta(seconds=target * 0.8)
        else:
            assert OPENED < rungs["W1"] < rungs["W2"] < rungs["L1"]


async def test_section_11_at_which_shares_a_clock_warns_is_policy(start_service: StartService) -> None:
    shares = "[sla.warnings.REGULATOR.shares]\nW1=0.1\nW2=0.2"
    sla = await with_profile(start_service, "IN-CPGRAMS", shares)
    await receive(sla, kind="BYPASS")
    await time_passes(sla, 2.2 * DAY)
    assert await told_about(sla, REGULATOR) == ["made", "L4", "W1"]
    await time_passes(sla, 2.1 * DAY)
    assert await told_about(sla, REGULATOR) == ["made", "L4", "W1", "W2", "L3"]


async def test_section_11_a_clock_that_runs_only_alone_gives_way_to_one_that_is_set(
    start_service: StartService,
) -> None:
    sla = await with_profile(start_service, "IN-TRAI")
    billing = await receive(sla, case_type="BILLING", received_at=OPENED)
    await sla.let_pass(timedelta())
    assert [row["clock"] for row in await clocks(sla, billing)] == ["billing"]


async def test_section_11_a_second_round_has_every_clock_of_the_profile_again(
    start_service: StartService,
) -> None:
    sla = await with_profile(start_service, "US-CFPB")
    complaint_id = await receive(sla, kind="BYPASS")
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    await time_passes(sla, 40 * DAY)
    assert sorted((row["round"], row["clock"]) for row in await clocks(sla, complaint_id)) == [
        (1, "answer"),
        (1, "final"),
        (2, "answer"),
        (2, "final"),
    ]
