"""What is counted for incidents follows what becomes of complaints, and is forgotten when its time is over."""

from uuid import uuid4

import pytest

from shared.events.intake import IncidentOpened
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted
from .incidents_at_the_door import FEW, OUTAGE, complain, look
from .test_consent_across_merges import merge
from .test_grades import register
from .test_late_words import tell


async def counted(intake: ServiceUnderTest) -> int:
    async with intake.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM heard")
        return int(found.scalar_one())


async def years_pass(intake: ServiceUnderTest) -> None:
    """An id begins with the time of its complaint, by which what is old is found; there is one complaint."""
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql(
            """
            WITH old AS (SELECT uuidv7(interval '-5 years') AS id, now() - interval '5 years' AS moment),
            stream_rows AS (
                UPDATE stream SET subject = CAST(old.id AS text) FROM old, complaint
                WHERE stream.subject = CAST(complaint.complaint_id AS text)
            ),
            counted AS (UPDATE heard SET complaint_id = old.id, received_at = old.moment FROM old)
            UPDATE complaint SET complaint_id = old.id, received_at = old.moment FROM old
            """
        )


async def test_rep_8_what_late_words_make_of_a_complaint_is_counted(start_service: StartService) -> None:
    intake = await start_service("intake", FEW)
    await complain(intake, 1)
    await accepted(intake, "phone", call_id="c1", text="hello", area="A7")
    assert (await look(intake))["found"] == 0
    await tell(intake, transcript={"text": OUTAGE})
    assert (await look(intake))["found"] == 1


async def test_sev_1_customers_who_become_key_accounts_meanwhile_count_as_such(
    intake: ServiceUnderTest,
) -> None:
    for number in range(3):
        await complain(intake, 1, customer={"external_id": f"c{number}"})
    assert (await look(intake))["found"] == 0
    await register(intake, *({"external_id": f"c{number}", "grade": "K"} for number in range(3)))
    assert await look(intake) == {"found": 1, "joined": 3}


async def test_sev_1_customers_who_were_found_to_be_one_count_once(start_service: StartService) -> None:
    few = "[intake]\nversion='t'\n[intake.incident]\npropose_from=2\nopen_from=2\ncustomers_from=2"
    for merged, severity in ((False, "S1"), (True, "S2")):
        intake = await start_service("intake", few)
        one, other = [
            (await accepted(intake, text=OUTAGE, area="A7", customer={"external_id": f"{uuid4()}"}))[
                "customer_id"
            ]
            for _ in range(2)
        ]
        if merged:
            await merge(intake, one, other)
        await look(intake)
        assert [event.severity for event in await intake.said(IncidentOpened)] == [severity]


async def test_rep_8_what_is_too_old_to_be_counted_is_forgotten(start_service: StartService) -> None:
    intake = await start_service("intake", FEW)
    await complain(intake, 1)
    await look(intake)
    assert await counted(intake) == 1
    await years_pass(intake)
    await look(intake)
    assert await counted(intake) == 0
    await complain(intake, 1)
    assert (await look(intake), await counted(intake)) == ({"found": 0, "joined": 0}, 1)


async def test_rep_8_what_may_still_join_an_open_incident_is_not_forgotten(
    start_service: StartService,
) -> None:
    intake = await start_service("intake", FEW)
    body = {"about": "FAULT", "area": "A7", "by": "l1"}
    assert (await intake.client.post("/intake/v1/incidents", json=body)).status_code == 201
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE incident SET found_at = found_at - interval '6 years'")
    await complain(intake, 1)
    await years_pass(intake)
    assert (await look(intake), await counted(intake)) == ({"found": 0, "joined": 1}, 1)
    assert (await look(intake), await counted(intake)) == ({"found": 0, "joined": 0}, 1)
    await look(intake)
    assert await counted(intake) == 0, "nobody was left to join"


@pytest.mark.parametrize(("seconds", "seen"), [(100, 2), (200, 1)])
async def test_rep_8_what_was_still_being_written_at_the_last_look_is_counted_at_the_next(
    intake: ServiceUnderTest, seconds: int, seen: int
) -> None:
    """A look sees nothing of a transaction under way; its complaint has the time at which that began."""
    await complain(intake, 2)
    await look(intake)
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"""
            WITH unseen AS (DELETE FROM heard WHERE complaint_id = (SELECT complaint_id FROM heard
                                                                    ORDER BY complaint_id LIMIT 1)
                            RETURNING complaint_id)
            UPDATE complaint SET received_at = received_at - interval '{seconds} seconds'
            FROM unseen WHERE complaint.complaint_id = unseen.complaint_id
            """
        )
    await look(intake)
    assert await counted(intake) == seen
