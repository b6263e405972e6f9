"""Sla through its doors: targets are swapped, and start, pauses, breaches and what was reached stay (section 2.4)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.events.intake import ComplaintJoinedIncident, ContactAttached, GradeRaised
from shared.events.routing import ComplaintPaused, ComplaintResumed
from shared.events.sla import PromiseRecomputed
from shared.events.vocabulary import Channel, Grade, PauseReason, PriorityClass, PromiseKind, Severity
from tests.builders import closed, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import ACK, CONTACT, HOUR, REGULATOR, SOLVE, UPDATE, VERSION, receive, time_passes, told_about

DAY = 24 * HOUR


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


def grade_raised(complaint_id: UUID, grade: str, severity: str = "S3") -> GradeRaised:
    return GradeRaised(
        complaint_id=complaint_id,
        customer_id=uuid4(),
        was=Grade.S,
        grade=Grade(grade),
        severity=Severity(severity),
        severity_rule="SEV-3",
        priority=50,
        priority_class=PriorityClass.P3,
        because="REGISTRY",
        raised_at=now(),
        policy_version="t",
    )


def attached(complaint_id: UUID, severity: str) -> ContactAttached:
    return ContactAttached(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=Channel.WEB,
        rule="REP-1",
        reopens=False,
        severity=Severity(severity),
        tags=(),
        risk_score=0,
        taken_by=None,
        occurred_at=now(),
        received_at=now(),
        policy_version="t",
    )


def joined(complaint_id: UUID, severity: str) -> ComplaintJoinedIncident:
    return ComplaintJoinedIncident(
        complaint_id=complaint_id, incident_id=uuid4(), severity=Severity(severity), joined_at=now()
    )


async def due(sla: ServiceUnderTest, complaint_id: UUID) -> dict[PromiseKind, timedelta]:
    """From start to due of the live promises to a complaint, as stored."""
    rows = await sla.rows(
        "SELECT complaint_id, kind, due_at - starts_at AS time FROM promise WHERE settled_at IS NULL"
    )
    return {PromiseKind(row["kind"]): row["time"] for row in rows if row["complaint_id"] == complaint_id}


async def judge(sla: ServiceUnderTest, complaint_id: UUID, severity: str) -> Any:
    body = {"severity": severity, "reason": "read again", "by": "a100"}
    answer = await sla.client.put(f"/sla/v1/complaints/{complaint_id}/severity", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_1_2_an_upgrade_swaps_the_targets_and_keeps_the_start(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, grade="S")
    await sla.hears(grade_raised(complaint_id, "K"))
    assert await due(sla, complaint_id) == {
        ACK: timedelta(minutes=1),
        CONTACT: HOUR,
        UPDATE: 8 * HOUR,
        SOLVE: 24 * HOUR,
        REGULATOR: 15 * DAY,  # laid when the promise of the result moves
    }
    moved = await sla.said(PromiseRecomputed)
    assert [(e.kind, e.was_due_at - e.due_at, e.because) for e in moved] == [
        (CONTACT, 3 * HOUR, "GRADE"),
        (UPDATE, 40 * HOUR, "GRADE"),
        (SOLVE, 48 * HOUR, "GRADE"),
    ]
    assert {e.notable for e in moved} == {True}


async def test_1_2_a_lower_grade_swaps_nothing(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, grade="K")
    before = await due(sla, complaint_id)
    await sla.hears(grade_raised(complaint_id, "V"))
    assert await due(sla, complaint_id) == before
    assert await sla.said(PromiseRecomputed) == []


async def test_2_4_the_snapshot_goes_with_the_swap_and_the_swap_is_noted(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, grade="S")
    await sla.hears(grade_raised(complaint_id, "K"))
    [row] = await sla.rows("SELECT grade, targets FROM complaint")
    assert (row["grade"], row["targets"]["SOLVE"]) == ("K", 86_400)
    [noted] = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/swaps")).json()
    assert (noted["cause"], noted["was"]["grade"], noted["became"]["grade"]) == ("GRADE", "S", "K")
    assert (noted["was"]["targets"]["SOLVE"], noted["became"]["targets"]["SOLVE"]) == (259_200, 86_400)


async def test_peers_accumulated_pauses_are_kept_when_another_target_is_applied(
    sla: ServiceUnderTest,
) -> None:
    """GLPI issue 15605: the pause of ten hours is still in the new due time."""
    complaint_id = await receive(sla, received_at=now() - 12 * HOUR)
    pause_id = uuid4()
    facts: dict[str, Any] = {"complaint_id": complaint_id, "pause_id": pause_id}
    facts["reason"] = PauseReason.CUSTOMER_APPOINTMENT
    since = now() - 11 * HOUR
    await sla.hears(
        ComplaintPaused(**facts, evidence=None, by="a100", paused_at=since, resumes_at=since + 10 * HOUR),
        ComplaintResumed(**facts, because="STAFF", paused_at=since, resumed_at=since + 10 * HOUR),
    )
    assert (await due(sla, complaint_id))[SOLVE] == 82 * HOUR
    await sla.hears(grade_raised(complaint_id, "K"))
    assert (await due(sla, complaint_id))[SOLVE] == 34 * HOUR


async def test_2_4_a_pause_that_lasts_is_kept_too(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    body = {"reason": "FORCE_MAJEURE", "by": "a100"}
    begun = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body)
    await sla.hears(grade_raised(complaint_id, "V"))
    await time_passes(sla, 60 * HOUR)
    assert "W1" not in await told_about(sla, SOLVE)
    path = f"/sla/v1/complaints/{complaint_id}/pauses/{begun.json()['pause_id']}/resumption"
    assert (await sla.client.post(path, json={"by": "a100"})).status_code == 200
    [row] = await sla.rows("SELECT target_seconds FROM promise WHERE kind = 'SOLVE'")
    assert row["target_seconds"] == 172_800


async def test_2_4_a_due_time_moves_into_the_past_only_with_an_event_and_the_breach_follows(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla, received_at=now() - 26 * HOUR)
    await sla.hears(grade_raised(complaint_id, "K"))
    [solve] = [e for e in await sla.said(PromiseRecomputed) if e.kind is SOLVE]
    assert solve.due_at < solve.recomputed_at < solve.was_due_at
    await sla.let_pass(timedelta())
    assert (await told_about(sla, SOLVE))[-2:] == ["broken", "L1"]


async def test_pau_9_what_was_broken_stays_broken_whatever_the_target_becomes(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S1")
    await time_passes(sla, 25 * HOUR)
    before = await due(sla, complaint_id)
    assert await judge(sla, complaint_id, "S4") == []
    assert await due(sla, complaint_id) == before
    await sla.hears(resolved(complaint_id))
    assert (await told_about(sla, SOLVE))[-1] == "kept late"


async def test_2_4_a_rung_that_was_reached_stays_reached(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 37 * HOUR)
    await sla.hears(grade_raised(complaint_id, "V"))  # 48 hours: half of them is over already
    await time_passes(sla, 0 * HOUR)
    words = await told_about(sla, SOLVE)
    assert words.count("W1") == 1
    assert words[-1] == "W2"


async def test_2_4_staff_judge_the_severity_anew_in_both_directions(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S3")
    moved = await judge(sla, complaint_id, "S1")
    assert [one["kind"] for one in moved] == ["CONTACT", "UPDATE", "SOLVE"]
    assert (await due(sla, complaint_id))[SOLVE] == 24 * HOUR
    await judge(sla, complaint_id, "S4")
    assert (await due(sla, complaint_id))[SOLVE] == 7 * DAY
    [first, second] = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/swaps")).json()
    assert (first["by"], first["reason"], first["cause"]) == ("a100", "read again", "STAFF")
    assert (second["was"]["severity"], second["became"]["severity"]) == ("S1", "S4")


async def test_2_4_a_contact_or_an_incident_that_is_more_severe_hurries_the_complaint(
    sla: ServiceUnderTest,
) -> None:
    first, second, third = [await receive(sla) for _ in range(3)]
    await sla.hears(attached(first, "S1"), joined(second, "S2"), attached(third, "S4"))
    assert (await due(sla, first))[SOLVE] == 24 * HOUR
    assert (await due(sla, second))[SOLVE] == 48 * HOUR
    assert (await due(sla, third))[SOLVE] == 72 * HOUR
    assert {e.because for e in await sla.said(PromiseRecomputed)} == {"CONTACT", "INCIDENT"}


async def test_2_4_a_swap_stays_in_the_calendar_of_the_new_target(start_service: StartService) -> None:
    sla = await start_service(
        "sla",
        "[sla]\nversion='t'\n[sla.matrix.S2.S]\nSOLVE={seconds=36000, calendar='hours'}\n"
        "[sla.matrix.S3.S]\nSOLVE=720000\n[sla.matrix.S4.S]\nSOLVE=720000",
    )
    week = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    await sla.client.put("/sla/v1/calendars/hours", json={"zone": "Asia/Shanghai", "week": week})
    complaint_id = await receive(sla)
    await judge(sla, complaint_id, "S2")
    assert (await due(sla, complaint_id))[SOLVE] == 10 * HOUR
    [solve] = [e for e in await sla.said(PromiseRecomputed) if e.kind is SOLVE]
    assert (solve.calendar, solve.calendar_version) == ("hours", 1)
    await judge(sla, complaint_id, "S4")
    [row] = await sla.rows("SELECT calendar, counted_by FROM promise WHERE kind = 'SOLVE'")
    assert (row["calendar"], row["counted_by"]) == (None, None)


async def test_sla_x_an_extension_is_kept_by_a_swap(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    body = {"seconds": 7200, "reason": "parts are late", "by": "a100", "approved_by": "l1"}
    path = f"/sla/v1/complaints/{complaint_id}/extensions"
    assert (await sla.client.post(path, json=body | {"approver_role": "TEAM_LEAD"})).status_code == 201
    await judge(sla, complaint_id, "S2")
    assert (await due(sla, complaint_id))[SOLVE] == 50 * HOUR


async def test_fu_7_a_result_of_a_later_round_keeps_its_half(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    await judge(sla, complaint_id, "S2")
    assert (await due(sla, complaint_id))[SOLVE] == 24 * HOUR


async def test_2_4_another_policy_is_applied_to_what_is_open_in_batches(sla: ServiceUnderTest) -> None:
    """Chatwoot 10178: the policy of what was open could not be swapped for another."""
    open_ones = [await receive(sla) for _ in range(3)]
    done = await receive(sla)
    await sla.hears(closed(done))
    async with sla.engine.begin() as connection:
        older = "policy_version = 'older', due_at = due_at + interval '10 hours'"
        await connection.execute(
            text(f"UPDATE promise SET {older} WHERE complaint_id <> :new"), {"new": open_ones[2]}
        )
    ordered = await sla.client.post("/sla/v1/targets")
    assert (ordered.status_code, ordered.json()) == (202, {"complaints": 2, "policy_version": VERSION})
    await sla.let_pass(timedelta())
    for complaint_id in open_ones:
        assert (await due(sla, complaint_id))[SOLVE] == 72 * HOUR
    moved = {e.complaint_id for e in await sla.said(PromiseRecomputed) if e.because == "POLICY"}
    assert moved == {*open_ones[:2]}
    assert (await sla.client.post("/sla/v1/targets")).json()["complaints"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"severity": "S9", "reason": "wrong", "by": "a"}, "severity"),
        ({"severity": "S1", "reason": "", "by": "a"}, "reason"),
        ({"severity": "S1", "reason": "why so"}, "by"),
        ({"severity": "S1", "reason": "why so", "by": "a", "grade": "K"}, "grade"),
    ],
)
async def test_2_4_a_judgement_that_cannot_be_right_is_refused(
    sla: ServiceUnderTest, body: dict[str, str], field: str
) -> None:
    complaint_id = await receive(sla)
    answer = await sla.client.put(f"/sla/v1/complaints/{complaint_id}/severity", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await due(sla, complaint_id))[SOLVE] == 72 * HOUR


async def test_2_4_nobody_judges_a_complaint_that_does_not_exist(sla: ServiceUnderTest) -> None:
    body = {"severity": "S1", "reason": "read again", "by": "a100"}
    answer = await sla.client.put(f"/sla/v1/complaints/{uuid4()}/severity", json=body)
    assert answer.status_code == 404
