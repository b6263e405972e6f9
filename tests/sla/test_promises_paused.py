"""Pauses through their doors and by events: stopped, limited, ended, and never a breach undone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.intake import ContactAttached
from shared.events.routing import ComplaintCancelled, ComplaintPaused, ComplaintRejected, ComplaintResumed
from shared.events.sla import PromiseBroken, PromisesPaused, PromisesResumed
from shared.events.vocabulary import (
    Channel,
    PauseReason,
    RejectionReason,
    Role,
    Severity,
)
from tests.builders import complaint_received, now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import CONTACT, HOUR, SOLVE, receive, time_passes, told_about
from .test_promises_at_once import statements_of

WAITING = PauseReason.WAIT_CUSTOMER
DAYS_3 = 72 * HOUR


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


def paused(complaint_id: UUID, ago: float, reason: PauseReason = WAITING, **changes: Any) -> ComplaintPaused:
    """Handling has waited for so many hours."""
    since = now() - ago * HOUR
    facts = {
        "complaint_id": complaint_id,
        "pause_id": uuid4(),
        "reason": reason,
        "evidence": "message 17",
        "by": "a100",
        "paused_at": since,
        "resumes_at": since + DAYS_3,
    }
    return ComplaintPaused(**(facts | changes))


def resumed(pause: ComplaintPaused, ago: float, because: str = "STAFF") -> ComplaintResumed:
    """Handling goes on since so many hours."""
    return ComplaintResumed(
        complaint_id=pause.complaint_id,
        pause_id=pause.pause_id,
        reason=pause.reason,
        because=because,
        paused_at=pause.paused_at,
        resumed_at=now() - ago * HOUR,
    )


def contact(complaint_id: UUID, channel: Channel, ago: float = 0) -> ContactAttached:
    """The customer has spoken again."""
    return ContactAttached(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=channel,
        rule="REP-1",
        reopens=False,
        severity=Severity.S3,
        tags=(),
        risk_score=0,
        taken_by=None,
        occurred_at=now(),
        received_at=now() - ago * HOUR,
        policy_version="intake-test",
    )


async def due(sla: ServiceUnderTest, complaint_id: UUID, kind: str = "SOLVE") -> datetime:
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    return datetime.fromisoformat(next(row for row in rows if row["kind"] == kind)["due_at"])


async def pauses(sla: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/pauses")).json()
    return rows


async def test_pau_7_a_pause_moves_the_due_time_by_its_length_and_is_kept_as_an_interval(
    sla: ServiceUnderTest,
) -> None:
    """Frappe helpdesk 2449: the pause was added to the opening, which lay on a day off."""
    received = now() - 20 * HOUR
    complaint_id = await receive(sla, received_at=received)
    pause = paused(complaint_id, 8)
    await sla.hears(pause)
    [told] = await sla.said(PromisesPaused)
    assert (told.kinds, told.reason, told.paused_at) == ((SOLVE,), WAITING, pause.paused_at)
    going_on = resumed(pause, 5)
    await sla.hears(going_on)
    assert await due(sla, complaint_id) == received + DAYS_3 + (going_on.resumed_at - pause.paused_at)
    [told_on] = await sla.said(PromisesResumed)
    assert told_on.promises[0].due_at == await due(sla, complaint_id)
    assert (told_on.because, told_on.told) == ("STAFF", ())
    [kept] = await pauses(sla, complaint_id)
    assert (kept["evidence"], kept["by"], kept["ended_because"], kept["reported"]) == (
        "message 17",
        "a100",
        "STAFF",
        True,
    )


async def test_pau_2_a_first_contact_is_never_stopped(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=now() - 3 * HOUR)
    before = await due(sla, complaint_id, "CONTACT")
    await sla.hears(paused(complaint_id, 2))
    await time_passes(sla, 2 * HOUR)
    assert "broken" in await told_about(sla, CONTACT)
    assert await due(sla, complaint_id, "CONTACT") == before - 2 * HOUR


async def test_nobody_is_warned_while_the_clock_stands_still(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=now() - 30 * HOUR)
    pause = paused(complaint_id, 1)
    await sla.hears(pause)
    await sla.let_pass(60 * HOUR)
    assert await told_about_result(sla) == []
    await sla.hears(resumed(pause, 0))
    await sla.let_pass(timedelta())
    assert await told_about_result(sla) == []


async def told_about_result(sla: ServiceUnderTest) -> list[str]:
    """Warnings and breaches of the result."""
    return [type(event).__name__ for event in await sla.said() if getattr(event, "kind", None) is SOLVE]


async def test_warnings_wait_out_pauses(sla: ServiceUnderTest) -> None:
    """Half of 72 hours, with 10 paused, is over after 46."""
    complaint_id = await receive(sla, received_at=now() - 45 * HOUR)
    pause = paused(complaint_id, 30)
    await sla.hears(pause, resumed(pause, 20))
    await sla.let_pass(timedelta())
    assert await told_about_result(sla) == []
    other = await receive(sla, received_at=now() - 47 * HOUR)
    again = paused(other, 30)
    await sla.hears(again, resumed(again, 20))
    await sla.let_pass(timedelta())
    assert await told_about_result(sla) == ["PromiseAtRisk"]


@pytest.mark.parametrize("channel", list(Channel))
async def test_pau_4_the_customers_word_on_any_channel_resumes_at_once(
    sla: ServiceUnderTest, channel: Channel
) -> None:
    """Zammad 1322: who answered by the portal was not heard, and the clock stood still."""
    received = now() - 20 * HOUR
    complaint_id = await receive(sla, received_at=received)
    pause = paused(complaint_id, 8)
    word = contact(complaint_id, channel, ago=6)
    await sla.hears(pause)
    await sla.hears(word)
    assert await due(sla, complaint_id) == received + DAYS_3 + (word.received_at - pause.paused_at)
    assert [event.because for event in await sla.said(PromisesResumed)] == ["CUSTOMER"]
    await sla.hears(resumed(pause, 0, "CUSTOMER"))
    assert len(await sla.said(PromisesResumed)) == 1, "routing says the same a moment later"


async def test_pau_4_it_ends_no_other_pause(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=now() - 20 * HOUR)
    await sla.hears(paused(complaint_id, 8, PauseReason.LEGAL_HOLD))
    await sla.hears(contact(complaint_id, Channel.WEB))
    assert await sla.said(PromisesResumed) == []


async def test_pau_5_a_pause_ends_of_itself_and_the_lead_is_told(sla: ServiceUnderTest) -> None:
    received = now() - 100 * HOUR
    complaint_id = await receive(sla, received_at=received)
    await sla.hears(paused(complaint_id, 90))
    await sla.let_pass(timedelta())
    [told] = await sla.said(PromisesResumed)
    assert (told.because, told.told) == ("LIMIT", (Role.TEAM_LEAD,))
    assert told.resumed_at - told.paused_at == DAYS_3
    assert await due(sla, complaint_id) == received + 2 * DAYS_3
    assert await sla.said(PromiseBroken) != []
    assert "broken" not in await told_about(sla, SOLVE)


async def test_pau_5_the_limit_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.pauses]\nlongest=3600\ntold=['OWNER']")
    complaint_id = await receive(sla, received_at=now() - 20 * HOUR)
    await sla.hears(paused(complaint_id, 8))
    await sla.let_pass(timedelta())
    [told] = await sla.said(PromisesResumed)
    assert (told.resumed_at - told.paused_at, told.told) == (HOUR, (Role.OWNER,))


async def test_pau_5_an_appointment_lasts_until_its_time_whatever_its_length(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=now() - 20 * HOUR)
    agreed = now() + 300 * HOUR
    await sla.hears(paused(complaint_id, 8, PauseReason.CUSTOMER_APPOINTMENT, resumes_at=agreed))
    await sla.let_pass(200 * HOUR)
    assert await sla.said(PromisesResumed) == []
    [told] = await sla.said(PromisesPaused)
    assert told.ends_by == agreed


async def test_pau_8_resolving_from_a_pause_closes_it_first(sla: ServiceUnderTest) -> None:
    """Frappe 3776: received 80 hours ago with 72 to go, paused 60 hours ago: in time, and not late."""
    complaint_id = await receive(sla, received_at=now() - 80 * HOUR)
    await sla.hears(paused(complaint_id, 60))
    await sla.hears(resolved(complaint_id, resolved_at=now()))
    assert [event.because for event in await sla.said(PromisesResumed)] == ["RESOLVED"]
    assert await told_about(sla, SOLVE) == ["made", "kept"]
    [row] = await pauses(sla, complaint_id)
    assert row["until"] is not None


async def test_pau_9_a_pause_after_the_due_time_undoes_no_breach(sla: ServiceUnderTest) -> None:
    """Frappe helpdesk 2232: what was late was late no more once it was put on hold."""
    received = now() - 80 * HOUR
    complaint_id = await receive(sla, received_at=received)
    await sla.hears(paused(complaint_id, 2))
    assert await sla.said(PromisesPaused) == []
    await sla.let_pass(timedelta())
    assert "broken" in await told_about(sla, SOLVE)
    assert await due(sla, complaint_id) == received + DAYS_3


async def test_pau_1_a_pause_by_the_door_stops_and_goes_on(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    path = f"/sla/v1/complaints/{complaint_id}/pauses"
    asked = await sla.client.post(path, json={"reason": "LEGAL_HOLD", "by": "l1"})
    assert asked.status_code == 201, asked.text
    begun = asked.json()
    assert begun["stopped"] == ["SOLVE"]
    again = await sla.client.post(path, json={"reason": "LEGAL_HOLD", "by": "l1"})
    assert again.status_code == 409
    ended = await sla.client.post(f"{path}/{begun['pause_id']}/resumption", json={"by": "l1"})
    assert ended.status_code == 200, ended.text
    assert list(ended.json()["due"]) == ["SOLVE"]
    assert (await pauses(sla, complaint_id))[0]["ended_by"] == "l1"
    gone = await sla.client.post(f"{path}/{begun['pause_id']}/resumption", json={"by": "l1"})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"reason": "WAIT_CUSTOMER", "by": "a1"}, 422, "evidence"),
        ({"reason": "LUNCH", "by": "a1"}, 422, "reason"),
        ({"reason": "LEGAL_HOLD"}, 422, "by"),
        ({"reason": "CUSTOMER_APPOINTMENT", "by": "a1"}, 422, "until"),
        ({"reason": "CUSTOMER_APPOINTMENT", "by": "a1", "until": "2020-01-01T00:00:00Z"}, 422, "until"),
        ({"reason": "CUSTOMER_APPOINTMENT", "by": "a1", "until": "9999-01-01T00:00:00Z"}, 422, "until"),
    ],
)
async def test_pau_1_what_cannot_be_a_pause_is_refused(
    sla: ServiceUnderTest, body: dict[str, str], status: int, field: str
) -> None:
    complaint_id = await receive(sla)
    refused = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field)
    assert await pauses(sla, complaint_id) == []


async def test_a_complaint_without_promises_cannot_be_paused(sla: ServiceUnderTest) -> None:
    body = {"reason": "LEGAL_HOLD", "by": "a1"}
    assert (await sla.client.post(f"/sla/v1/complaints/{uuid4()}/pauses", json=body)).status_code == 404
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id))
    assert (await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body)).status_code == 409


async def test_pau_5_a_case_that_was_paused_for_all_its_time_cannot_be_paused_again(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla, received_at=now() - 100 * HOUR)
    await sla.hears(paused(complaint_id, 95))
    await sla.let_pass(timedelta())
    body = {"reason": "LEGAL_HOLD", "by": "a1"}
    refused = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body)
    assert refused.status_code == 409
    assert len(await pauses(sla, complaint_id)) == 1


async def test_pau_7_in_a_calendar_a_pause_gives_back_working_time_only(start_service: StartService) -> None:
    """GLPI 10594: paused from Friday 17:00 to Monday 10:00, which are two hours of work."""
    calendar = (
        "[sla]\nversion='t'\n[sla.matrix.S3.S]\nSOLVE={seconds=10800,calendar='cn-default'}\n"
        "[sla.matrix.S4.S]\nSOLVE=31536000"
    )
    sla = await start_service("sla", calendar)
    complaint_id = await receive(sla, received_at=datetime.fromisoformat("2026-03-06T16:00+08:00"))
    since, until = "2026-03-06T17:00+08:00", "2026-03-09T10:00+08:00"
    pause = paused(complaint_id, 0, paused_at=datetime.fromisoformat(since))
    await sla.hears(pause)
    going_on = resumed(pause, 0).model_copy(update={"resumed_at": datetime.fromisoformat(until)})
    await sla.hears(going_on)
    assert await due(sla, complaint_id) == datetime.fromisoformat("2026-03-09T12:00+08:00")


async def test_a_rejection_is_a_result_and_a_cancelled_complaint_needs_none(sla: ServiceUnderTest) -> None:
    rejected, cancelled = await receive(sla), await receive(sla)
    await sla.hears(paused(rejected, 0))
    await sla.hears(
        ComplaintRejected(
            complaint_id=rejected,
            reason=next(iter(RejectionReason)),
            by="a1",
            rejected_at=now(),
            appeal_until=now() + HOUR,
        ),
        ComplaintCancelled(complaint_id=cancelled, by="customer", cancelled_at=now()),
    )
    states = {
        (row["complaint_id"], row["kind"]): row["state"]
        for row in await sla.rows("SELECT complaint_id, kind, state FROM promise")
    }
    assert states[rejected, "SOLVE"] == "KEPT"
    assert {states[cancelled, kind] for kind in ("CONTACT", "UPDATE", "SOLVE")} == {"WITHDRAWN"}


async def test_a_batch_of_pauses_takes_as_many_statements_for_thirty_complaints_as_for_one(
    start_service: StartService,
) -> None:
    sla = await start_service(
        "sla", "[sla]\nversion='t'\n[sla.matrix.S3.S]\nSOLVE={seconds=360000,calendar='cn-default'}"
    )
    counted = []
    for size in (1, 1, 30):  # the first one lays out the calendar
        complaints = [uuid4() for _ in range(size)]
        made = await statements_of(sla, *(complaint_received(c) for c in complaints))
        pauses_begun = [paused(complaint_id, 0) for complaint_id in complaints]
        begun = await statements_of(sla, *pauses_begun)
        ended = await statements_of(sla, *(resumed(pause, 0) for pause in pauses_begun))
        counted.append((made, begun, ended))
    assert counted[1] == counted[2]
    assert max(counted[2]) <= 12
