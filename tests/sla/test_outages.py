"""Sla through its doors: what a long outage of a key account and a mass outage call for (SLA-W, SLA-M)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.intake import IncidentEnded, IncidentOpened
from shared.events.sla import IncidentDutiesMade, IncidentDutyBroken, IncidentDutyDone, WrittenReportSent
from shared.events.vocabulary import OutageDuty, Role
from shared.runtime.policy import PolicyError
from tests.builders import closed, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, REPORT, promises_made, receive, time_passes, timers_armed, told_about

INTERNAL_REPORT, PUBLIC_NOTICE, FORECAST, NEWS = OutageDuty
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def repaired(sla: ServiceUnderTest, after: timedelta, **facts: Any) -> UUID:
    """A key account's fault that was repaired so long after it was received."""
    received_at = now() - after
    told = {"grade": "K", "is_fault": True, "received_at": received_at, "occurred_at": received_at} | facts
    complaint_id = await receive(sla, **told)
    await sla.hears(resolved(complaint_id))
    return complaint_id


async def report(sla: ServiceUnderTest, complaint_id: UUID, **form: Any) -> Any:
    body = {"by": "a100", "reference": "reports/7.pdf"} | form
    return await sla.client.post(f"/sla/v1/complaints/{complaint_id}/written-report", json=body)


async def test_sla_w_a_long_outage_of_a_key_account_is_followed_by_a_written_report(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await repaired(sla, 4 * HOUR)
    [made] = [one for one in await promises_made(sla) if one.kind is REPORT]
    assert (made.due_at - made.starts_at, made.complaint_id) == (24 * HOUR, complaint_id)
    answer = await report(sla, complaint_id)
    assert (answer.status_code, answer.json()) == (201, {"late": False})
    assert await told_about(sla, REPORT) == ["made", "kept"]
    [sent] = await sla.said(WrittenReportSent)
    assert (sent.by, sent.reference) == ("a100", "reports/7.pdf")
    assert (await report(sla, complaint_id)).status_code == 404


@pytest.mark.parametrize(
    ("after", "facts"),
    [
        (2.9 * HOUR, {}),
        (4 * HOUR, {"grade": "V"}),
        (4 * HOUR, {"is_fault": False}),
        (4 * HOUR, {"is_fault": None}),
    ],
)
async def test_sla_w_no_report_is_owed_for_what_was_short_or_no_outage_or_no_key_account(
    sla: ServiceUnderTest, after: timedelta, facts: dict[str, Any]
) -> None:
    complaint_id = await repaired(sla, after, **facts)
    assert REPORT not in {one.kind for one in await promises_made(sla)}
    assert (await report(sla, complaint_id)).status_code == 404


async def test_sla_w_who_is_owed_it_after_how_long_and_by_when_is_policy(start_service: StartService) -> None:
    sla = await start_service(
        "sla",
        "[sla]\nversion='t'\n[sla.outage_report]\ngrades=['V']\nlonger_than=600\n"
        "target={working_days=1, calendar='cn-default'}",
    )
    await repaired(sla, HOUR, grade="V")
    await repaired(sla, 4 * HOUR, grade="K")
    [made] = [one for one in await promises_made(sla) if one.kind is REPORT]
    rows = await sla.rows("SELECT calendar FROM promise WHERE kind = 'REPORT'")
    assert [row["calendar"] for row in rows] == ["cn-default"]
    assert made.due_at > made.starts_at


async def test_sla_w_it_is_owed_after_the_closing_too_and_missed_where_nobody_writes_it(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await repaired(sla, 4 * HOUR)
    await sla.hears(closed(complaint_id))
    await time_passes(sla, 25 * HOUR)
    assert await told_about(sla, REPORT) == ["made", "W1", "broken", "L1"]
    assert (await report(sla, complaint_id)).json() == {"late": True}


async def test_sla_w_what_was_not_repaired_after_all_is_reported_after_the_next_repair(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await repaired(sla, 4 * HOUR)
    await sla.hears(reopened(complaint_id), resolved(complaint_id, round=2))
    rows = await sla.rows("SELECT round, state FROM promise WHERE kind = 'REPORT' ORDER BY round")
    assert [tuple(row.values()) for row in rows] == [(1, "WITHDRAWN"), (2, "OPEN")]


@pytest.mark.parametrize("form", [{"by": ""}, {"reference": ""}, {"reference": 7}, {"more": 1}])
async def test_a_report_without_author_or_place_is_refused_with_the_field(
    sla: ServiceUnderTest, form: dict[str, Any]
) -> None:
    complaint_id = await repaired(sla, 4 * HOUR)
    refused = await report(sla, complaint_id, **form)
    assert refused.status_code == 422
    assert next(iter(form)) in refused.text


def opened(incident_id: UUID, **changes: Any) -> IncidentOpened:
    facts: dict[str, Any] = {
        "incident_id": incident_id,
        "about": "broadband/outage",
        "area": "east",
        "severity": "S1",
        "by": "REP-8",
        "found_at": now(),
    }
    return IncidentOpened(**(facts | changes))


def ended(incident_id: UUID) -> IncidentEnded:
    facts = {"about": "broadband/outage", "area": "east", "resolved": True, "by": "l1", "ended_at": now()}
    return IncidentEnded(incident_id=incident_id, **facts)


async def outage(sla: ServiceUnderTest, **facts: Any) -> UUID:
    incident_id = uuid4()
    await sla.hears(opened(incident_id, **facts))
    return incident_id


async def due(sla: ServiceUnderTest, incident_id: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await sla.client.get(f"/sla/v1/incidents/{incident_id}/duties")).json()
    return rows


async def give(sla: ServiceUnderTest, incident_id: UUID, kind: OutageDuty) -> Any:
    path = f"/sla/v1/incidents/{incident_id}/duties/{kind}"
    return await sla.client.post(path, json={"by": "q1", "reference": "notices/7"})


async def broken(sla: ServiceUnderTest) -> list[tuple[OutageDuty, int]]:
    return [(one.duty.kind, one.duty.number) for one in await sla.said(IncidentDutyBroken)]


async def test_sla_m_a_mass_outage_calls_for_a_report_a_notice_a_forecast_and_news(
    sla: ServiceUnderTest,
) -> None:
    found_at = now()
    incident_id = await outage(sla, found_at=found_at)
    [made] = await sla.said(IncidentDutiesMade)
    assert {one.kind: one.due_at - found_at for one in made.duties} == {
        INTERNAL_REPORT: 15 * MINUTE,
        PUBLIC_NOTICE: 30 * MINUTE,
        FORECAST: HOUR,
        NEWS: 3 * HOUR,
    }
    assert [row["kind"] for row in await due(sla, incident_id)] == [*OutageDuty]


@pytest.mark.parametrize("facts", [{"severity": "S2"}, {"severity": "S3"}])
async def test_sla_m_a_lesser_incident_calls_for_nothing(
    sla: ServiceUnderTest, facts: dict[str, Any]
) -> None:
    incident_id = await outage(sla, **facts)
    assert await due(sla, incident_id) == []
    assert await timers_armed(sla) == 0


async def test_sla_m_which_incidents_count_and_what_is_due_when_is_policy(
    start_service: StartService,
) -> None:
    sla = await start_service(
        "sla",
        "[sla]\nversion='t'\n[sla.mass_outage]\nseverities=['S2']\nabout=['broadband']\n"
        "[sla.mass_outage.within]\nPUBLIC_NOTICE=600",
    )
    found_at = now()
    await outage(sla, severity="S1")
    await outage(sla, severity="S2", about="mobile/outage")
    await outage(sla, severity="S2", found_at=found_at)
    [made] = await sla.said(IncidentDutiesMade)
    assert {one.kind: one.due_at for one in made.duties}[PUBLIC_NOTICE] == found_at + 10 * MINUTE


async def test_sla_m_an_incident_that_becomes_critical_is_one_from_then_on_and_once(
    sla: ServiceUnderTest,
) -> None:
    incident_id = await outage(sla, severity="S2")
    await sla.hears(opened(incident_id), opened(incident_id))
    assert len(await due(sla, incident_id)) == len(OutageDuty)


async def test_sla_m_what_nobody_gives_in_time_is_told_once(sla: ServiceUnderTest) -> None:
    incident_id = await outage(sla)
    assert (await give(sla, incident_id, PUBLIC_NOTICE)).json() == {"late": False, "next_due_at": None}
    await sla.let_pass(2 * HOUR)
    assert await broken(sla) == [(INTERNAL_REPORT, 1), (FORECAST, 1)]
    [told] = {(one.told, one.about, one.area) for one in await sla.said(IncidentDutyBroken)}
    assert told == ((Role.SERVICE_QUALITY, Role.DEPARTMENT_HEAD), "broadband/outage", "east")
    assert (await give(sla, incident_id, FORECAST)).status_code == 201
    await sla.let_pass(HOUR)
    assert await broken(sla) == [(INTERNAL_REPORT, 1), (FORECAST, 1), (NEWS, 1)]


async def test_sla_m_who_is_told_what_is_due_and_what_is_late_is_policy(start_service: StartService) -> None:
    sla = await start_service(
        "sla",
        "[sla]\nversion='t'\n[sla.mass_outage]\nasked=['FRAUD_DESK']\ntold=['DEPARTMENT_HEAD']",
    )
    await outage(sla)
    await sla.let_pass(20 * MINUTE)
    [made], [late] = await sla.said(IncidentDutiesMade), await sla.said(IncidentDutyBroken)
    assert (made.told, late.told) == ((Role.FRAUD_DESK,), (Role.DEPARTMENT_HEAD,))


async def test_sla_m_who_is_reached_about_complaints_only_cannot_be_told(start_service: StartService) -> None:
    with pytest.raises(PolicyError, match=r"mass_outage\.told"):
        await start_service("sla", "[sla]\nversion='t'\n[sla.mass_outage]\ntold=['OWNER']")


async def test_sla_m_news_is_due_again_and_again_until_the_incident_has_ended(sla: ServiceUnderTest) -> None:
    incident_id = await outage(sla)
    first, second = [await give(sla, incident_id, NEWS) for _ in range(2)]
    assert first.json()["next_due_at"] <= second.json()["next_due_at"]
    await sla.hears(ended(incident_id))
    assert await timers_armed(sla) == 0
    assert (await give(sla, incident_id, NEWS)).status_code == 404
    assert [one.duty.number for one in await sla.said(IncidentDutyDone)] == [1, 2]
    ends = [(row["kind"], row["number"], row["done_by"]) for row in await due(sla, incident_id)]
    assert (NEWS, 3, None) in ends
    assert (NEWS, 2, "q1") in ends


async def test_duties_are_listed_by_whether_they_wait_and_whether_they_were_missed(
    sla: ServiceUnderTest,
) -> None:
    incident_id = await outage(sla)
    await sla.let_pass(20 * MINUTE)
    await give(sla, incident_id, PUBLIC_NOTICE)

    async def kinds(query: str) -> set[str]:
        page = (await sla.client.get(f"/sla/v1/incident-duties?{query}")).json()
        return {item["kind"] for item in page["items"]}

    assert await kinds("live=false") == {PUBLIC_NOTICE}
    assert await kinds("broken=true") == {INTERNAL_REPORT}
    assert await kinds("live=true") == {INTERNAL_REPORT, FORECAST, NEWS}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("not-a-uuid/duties/NEWS", {"by": "q1"}, "incident_id"),
        (f"{UUID(int=7)}/duties/GOSSIP", {"by": "q1"}, "kind"),
        (f"{UUID(int=7)}/duties/NEWS", {}, "by"),
        (f"{UUID(int=7)}/duties/NEWS", {"by": "q\x00"}, "by"),
    ],
)
async def test_a_wrong_notice_is_refused_with_the_field(
    sla: ServiceUnderTest, path: str, body: dict[str, Any], field: str
) -> None:
    refused = await sla.client.post(f"/sla/v1/incidents/{path}", json=body)
    assert (refused.status_code, field in refused.text) == (422, True)
