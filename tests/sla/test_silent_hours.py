"""Sla through its doors: reminders for staff wait for the next opening, except urgent ones (CAL-8)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.sla.policy import SlaPolicy
from services.sla.silent_hours import held_until
from shared.events.sla import EscalationReached, PromiseAtRisk
from shared.events.vocabulary import Grade, Severity
from shared.runtime.policy import load_policy
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, a_week, working_time
from .promised import receive, time_passes

S1, S2, S3, S4 = Severity
K, V, S, U = Grade
SILENT = "[sla]\nversion='t'\n[sla.silent_hours]\ncalendar='desk'\n"
DEFAULT = load_policy(SlaPolicy, "sla").silent_hours
IN_OFFICE = working_time({"zone": "Asia/Shanghai", "week": a_week(OFFICE)})
MIDNIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # Saturday 00:00 in Shanghai
MONDAY_AT_NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
EVERY_DAY = {"week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}


@pytest.mark.parametrize(
    ("severity", "grade", "waits"),
    [(S3, S, True), (S4, V, True), (S3, U, True), (S2, S, False), (S1, S, False), (S4, K, False)],
)
def test_cal_8_what_is_not_urgent_waits_for_the_next_opening(
    severity: Severity, grade: Grade, *, waits: bool
) -> None:
    until = held_until(severity, grade, MIDNIGHT, DEFAULT, IN_OFFICE)
    assert until == (MONDAY_AT_NINE if waits else None)


def test_cal_8_within_working_hours_nothing_waits() -> None:
    assert held_until(S4, S, MONDAY_AT_NINE, DEFAULT, IN_OFFICE) is None
    assert held_until(S4, S, MIDNIGHT, DEFAULT, None) is None


def test_cal_8_what_is_urgent_is_policy() -> None:
    stricter = DEFAULT.model_copy(update={"not_for_severities": (S1,), "not_for_grades": ()})
    assert held_until(S2, K, MIDNIGHT, stricter, IN_OFFICE) == MONDAY_AT_NINE


async def closed_until(sla: ServiceUnderTest, days: int) -> datetime:
    """A desk that is open day and night, but not today, nor for so many days around it; when it opens."""
    today = datetime.now(UTC).date()
    off = {(today + timedelta(days=day)).isoformat(): "off" for day in range(-1, days)}
    document = EVERY_DAY | {"zone": "UTC", "holidays": off}
    answer = await sla.client.put("/sla/v1/calendars/desk", json=document)
    assert answer.status_code == 200, answer.text
    return datetime.combine(today + timedelta(days=days), datetime.min.time(), UTC)


async def held(sla: ServiceUnderTest) -> set[tuple[str, Any]]:
    """Every level that was told, and until when its reminder is held."""
    told = [*await sla.said(PromiseAtRisk), *await sla.said(EscalationReached)]
    return {(one.level, one.held_until) for one in told}


async def broken_news(sla: ServiceUnderTest, **facts: Any) -> UUID:
    complaint_id = await receive(sla, **facts)
    await time_passes(sla, timedelta(hours=49))
    return complaint_id


async def test_cal_8_a_level_that_is_reached_in_silent_hours_says_until_when_its_reminder_waits(
    start_service: StartService,
) -> None:
    sla = await start_service("sla", SILENT)
    opens = await closed_until(sla, 3)
    await broken_news(sla)
    assert {("W1", opens), ("L1", opens)} <= await held(sla)


@pytest.mark.parametrize("facts", [{"severity": "S2"}, {"grade": "K"}])
async def test_cal_8_urgent_reminders_disturb_at_any_hour(
    start_service: StartService, facts: dict[str, Any]
) -> None:
    sla = await start_service("sla", SILENT)
    await closed_until(sla, 3)
    await broken_news(sla, **facts)
    assert {until for _, until in await held(sla)} == {None}


async def test_cal_8_by_default_somebody_is_always_there(start_service: StartService) -> None:
    sla = await start_service("sla")
    await closed_until(sla, 3)
    await broken_news(sla)
    assert {until for _, until in await held(sla)} == {None}


async def test_cal_8_the_breach_itself_is_told_at_once(start_service: StartService) -> None:
    sla = await start_service("sla", SILENT)
    await closed_until(sla, 3)
    await broken_news(sla)
    rows = await sla.rows("SELECT broken_at FROM promise WHERE kind = 'UPDATE'")
    assert [
        row["broken_at"] is not None and row["broken_at"] >= now() - timedelta(hours=1) for row in rows
    ] == [True]


async def test_cal_8_hours_that_nobody_has_saved_hold_nothing(start_service: StartService) -> None:
    sla = await start_service("sla", SILENT)
    await broken_news(sla)
    assert {until for _, until in await held(sla)} == {None}
