"""Sla through its doors: the regulator's clocks run beside the promises and never stand still (section 11, PAU-10)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.sla.policy import SlaPolicy
from shared.events.sla import EscalationReached, PromiseAtRisk, PromiseBroken
from shared.events.vocabulary import EscalationLevel, Role
from shared.runtime.policy import load_policy
from tests.builders import closed, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, REGULATOR, SOLVE, receive, time_passes, told_about

DAY = 24 * HOUR
POLICY = load_policy(SlaPolicy, "sla")


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def clocks(sla: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    """The regulator's clocks of a complaint, as the door shows them."""
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    return [row for row in rows if row["kind"] == "REGULATOR"]


def days(row: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(row["due_at"]) - datetime.fromisoformat(row["starts_at"])


async def test_cn_telecom_what_is_answered_before_anything_is_said_of_it_has_no_clock(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id))
    await time_passes(sla, 30 * DAY)
    assert await clocks(sla, complaint_id) == []


async def test_cn_telecom_the_clock_is_there_before_it_speaks_and_not_earlier_than_needed(
    sla: ServiceUnderTest,
) -> None:
    """Seven days for the result: 12 h after the breach the next level would come with the clock's own first warning."""
    complaint_id = await receive(sla, severity="S4")
    await time_passes(sla, 6.9 * DAY)
    assert await clocks(sla, complaint_id) == []
    await time_passes(sla, 0.2 * DAY)
    [clock] = await clocks(sla, complaint_id)
    assert (days(clock), clock["cell"]) == (15 * DAY, "CN-TELECOM:answer")
    assert "CN-TELECOM:answer: 15 d, which never stands still" in clock["explanation"]["en"]
    assert "不因任何原因暂停" in clock["explanation"]["zh-CN"]


async def test_section_11_a_clock_that_warns_sooner_is_there_sooner(start_service: StartService) -> None:
    shares = (
        "W1=0.2, W2=0.8"  # after 3 days, with the breach: so it is laid with the second warning, after 2.25
    )
    sla = await start_service("sla", f"[sla]\nversion='t'\n[sla.warnings.REGULATOR]\nshares={{{shares}}}")
    complaint_id = await receive(sla)
    await time_passes(sla, 2.2 * DAY)
    assert await clocks(sla, complaint_id) == []
    await time_passes(sla, 0.1 * DAY)
    assert await told_about(sla, REGULATOR) == ["made"]
    await time_passes(sla, 0.8 * DAY)
    assert await told_about(sla, REGULATOR) == ["made", "W1"]


async def test_cn_telecom_a_clock_is_counted_where_one_runs_and_missed_nowhere_else(
    sla: ServiceUnderTest,
) -> None:
    """The books of a replay take a number of nought for a promise that was lost."""
    quick, slow = await receive(sla), await receive(sla)
    await sla.hears(resolved(quick))
    await time_passes(sla, 5 * DAY)
    items = (await sla.client.get("/sla/v1/complaints")).json()["items"]
    promises = {UUID(item["complaint_id"]): item["promises"] for item in items}
    assert promises[quick] == {"ACK": 1, "CONTACT": 1, "UPDATE": 1, "SOLVE": 1}
    assert promises[slow] == promises[quick] | {"REGULATOR": 1}


async def test_cn_telecom_it_warns_at_50_80_and_100_percent_and_80_forces_l3_and_l4(
    sla: ServiceUnderTest,
) -> None:
    await receive(sla)
    told = []
    for passed in (7.4, 0.2, 4.3, 0.2, 2.8, 0.2, 90.0):
        await time_passes(sla, passed * DAY)
        told.append(await told_about(sla, REGULATOR))
    assert told == [
        ["made"],
        ["made", "W1"],
        ["made", "W1"],
        ["made", "W1", "W2", "L3", "L4"],
        ["made", "W1", "W2", "L3", "L4"],
        ["made", "W1", "W2", "L3", "L4", "broken", "L1"],
        ["made", "W1", "W2", "L3", "L4", "broken", "L1"],
    ]
    reached = {e.level: e.told for e in await sla.said(EscalationReached) if e.kind is REGULATOR}
    assert Role.SERVICE_QUALITY in reached[EscalationLevel.L4]


async def test_cn_telecom_each_level_is_stored_once_per_clock(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 40 * DAY)
    await time_passes(sla, 40 * DAY)
    [clock] = await clocks(sla, complaint_id)
    assert sorted(rung["level"] for rung in clock["rungs"]) == ["L1", "L3", "L4", "W1", "W2"]


async def test_cn_telecom_an_answer_in_time_keeps_it_and_a_late_one_keeps_it_late(
    sla: ServiceUnderTest,
) -> None:
    in_time, late = await receive(sla), await receive(sla)
    await time_passes(sla, 5 * DAY)
    await sla.hears(resolved(in_time))
    await time_passes(sla, 11 * DAY)
    await sla.hears(resolved(late))
    assert (await told_about(sla, REGULATOR, in_time))[-1] == "kept"
    assert (await told_about(sla, REGULATOR, late))[-1] == "kept late"


async def test_cn_telecom_a_complaint_that_is_opened_again_has_a_clock_of_its_own(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 5 * DAY)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    await time_passes(sla, 5 * DAY)
    assert [(row["round"], row["state"]) for row in await clocks(sla, complaint_id)] == [
        (1, "KEPT"),
        (2, "OPEN"),
    ]
    await sla.hears(closed(complaint_id, round=2))
    assert (await clocks(sla, complaint_id))[1]["state"] == "WITHDRAWN"


async def test_rep_9_a_regulators_case_has_its_clock_and_l4_at_once(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, kind="BYPASS")
    assert await told_about(sla, REGULATOR) == ["made", "L4"]
    [clock] = await clocks(sla, complaint_id)
    assert [rung["level"] for rung in clock["rungs"]] == ["L4"]
    await time_passes(sla, 12.1 * DAY)
    assert await told_about(sla, REGULATOR) == ["made", "L4", "W1", "W2", "L3"]


async def test_pau_10_a_clock_of_a_regulator_never_stands_still(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    body = {"reason": "CUSTOMER_APPOINTMENT", "by": "a", "until": (now() + 60 * DAY).isoformat()}
    begun = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body)
    assert (begun.status_code, begun.json()["stopped"]) == (201, ["SOLVE"])
    assert len(await clocks(sla, complaint_id)) == 1  # laid by the pause, for the result is silent now
    await time_passes(sla, 12.1 * DAY)
    assert await told_about(sla, SOLVE) == ["made"]
    assert await told_about(sla, REGULATOR) == ["made", "W1", "W2", "L3", "L4"]


async def test_section_11_a_result_that_would_speak_after_the_clock_has_it_from_the_beginning(
    start_service: StartService,
) -> None:
    slow = await start_service("sla", "[sla]\nversion='t'\n[sla.matrix.S4.S]\nSOLVE=1382400")  # 16 days
    complaint_id = await receive(slow, severity="S4")
    assert len(await clocks(slow, complaint_id)) == 1
    await time_passes(slow, 7.6 * DAY)
    assert [e.level for e in await slow.said(PromiseAtRisk) if e.kind is REGULATOR] == ["W1"]


async def test_section_11_a_result_that_moves_has_its_clock_laid(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    body = {"severity": "S4", "reason": "read again", "by": "a100"}
    await sla.client.put(f"/sla/v1/complaints/{complaint_id}/severity", json=body)
    assert len(await clocks(sla, complaint_id)) == 1


async def test_section_11_the_profile_is_policy(start_service: StartService) -> None:
    none = await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile=''")
    assert await clocks(none, await receive(none, kind="BYPASS")) == []
    other = await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile='US-CFPB'\nforces=[]")
    complaint_id = await receive(other, kind="BYPASS")
    assert sorted(days(row) for row in await clocks(other, complaint_id)) == [15 * DAY, 60 * DAY]
    await time_passes(other, 12.1 * DAY)
    words = await told_about(other, REGULATOR)
    assert "W2" in words
    assert "L3" not in words
    await time_passes(other, 3 * DAY)
    assert len([e for e in await other.said(PromiseBroken) if e.kind is REGULATOR]) == 1


async def test_section_11_a_clock_in_working_days_and_one_for_some_complaints(
    start_service: StartService,
) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile='CN-12345'")
    urgent, usual = [await receive(sla, kind="BYPASS", severity=severity) for severity in ("S1", "S3")]
    assert {row["clock"] for row in await clocks(sla, urgent)} == {"urgent", "answer"}
    [answer] = await clocks(sla, usual)
    assert (answer["clock"], answer["calendar"]) == ("answer", "cn-default")
    assert days(answer) >= 17 * DAY


@pytest.mark.parametrize(
    "profile",
    [
        "CN-TELECOM",
        "CN-SPAM",
        "CN-12345",
        "UK-FCA",
        "UK-OFCOM",
        "US-CFPB",
        "IN-TRAI",
        "IN-CPGRAMS",
        "ISO-10002",
    ],
)
async def test_section_11_every_profile_is_shipped_and_can_be_chosen(
    start_service: StartService, profile: str
) -> None:
    assert POLICY.regulator.profiles[profile].title_zh
    sla = await start_service("sla", f"[sla]\nversion='t'\n[sla.regulator]\nprofile='{profile}'")
    complaint_id = await receive(sla, kind="BYPASS")
    promised = {row["clock"] for row in await clocks(sla, complaint_id)}
    every = {one.name for one in POLICY.regulator.profiles[profile].clocks if not one.when.asked}
    assert promised == every


async def test_section_11_the_profiles_are_shown(sla: ServiceUnderTest) -> None:
    shown = (await sla.client.get("/sla/v1/regulator-profiles")).json()
    assert shown["in_force"] == "CN-TELECOM"
    assert "appeal" in shown["profiles"]["CN-TELECOM"]["afterwards"]
    assert shown["profiles"]["UK-FCA"]["clocks"][1]["name"] == "final-response"


async def test_section_11_an_unknown_profile_is_refused(start_service: StartService) -> None:
    with pytest.raises(Exception, match="there is no profile 'NOWHERE'"):
        await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile='NOWHERE'")
