"""SEV-1: what many customers or some key accounts suffer is critical, in one area or anywhere."""

from services.intake.judge_incident import Crowd, incident_severity
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintJoinedIncident, IncidentOpened, IncidentProposed
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .incidents_at_the_door import complain, do, look, time_passes

POLICY = load_policy(IntakePolicy, "intake").incident


def test_sev_1_the_same_cause_from_fifty_customers_or_three_key_accounts_is_critical() -> None:
    assert incident_severity(Crowd(60, 50, 0), POLICY) is Severity.S1
    assert incident_severity(Crowd(3, 3, 3), POLICY) is Severity.S1
    assert incident_severity(Crowd(60, 49, 2), POLICY) is Severity.S2
    changed = POLICY.model_copy(update={"customers_from": 10})
    assert incident_severity(Crowd(60, 49, 2), changed) is Severity.S1


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
    await time_passes(intake, 61)
    assert await look(intake) == {"found": 0, "joined": 0}
