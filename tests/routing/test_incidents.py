"""Complaints that joined an incident follow its resolution; a repeat says why it came again (REP-6, REP-8)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.base import Event
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded, RepeatReasonGiven
from shared.events.routing import ComplaintClosed, ComplaintResolved, ComplaintResumed
from shared.events.vocabulary import RepeatReason, Severity
from tests.builders import answered, complaint_received, now
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, post, resolve, shown, staff_file, taken_by


def joined(complaint_id: UUID, incident_id: UUID) -> ComplaintJoinedIncident:
    return ComplaintJoinedIncident(
        complaint_id=complaint_id, incident_id=incident_id, severity=Severity.S2, joined_at=now()
    )


def ended(incident_id: UUID, *, resolved: bool = True) -> IncidentEnded:
    return IncidentEnded(
        incident_id=incident_id,
        about="network",
        area="north",
        resolved=resolved,
        by="n1",
        ended_at=now(),
    )


async def follow(routing: ServiceUnderTest) -> None:
    """The timers that are due fire."""
    await routing.let_pass(timedelta())


async def state(routing: ServiceUnderTest, complaint_id: UUID) -> str:
    return str((await shown(routing, complaint_id))["state"])


async def test_rep_8_children_are_resolved_with_their_incident_whatever_state_they_are_in(
    routing: ServiceUnderTest,
) -> None:
    incident = uuid4()
    fresh, begun, proposed, waiting = [await taken_by(routing, "f1") for _ in range(4)]
    await post(routing, begun, "steps", step="VENT", by="f1")
    await post(routing, proposed, "proposal", text="Soon.", by="f1", steps=FIRST_FOUR)
    await post(routing, waiting, "wait", reason="THIRD_PARTY", by="f1")
    apart = await taken_by(routing, "f1")
    children = [fresh, begun, proposed, waiting]
    await routing.hears(*(joined(child, incident) for child in children))
    await routing.hears(ended(incident))
    await follow(routing)
    assert {await state(routing, child) for child in children} == {"RESOLVED"}
    assert await state(routing, apart) == "ASSIGNED"
    assert {told.by for told in await routing.said(ComplaintResolved)} == {"n1"}
    assert len(await routing.said(ComplaintResumed)) == 1
    seen = await shown(routing, fresh)
    assert (seen["resolution"]["reason"], seen["incidents"]) == ("INCIDENT_RESOLVED", [str(incident)])
    await routing.hears(*(answered(child) for child in children))
    assert len(await routing.said(ComplaintClosed)) == 4


async def test_rep_8_of_what_was_no_incident_nothing_follows(routing: ServiceUnderTest) -> None:
    incident, complaint_id = uuid4(), await taken_by(routing, "f1")
    await routing.hears(joined(complaint_id, incident), ended(incident, resolved=False))
    await follow(routing)
    assert await state(routing, complaint_id) == "ASSIGNED"


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
async def test_rep_8_in_any_order_that_the_log_allows_children_follow_once(
    routing: ServiceUnderTest, order: tuple[int, ...]
) -> None:
    incident, complaint_id = uuid4(), uuid4()
    events: list[Event] = [complaint_received(complaint_id), joined(complaint_id, incident), ended(incident)]
    for place in order:
        await routing.hears(events[place])
        await follow(routing)
    assert await state(routing, complaint_id) == "RESOLVED"
    await routing.hears(ended(incident))
    await follow(routing)
    assert len(await routing.said(ComplaintResolved)) == 1


async def test_rep_8_what_has_ended_or_waits_for_a_department_does_not_follow(
    routing: ServiceUnderTest,
) -> None:
    incident = uuid4()
    rejected, owed, done = [await taken_by(routing, "f1") for _ in range(3)]
    await post(routing, rejected, "rejection", by="f1", text="It was right.", reason="NO_GROUND")
    await post(routing, owed, "tasks", by="f1", department="network", text="Look at it.")
    await resolve(routing, done, "f1")
    await routing.hears(*(joined(child, incident) for child in (rejected, owed, done)), ended(incident))
    await follow(routing)
    states = [await state(routing, child) for child in (rejected, owed, done)]
    assert states == ["REJECTED", "ASSIGNED", "RESOLVED"]
    assert len(await routing.said(ComplaintResolved)) == 1


async def repeat(routing: ServiceUnderTest) -> UUID:
    first = await taken_by(routing, "f1")
    second = await taken_by(routing, "f1", repeat_of=first, repeat_index=2)
    await post(routing, second, "proposal", text="We pay.", by="f1", steps=FIRST_FOUR)
    return second


DONE: dict[str, Any] = {"by": "f1", "text": "Paid.", "steps": ["INVITE_FEEDBACK"]}


async def test_rep_6_a_repeat_is_resolved_once_it_is_known_why_it_came_again(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await repeat(routing)
    refused = await post(routing, complaint_id, "resolution", **DONE)
    assert (refused.status_code, "REP-6" in refused.json()["detail"]) == (409, True)
    assert await routing.said(ComplaintResolved) == []
    reason = RepeatReason.SERVICE_TIME_EXCEEDED
    await routing.hears(RepeatReasonGiven(complaint_id=complaint_id, reason=reason, by="f1", given_at=now()))
    assert (await post(routing, complaint_id, "resolution", **DONE)).status_code == 200
    assert (await shown(routing, complaint_id))["repeat_reason"] == reason


async def test_rep_6_what_is_no_repeat_needs_no_reason(routing: ServiceUnderTest) -> None:
    await resolve(routing, await taken_by(routing, "f1"), "f1")
    assert len(await routing.said(ComplaintResolved)) == 1


async def test_rep_6_that_a_reason_is_needed_is_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.work]\nrepeat_reason_needed=false"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    assert (await post(routing, await repeat(routing), "resolution", **DONE)).status_code == 200
