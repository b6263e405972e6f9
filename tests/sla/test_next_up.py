"""Sla through its doors: where somebody is missing the next one up is told, and that nobody is there is told too."""

from typing import Any
from uuid import UUID

import pytest

from shared.events.sla import EscalationReached, EscalationUnroutable
from shared.events.vocabulary import Role
from tests.builders import owner_named
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, SOLVE, receive, time_passes

OWNER, LEAD, HEAD, QUALITY = Role.OWNER, Role.TEAM_LEAD, Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def enter(sla: ServiceUnderTest, *addressees: dict[str, Any]) -> None:
    answer = await sla.client.put("/sla/v1/addressees", json={"addressees": list(addressees)})
    assert answer.status_code == 200, answer.text
    assert len((await sla.client.get("/sla/v1/addressees")).json()) == len(addressees)


def holds(role: Role, department: str | None = None) -> dict[str, Any]:
    return {"role": role, "department": department, "staff_id": "s1"}


async def ladder_of(sla: ServiceUnderTest, complaint_id: UUID) -> dict[str, tuple[list[Role], list[Role]]]:
    """Who was told at each level of the result, and who was missing, once everything has come."""
    await time_passes(sla, 500 * HOUR)
    reached = [e for e in await sla.said(EscalationReached) if e.kind is SOLVE]
    return {e.level: (list(e.told), list(e.missing)) for e in reached if e.complaint_id == complaint_id}


async def owned(sla: ServiceUnderTest, department: str = "billing") -> UUID:
    complaint_id = await receive(sla)
    await sla.hears(owner_named(complaint_id, department=department))
    return complaint_id


async def test_section_5_where_everybody_is_there_nobody_else_is_told(sla: ServiceUnderTest) -> None:
    await enter(sla, holds(HEAD, "billing"), holds(QUALITY))
    assert await ladder_of(sla, await owned(sla)) == {
        "L1": ([LEAD, OWNER], []),
        "L2": ([HEAD, LEAD], []),
        "L3": ([QUALITY, LEAD], []),
    }
    assert await sla.said(EscalationUnroutable) == []


async def test_peers_frappe_2051_for_a_head_who_is_missing_the_next_one_up_is_told(
    sla: ServiceUnderTest,
) -> None:
    """Frappe helpdesk 2051, erpnext 6049, zammad 2532, chatwoot 6889: nobody above ever heard of it."""
    await enter(sla, holds(HEAD, "network"), holds(QUALITY))
    assert (await ladder_of(sla, await owned(sla)))["L2"] == ([QUALITY, LEAD], [HEAD])


async def test_peers_chatwoot_5672_for_a_complaint_that_nobody_owns_those_above_are_told(
    sla: ServiceUnderTest,
) -> None:
    """Chatwoot 5672, 10685: everybody was offline, so that nobody owned it and nobody was told."""
    await enter(sla, holds(HEAD))
    assert (await ladder_of(sla, await receive(sla)))["L1"] == ([HEAD], [LEAD, OWNER])


async def test_section_5_that_nobody_is_found_is_told_once_a_level(sla: ServiceUnderTest) -> None:
    await enter(sla, holds(HEAD, "network"))
    complaint_id = await receive(sla)
    ladder = await ladder_of(sla, complaint_id)
    assert ladder["L3"] == ([QUALITY, LEAD], [QUALITY, LEAD])  # those who should have been
    unroutable = [e for e in await sla.said(EscalationUnroutable) if e.kind is SOLVE]
    assert [(e.level, e.wanted) for e in unroutable] == [
        ("L1", (LEAD, OWNER)),
        ("L2", (HEAD, LEAD)),
        ("L3", (QUALITY, LEAD)),
    ]


async def test_section_5_without_entries_those_higher_up_are_taken_to_be_there(sla: ServiceUnderTest) -> None:
    assert (await ladder_of(sla, await owned(sla)))["L2"] == ([HEAD, LEAD], [])


async def test_section_5_how_many_are_tried_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.escalation]\ndepth=1")
    await enter(sla, holds(QUALITY))
    assert (await ladder_of(sla, await owned(sla)))["L2"] == ([LEAD], [HEAD])


async def test_section_5_the_chain_is_policy(start_service: StartService) -> None:
    sla = await start_service(
        "sla", "[sla]\nversion='t'\n[sla.escalation]\nchain=['DEPARTMENT_HEAD','OWNER']"
    )
    await enter(sla, holds(QUALITY))
    assert (await ladder_of(sla, await owned(sla)))["L2"] == ([OWNER, LEAD], [HEAD])


@pytest.mark.parametrize(
    ("addressees", "field"),
    [
        ([holds(HEAD, "billing"), holds(HEAD, "billing")], "addressees.1"),
        ([holds(OWNER)], "addressees.0.role"),
        ([{"role": "DEPARTMENT_HEAD", "staff_id": ""}], "addressees.0.staff_id"),
        ([holds(HEAD) | {"department": ""}], "addressees.0.department"),
    ],
)
async def test_addressees_that_cannot_be_are_refused_with_the_place(
    sla: ServiceUnderTest, addressees: list[dict[str, Any]], field: str
) -> None:
    await enter(sla, holds(HEAD))
    answer = await sla.client.put("/sla/v1/addressees", json={"addressees": addressees})
    assert answer.status_code == 422
    assert field in answer.text
    assert await sla.rows("SELECT role FROM addressee") == [{"role": "DEPARTMENT_HEAD"}]
