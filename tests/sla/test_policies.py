"""Sla through its doors: the ordered list of policies, its snapshot, and the calendar each counts in."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.events.sla import PromisesMade
from tests.builders import now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import ACK, CONTACT, HOUR, SOLVE, UPDATE, VERSION, receive, targets

MINUTE = timedelta(minutes=1)

LIST = """
[sla]
version='t'
[[sla.policies]]
name = "net-critical"
when = { severity = ["S1", "S2"], category = ["网络"] }
acknowledge = 10
targets = { CONTACT = 300, SOLVE = 7200 }
[[sla.policies]]
name = "net"
when = { category = ["网络"] }
targets = { SOLVE = 36000 }
matrix.S3.V = { SOLVE = 18000 }
[[sla.policies]]
name = "asleep"
enabled = false
when = { area = ["Suzhou"] }
targets = { SOLVE = 60 }
"""


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", LIST)


async def named(sla: ServiceUnderTest, complaint_id: UUID) -> str:
    [event] = [e for e in await sla.said(PromisesMade) if e.complaint_id == complaint_id]
    return event.policy_name


async def test_2_4_the_first_policy_that_a_complaint_meets_counts(sla: ServiceUnderTest) -> None:
    critical = await receive(sla, severity="S2", category="网络/宽带")
    assert await named(sla, critical) == "net-critical"
    assert await targets(sla, critical) == {
        ACK: timedelta(seconds=10),
        CONTACT: 5 * MINUTE,
        UPDATE: 24 * HOUR,
        SOLVE: 2 * HOUR,
    }
    milder = await receive(sla, severity="S3", category="网络")
    assert await named(sla, milder) == "net"
    assert (await targets(sla, milder))[SOLVE] == 10 * HOUR
    assert (await targets(sla, milder))[CONTACT] == 4 * HOUR


async def test_2_4_what_meets_no_policy_has_the_default_one(sla: ServiceUnderTest) -> None:
    other = await receive(sla, severity="S2", category="资费", area="Suzhou")
    assert await named(sla, other) == "default"
    assert (await targets(sla, other))[SOLVE] == 48 * HOUR


async def test_1_2_a_grade_only_speeds_up_within_the_policy_that_counts(sla: ServiceUnderTest) -> None:
    vip = await receive(sla, severity="S3", grade="V", category="网络")
    assert (await targets(sla, vip))[SOLVE] == 5 * HOUR


async def test_2_4_a_snapshot_of_the_policy_stays_with_the_complaint(sla: ServiceUnderTest) -> None:
    await receive(sla, severity="S2", category="网络/宽带")
    [row] = await sla.rows("SELECT policy_name, policy_version, targets FROM complaint")
    assert (row["policy_name"], row["policy_version"]) == ("net-critical", "t")
    assert row["targets"] == {"ACK": 10, "CONTACT": 300, "UPDATE": 86_400, "SOLVE": 7200}


async def test_2_4_a_promise_says_by_which_policy_it_was_made(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S2", category="网络")
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    [solve] = [row for row in rows if row["kind"] == "SOLVE"]
    assert solve["policy_name"] == "net-critical"
    assert "Result: policy net-critical, severity S2" in solve["explanation"]["en"]
    assert "按政策 net-critical，严重度 S2" in solve["explanation"]["zh-CN"]


async def test_2_4_a_reopened_complaint_has_its_policy_again(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S3", category="网络")
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    assert (await targets(sla, complaint_id))[SOLVE] == 5 * HOUR  # FU-7: half of ten
    assert {event.policy_name for event in await sla.said(PromisesMade)} == {"net"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            'name="a"\nwhen={severity=["S1","S2"]}\n[[sla.policies]]\nname="b"\nwhen={severity=["S1"]}',
            "policies[1] (b): can never match",
        ),
        ('name="a"\nwhen={}', "the default policy never counts"),
        ('name="default"\nwhen={severity=["S1"]}', "policies[0]: the name 'default' is taken"),
        (
            'name="a"\nwhen={area=["x"]}\n[[sla.policies]]\nname="a"\nwhen={area=["y"]}',
            "policies[1]: the name 'a' is taken",
        ),
        ('name="a"\nwhen={severity=[]}', "policies.0.when.severity"),
        ('name="a"\nwhen={severity=["S9"]}', "policies.0.when.severity"),
        ('name="a"\nwhen={mood=["bad"]}', "policies.0.when.mood"),
        ('name="a"\nwhen={area=["x"]}\ntargets={SOLVE=-1}', "policies.0.targets.SOLVE"),
        ('name="a"\nwhen={area=["x"]}\ntargets={ACK=5}', "policies.0.targets"),
        ('name="a"\nwhen={area=["x"]}\nmatrix.S1.U={SOLVE=5}', "policies.0.matrix.S1"),
        (
            'name="a"\nwhen={area=["x"]}\ntargets={SOLVE={seconds=5,calendar="c",start="none"}}',
            "policies[0].targets.SOLVE: there is no start rule",
        ),
    ],
)
async def test_2_4_a_list_that_cannot_be_right_is_refused_with_place_and_reason(
    start_service: StartService, wrong: str, reason: str
) -> None:
    with pytest.raises(Exception, match="sla") as refused:
        await start_service("sla", f"[sla]\nversion='t'\n[[sla.policies]]\n{wrong}")
    assert type(refused.value).__name__ == "PolicyError"
    assert reason in str(refused.value)


async def test_rep_9_a_complaint_that_went_past_us_is_contacted_within_an_hour(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    bypass = await receive(sla, kind="BYPASS")
    assert (await targets(sla, bypass))[CONTACT] == HOUR
    assert (await targets(sla, bypass))[SOLVE] == 72 * HOUR
    [row] = await sla.rows("SELECT cell, policy_version FROM promise WHERE kind = 'CONTACT'")
    assert (row["cell"], row["policy_version"]) == ("REP-9", VERSION)


async def test_rep_9_other_complaints_and_sooner_cells_are_as_they_were(start_service: StartService) -> None:
    sla = await start_service("sla")
    assert (await targets(sla, await receive(sla, kind="STAFF_BYPASS")))[CONTACT] == 4 * HOUR
    sooner = await receive(sla, kind="BYPASS", severity="S1", grade="K")
    assert (await targets(sla, sooner))[CONTACT] == 10 * MINUTE


async def test_rep_9_its_hour_and_its_kinds_are_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.bypass]\ncontact=60\nkinds=['STAFF_BYPASS']")
    assert (await targets(sla, await receive(sla, kind="STAFF_BYPASS")))[CONTACT] == MINUTE
    assert (await targets(sla, await receive(sla, kind="BYPASS")))[CONTACT] == 4 * HOUR


async def test_cal_4_target_then_policy_then_department_then_installation(
    start_service: StartService,
) -> None:
    sla = await start_service(
        "sla",
        """
        [sla]
        version='t'
        calendar='installation'
        department_calendars = { billing = 'department' }
        [[sla.policies]]
        name = "own-hours"
        when = { area = ["Suzhou"] }
        calendar = 'policy'
        targets = { SOLVE = { seconds = 3600, calendar = 'target' } }
        """,
    )
    for name in ("installation", "department", "policy", "target"):
        week = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        saved = await sla.client.put(
            f"/sla/v1/calendars/{name}", json={"zone": "Asia/Shanghai", "week": week}
        )
        assert saved.status_code == 200, saved.text
    at = now()
    await receive(sla, area="Suzhou", department="billing", received_at=at)
    await receive(sla, department="billing", received_at=at)
    await receive(sla, received_at=at)
    rows = await sla.rows(
        "SELECT kind, calendar FROM promise WHERE kind IN ('CONTACT', 'SOLVE') ORDER BY promise_id"
    )
    assert [row["calendar"] for row in rows] == [
        *("policy", "target"),
        *("department", "department"),
        *("installation", "installation"),
    ]
