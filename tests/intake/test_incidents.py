"""Many complaints about the same in one area: an incident is proposed or opened, and they join it (REP-8)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.judge_incident import Crowd, IncidentState, incident_severity, judge_incident
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded, IncidentOpened, IncidentProposed
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post, read

POLICY = load_policy(IntakePolicy, "intake").incident
FEW = "[intake]\nversion='t'\n[intake.incident]\npropose_from=2\nopen_from=4\ncustomers_from=4"
OUTAGE = "no signal at home"


@pytest.fixture
async def small(start_service: StartService) -> ServiceUnderTest:
    """Intake that proposes an incident from two complaints on, and opens one from four on."""
    return await start_service("intake", FEW)


async def complain(intake: ServiceUnderTest, times: int, **fields: Any) -> None:
    for _ in range(times):
        await post(intake, **({"text": OUTAGE, "area": "A7"} | fields))


async def look(intake: ServiceUnderTest) -> dict[str, int]:
    found: dict[str, int] = (await intake.client.post("/intake/v1/incidents/look")).json()
    return found


async def do(intake: ServiceUnderTest, incident: object, what: str) -> httpx.Response:
    return await intake.client.post(f"/intake/v1/incidents/{incident}/{what}", json={"by": "l1"})


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


def test_sev_1_the_same_cause_from_fifty_customers_or_three_key_accounts_is_critical() -> None:
    assert incident_severity(Crowd(60, 50, 0), POLICY) is Severity.S1
    assert incident_severity(Crowd(3, 3, 3), POLICY) is Severity.S1
    assert incident_severity(Crowd(60, 49, 2), POLICY) is Severity.S2
    changed = POLICY.model_copy(update={"customers_from": 10})
    assert incident_severity(Crowd(60, 49, 2), changed) is Severity.S1


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
    async with small.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE complaint SET received_at = received_at - interval '61 minutes'"
        )
    await complain(small, 1)
    assert await look(small) == {"found": 0, "joined": 0}


async def key_accounts_complain(intake: ServiceUnderTest, first: int, last: int) -> None:
    for number in range(first, last):
        await complain(intake, 1, text="slow internet", customer={"external_id": f"k{number}", "grade": "K"})


async def test_sev_1_three_key_accounts_with_the_same_cause_make_it_critical_at_once_for_all(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    await complain(intake, 1, text="slow internet", customer={"external_id": "c1"})
    await key_accounts_complain(intake, 0, 2)
    assert await look(intake) == {"found": 0, "joined": 0}
    await key_accounts_complain(intake, 2, 3)
    assert await look(intake) == {"found": 1, "joined": 4}
    told = await intake.said(ComplaintJoinedIncident)
    assert {(event.severity, event.priority_class) for event in told} == {("S1", "P1")}
    found = (await read(intake, "/intake/v1/complaints"))["items"]
    assert {complaint["severity"] for complaint in found} == {"S1"}
    changed = "[intake]\nversion='t'\n[intake.incident]\nkey_accounts_from=4"
    other = await start_service("intake", changed)
    await key_accounts_complain(other, 0, 3)
    assert await look(other) == {"found": 0, "joined": 0}


async def test_sev_1_an_open_incident_that_grows_becomes_critical_and_so_does_what_joined_it(
    start_service: StartService,
) -> None:
    grows = "[intake]\nversion='t'\n[intake.incident]\npropose_from=2\nopen_from=9\ncustomers_from=4"
    intake = await start_service("intake", grows)
    await complain(intake, 2, text="slow internet")
    await look(intake)
    [proposed] = await intake.said(IncidentProposed)
    await do(intake, proposed.incident_id, "open")
    assert (await look(intake))["joined"] == 2
    await complain(intake, 2, text="slow internet")
    assert await look(intake) == {"found": 1, "joined": 4}
    assert await look(intake) == {"found": 0, "joined": 0}
    assert [event.severity for event in await intake.said(IncidentOpened)] == ["S2", "S1"]
    severities = [event.severity for event in await intake.said(ComplaintJoinedIncident)]
    assert severities == ["S2"] * 2 + ["S1"] * 4


EVERYWHERE = "[intake]\nversion='t'\n[intake.incident.everywhere]\ncustomers_from=3\nkey_accounts_from=2"


async def complain_anywhere(
    intake: ServiceUnderTest, *, grade: str = "S", category: str = "Bill/Rise"
) -> None:
    """Three customers, each in an area of their own, one in none that is known."""
    for number, area in enumerate(("A1", "B2", None)):
        customer = {"external_id": f"{grade}{number}", "grade": grade}
        await complain(intake, 1, category=category, area=area, text="my bill is wrong", customer=customer)


async def test_sev_1_the_same_category_from_many_customers_is_critical_wherever_they_are(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    small = await start_service("intake", EVERYWHERE)
    for service in (small, intake):
        await complain_anywhere(service)
        await complain(service, 1, category="Bill/Other", area="A1")
    assert await look(intake) == {"found": 0, "joined": 0}, "by default it takes fifty"
    assert await look(small) == {"found": 1, "joined": 3}
    assert await look(small) == {"found": 0, "joined": 0}
    [opened] = await small.said(IncidentOpened)
    assert (opened.about, opened.area, opened.severity) == ("Bill/Rise", "*", "S1")
    assert {event.severity for event in await small.said(ComplaintJoinedIncident)} == {"S1"}
    await complain(small, 1, category="Bill/Rise", area="C3", customer={"external_id": "late"})
    assert await look(small) == {"found": 0, "joined": 1}


async def test_sev_1_the_same_category_from_three_key_accounts_is_critical_wherever_they_are(
    intake: ServiceUnderTest,
) -> None:
    await complain_anywhere(intake, grade="K")
    assert await look(intake) == {"found": 1, "joined": 3}


async def test_sev_1_one_customer_many_times_other_categories_and_old_complaints_are_not_many(
    start_service: StartService,
) -> None:
    intake = await start_service("intake", EVERYWHERE)
    for number in range(4):
        await complain(intake, 1, category=f"Bill/{number}", customer={"external_id": "c1"})
        await complain(intake, 1, area=f"A{number}", customer={"external_id": f"no-category-{number}"})
    await complain_anywhere(intake)
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE complaint SET received_at = received_at - interval '61 minutes'"
        )
    assert await look(intake) == {"found": 0, "joined": 0}


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
    async with small.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE complaint SET received_at = received_at - interval '4 hours'"
            " WHERE complaint_id = (SELECT max(complaint_id::text)::uuid FROM complaint)"
        )
    assert (await look(small))["joined"] == 1
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
