"""Many complaints about the same in one area: an incident is proposed or opened, and they join it (REP-8)."""

from typing import Any
from uuid import uuid4

import pytest

from services.intake.judge_incident import Crowd, IncidentState, judge_incident
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded, IncidentOpened, IncidentProposed
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .incidents_at_the_door import FEW, complain, do, look, time_passes

POLICY = load_policy(IntakePolicy, "intake").incident


@pytest.fixture
async def small(start_service: StartService) -> ServiceUnderTest:
    """Intake that proposes an incident from two complaints on, and opens one from four on."""
    return await start_service("intake", FEW)


@pytest.mark.parametrize(
    ("complaints", "key_accounts", "state"),
    [
        (9, 0, None),
        (10, 0, IncidentState.PROPOSED),
        (49, 0, IncidentState.PROPOSED),
        (50, 0, IncidentState.OPEN),
        (3, 2, None),
        (3, 3, IncidentState.OPEN),
    ],
)
def test_rep_8_ten_complaints_propose_an_incident_and_fifty_open_one(
    complaints: int, key_accounts: int, state: IncidentState | None
) -> None:
    assert judge_incident(Crowd(complaints, complaints, key_accounts), POLICY) == state


def test_rep_8_the_numbers_are_policy() -> None:
    changed = POLICY.model_copy(update={"propose_from": 2, "open_from": 3})
    assert judge_incident(Crowd(2, 2, 0), changed) is IncidentState.PROPOSED
    assert judge_incident(Crowd(3, 3, 0), changed) is IncidentState.OPEN


async def test_rep_8_like_complaints_of_one_area_propose_then_open_an_incident_and_join_it(
    small: ServiceUnderTest,
) -> None:
    await complain(small, 1)
    assert await look(small) == {"found": 0, "joined": 0}
    await complain(small, 1)
    assert await look(small) == {"found": 1, "joined": 0}
    assert await look(small) == {"found": 0, "joined": 0}
    await complain(small, 2)
    assert await look(small) == {"found": 1, "joined": 4}
    await complain(small, 1)
    assert await look(small) == {"found": 0, "joined": 1}
    [proposed], [opened] = await small.said(IncidentProposed), await small.said(IncidentOpened)
    assert (proposed.incident_id, proposed.severity) == (opened.incident_id, Severity.S2)
    assert (opened.about, opened.area, opened.severity, opened.by) == ("FAULT", "A7", Severity.S1, "REP-8")
    assert len({event.complaint_id for event in await small.said(ComplaintJoinedIncident)}) == 5
    [listed] = (await read(small, "/intake/v1/incidents"))["items"]
    assert (listed["state"], listed["joined"]) == ("OPEN", 5)


@pytest.mark.parametrize(
    ("change", "complaints", "said"),
    [
        ("", 9, []),
        ("", 10, [IncidentProposed]),
        ("propose_from=9", 9, [IncidentProposed]),
        ("", 49, [IncidentProposed]),
        ("", 50, [IncidentOpened]),
        ("open_from=60\ncustomers_from=60", 50, [IncidentProposed]),
        ("propose_from=60\nopen_from=60\ncustomers_from=60", 50, []),
    ],
)
async def test_rep_8_ten_complaints_in_an_hour_propose_one_fifty_open_one_and_both_are_policy(
    start_service: StartService, change: str, complaints: int, said: list[Any]
) -> None:
    intake = await start_service("intake", f"[intake]\nversion='t'\n[intake.incident]\n{change}")
    await complain(intake, complaints)
    await complain(intake, 8, area="B2")
    await look(intake)
    told = [
        type(event) for event in await intake.said() if isinstance(event, (IncidentProposed, IncidentOpened))
    ]
    assert told == said


async def test_rep_8_other_areas_other_matters_and_old_complaints_make_no_incident(
    small: ServiceUnderTest,
) -> None:
    await complain(small, 1)
    await complain(small, 1, area="B2")
    await complain(small, 1, text="my bill is wrong")
    await complain(small, 2, area=None)
    await complain(small, 2, text="hello")
    await time_passes(small, 61)
    await complain(small, 1)
    assert await look(small) == {"found": 0, "joined": 0}


async def test_rep_8_once_all_have_joined_only_the_last_hour_is_looked_at_until_the_incident_grows(
    small: ServiceUnderTest,
) -> None:
    await complain(small, 4)
    assert (await look(small))["joined"] == 4
    await look(small)
    async with small.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE incident SET found_at = found_at - interval '5 hours'")
    await complain(small, 1)
    assert (await look(small))["joined"] == 1
    await complain(small, 2)
    newest = "complaint_id = (SELECT max(complaint_id::text)::uuid FROM complaint)"
    async with small.engine.begin() as somebody_works_on_it:
        await somebody_works_on_it.exec_driver_sql(
            "SELECT FROM stream WHERE subject = (SELECT max(complaint_id::text) FROM complaint) FOR UPDATE"
        )
        assert (await look(small))["joined"] == 1
    await time_passes(small, 240, only=newest)
    assert (await look(small))["joined"] == 0
    async with small.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE incident SET joined_until = NULL")
    assert (await look(small))["joined"] == 1


async def test_a_category_is_what_an_incident_is_about_where_there_is_one(small: ServiceUnderTest) -> None:
    await complain(small, 2, category="Network/Mobile")
    await look(small)
    assert [event.about for event in await small.said(IncidentProposed)] == ["Network/Mobile"]


async def test_a_dismissed_incident_is_not_proposed_again_by_the_same_complaints(
    small: ServiceUnderTest,
) -> None:
    await complain(small, 2)
    await look(small)
    [proposed] = await small.said(IncidentProposed)
    assert (await do(small, proposed.incident_id, "resolve")).status_code == 409
    assert (await do(small, proposed.incident_id, "dismiss")).status_code == 200
    assert await look(small) == {"found": 0, "joined": 0}
    [ended] = await small.said(IncidentEnded)
    assert (ended.resolved, ended.by) == (False, "l1")


async def test_a_person_opens_what_is_proposed_and_resolves_it(small: ServiceUnderTest) -> None:
    await complain(small, 2)
    await look(small)
    [proposed] = await small.said(IncidentProposed)
    assert (await do(small, proposed.incident_id, "open")).status_code == 200
    assert (await do(small, proposed.incident_id, "open")).status_code == 409
    assert (await look(small))["joined"] == 2
    assert (await do(small, proposed.incident_id, "resolve")).status_code == 200
    assert [event.resolved for event in await small.said(IncidentEnded)] == [True]
    await complain(small, 1)
    assert await look(small) == {"found": 0, "joined": 0}


async def test_a_person_opens_an_incident_that_nobody_complained_of_yet(intake: ServiceUnderTest) -> None:
    body = {"about": "FAULT", "area": "A7", "by": "l1"}
    answer = await intake.client.post("/intake/v1/incidents", json=body)
    assert answer.status_code == 201
    assert (await intake.client.post("/intake/v1/incidents", json=body)).status_code == 409
    await complain(intake, 1)
    assert (await look(intake))["joined"] == 1
    [joined] = await intake.said(ComplaintJoinedIncident)
    assert str(joined.incident_id) == answer.json()["incident_id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"area": "A7", "by": "l1"}, "about"), ({"about": "x", "area": "", "by": "l1"}, "area")],
)
async def test_a_wrong_incident_is_refused_by_name(
    intake: ServiceUnderTest, body: dict[str, Any], field: str
) -> None:
    refused = await intake.client.post("/intake/v1/incidents", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await do(intake, uuid4(), "open")).status_code == 404
