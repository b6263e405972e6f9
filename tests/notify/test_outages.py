"""SLA-M: desks are told of a mass outage's duties, each once, through the door of events and up to the provider."""

from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events import Event
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped
from shared.events.sla import DutyOfIncident, IncidentDutiesMade, IncidentDutyBroken, IncidentDutyDone
from shared.events.vocabulary import OutageDuty, Role
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .duties import ended
from .facts import DUE, DUE_IN_CHINESE, DUE_IN_ENGLISH
from .hearing import Messages, hears_in_turn
from .provider import running_provider
from .test_handover import dispatcher

DESKS = """[notify]
version = 't'
desks = { SERVICE_QUALITY = { channel = 'email', address = 'quality@example.com' } }
"""
IN_ENGLISH = DESKS.replace("version = 't'", "version = 't'\nstaff_language = 'en'")
QUALITY = (Role.SERVICE_QUALITY,)


def duty(kind: OutageDuty = OutageDuty.PUBLIC_NOTICE) -> DutyOfIncident:
    return DutyOfIncident(duty_id=uuid4(), kind=kind, number=1, due_at=DUE)


def made(incident: UUID, **changes: Any) -> IncidentDutiesMade:
    facts: dict[str, Any] = {"about": "网络/宽带断网", "area": "浦东", "policy_version": "t", "told": QUALITY}
    facts["duties"] = tuple(duty(kind) for kind in OutageDuty)
    return IncidentDutiesMade(incident_id=incident, **(facts | changes))


def broken(incident: UUID, which: DutyOfIncident | None = None, **changes: Any) -> IncidentDutyBroken:
    facts: dict[str, Any] = {"about": "网络/宽带断网", "area": "浦东", "told": QUALITY, "broken_at": now()}
    return IncidentDutyBroken(incident_id=incident, duty=which or duty(), **(facts | changes))


def done(incident: UUID, which: DutyOfIncident) -> IncidentDutyDone:
    return IncidentDutyDone(incident_id=incident, duty=which, by="q1", done_at=now(), late=True)


@pytest.fixture
async def desks(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("notify", DESKS, outbound_folder=tmp_path)


async def about(notify: ServiceUnderTest, incident: UUID) -> Messages:
    answer = await notify.client.get(f"/notify/v1/incidents/{incident}/messages")
    assert answer.status_code == 200
    rows: Messages = answer.json()
    return rows


async def seen(notify: ServiceUnderTest, incident: UUID) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["role"], row["state"]) for row in await about(notify, incident)]


async def test_sla_m_a_desk_is_told_once_what_is_due_until_when(desks: ServiceUnderTest) -> None:
    incident = uuid4()
    fact = made(incident)
    await hears_in_turn(desks, fact, fact)
    [message] = await about(desks, incident)
    assert (message["kind"], message["role"], message["state"]) == (
        "OUTAGE_DUTIES",
        "SERVICE_QUALITY",
        "PENDING",
    )
    assert message["text"] == (
        f"大面积故障（网络/宽带断网，浦东）：内部通报应在 {DUE_IN_CHINESE} 前完成、对外公告应在 {DUE_IN_CHINESE} 前完成、"
        f"恢复预测应在 {DUE_IN_CHINESE} 前完成、进展通报应在 {DUE_IN_CHINESE} 前完成。请立即安排，完成后登记。"
    )


async def test_sla_m_a_desk_reads_it_in_the_language_of_the_staff(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", IN_ENGLISH, outbound_folder=tmp_path)
    incident, late = uuid4(), duty(OutageDuty.INTERNAL_REPORT)
    notice = made(incident, duties=(duty(OutageDuty.FORECAST),), about="network/outage", area="*")
    await hears_in_turn(notify, notice, broken(incident, late, about="network/outage", area="east"))
    told = {row["kind"]: row["text"] for row in await about(notify, incident)}
    assert told["OUTAGE_DUTIES"].startswith(
        f"Mass outage (network/outage, everywhere): the forecast is due by {DUE_IN_ENGLISH}. Please"
    )
    assert f"east): the internal report was due by {DUE_IN_ENGLISH}, and nobody" in told["OUTAGE_OVERDUE"]


async def test_sla_m_each_duty_that_nobody_has_done_is_told_once(desks: ServiceUnderTest) -> None:
    incident = uuid4()
    report, notice = duty(OutageDuty.INTERNAL_REPORT), duty()
    late = broken(incident, report)
    await hears_in_turn(desks, made(incident), late, late, broken(incident, notice))
    assert [kind for kind, *_ in await seen(desks, incident)] == [
        "OUTAGE_DUTIES",
        "OUTAGE_OVERDUE",
        "OUTAGE_OVERDUE",
    ]


async def test_sla_m_who_is_told_is_said_by_the_event_and_a_desk_without_an_address_is_skipped(
    desks: ServiceUnderTest,
) -> None:
    incident, nobody = uuid4(), uuid4()
    both = (*QUALITY, Role.DEPARTMENT_HEAD)
    await hears_in_turn(desks, broken(incident, told=both), made(nobody, told=()))
    assert await seen(desks, incident) == [
        ("OUTAGE_OVERDUE", "SERVICE_QUALITY", "PENDING"),
        ("OUTAGE_OVERDUE", "DEPARTMENT_HEAD", "SKIPPED"),
    ]
    assert await about(desks, nobody) == []
    [skipped] = await desks.said(MessageSkipped)
    assert (skipped.incident_id, skipped.subject, skipped.reason) == (incident, str(incident), "NO_ADDRESS")


async def test_sla_m_that_it_is_late_is_not_told_any_more_once_it_is_done(desks: ServiceUnderTest) -> None:
    incident, report, notice = uuid4(), duty(OutageDuty.INTERNAL_REPORT), duty()
    await hears_in_turn(desks, broken(incident, report), broken(incident, notice), done(incident, report))
    states = {row["told_of"]: row["state"] for row in await about(desks, incident)}
    assert states == {str(report.duty_id): "SKIPPED", str(notice.duty_id): "PENDING"}
    assert [one.incident_id for one in await desks.said(MessageSkipped)] == [incident]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_sla_m_in_whatever_order_it_is_heard_nothing_is_told_of_an_incident_that_has_ended(
    desks: ServiceUnderTest, order: tuple[int, ...]
) -> None:
    incident = uuid4()
    facts: list[Event] = [made(incident), broken(incident), ended(incident, resolved=True)]
    await hears_in_turn(desks, *(facts[place] for place in order))
    assert {state for *_, state in await seen(desks, incident)} == {"SKIPPED"}
    assert {one.reason for one in await desks.said(MessageSkipped)} == {"OVERTAKEN"}


@pytest.mark.parametrize(("behaves", "outcome"), [("take", MessageSent), ("400", MessageFailed)])
async def test_sla_m_what_the_provider_made_of_it_is_told_once(
    start_service: StartService, behaves: str, outcome: type[Any]
) -> None:
    async with running_provider() as provider:
        provider.behaves = lambda _letter: behaves
        notify = await start_service("notify", DESKS, outbound_url=provider.url)
        incident = uuid4()
        await notify.hears(made(incident))
        sending = dispatcher(notify, provider.url)
        assert [await sending.send_waiting() for _ in range(2)] == [1, 0]
        assert [letter["to"] for letter in provider.letters] == ["quality@example.com"]
        [told] = await notify.said(outcome)
        assert (told.incident_id, told.kind) == (incident, "OUTAGE_DUTIES")


async def test_sla_m_what_the_provider_could_not_take_is_not_tried_again_after_the_incident_ended(
    start_service: StartService,
) -> None:
    async with running_provider() as provider:
        provider.behaves = lambda _letter: "503"
        notify = await start_service("notify", DESKS, outbound_url=provider.url)
        lasting, over = uuid4(), uuid4()
        await hears_in_turn(notify, made(lasting), made(over))
        sending = dispatcher(notify, provider.url)
        await sending.send_waiting()
        assert [state for *_, state in await seen(notify, lasting)] == ["PENDING"]
        await notify.hears(ended(over, resolved=True))
        assert [state for *_, state in await seen(notify, over)] == ["SKIPPED"]
