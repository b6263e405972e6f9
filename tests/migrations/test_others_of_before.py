"""What other services kept before a revision that works on their rows decides after it as if it had been kept so."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from shared.runtime.embedded import EmbeddedPostgres
from tests.intake.incidents_at_the_door import FEW, complain, look
from tests.intake.phone_calls import PARTS, call, let_it_be_quiet, tell
from tests.marketing.deciding import consent
from tests.marketing.test_merges import MANY, known, merged, reasons
from tests.notify.duties import ended
from tests.notify.facts import DUE
from tests.notify.hearing import owned, states
from tests.notify.news import joined
from tests.notify.test_incidents import sent
from tests.service_under_test import StartService

from .older_releases import upgraded


async def test_of_7_a_no_from_before_customers_could_be_one_person_holds_for_the_person(
    start_service: StartService, postgres_server: EmbeddedPostgres
) -> None:
    marketing = await start_service("marketing", MANY)
    one, other = uuid4(), uuid4()
    await known(marketing, one, other)
    await marketing.hears(consent(other, False))
    async with upgraded(postgres_server, marketing, "0002") as later:
        assert await reasons(later, one) == []
        await later.hears(merged(one, other))
        assert await reasons(later, one) == ["OF-7"]


async def test_rep_8_an_incident_that_was_told_before_can_still_be_taken_back(
    start_service: StartService, postgres_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    notify, incident = await start_service("notify", outbound_folder=tmp_path), uuid4()
    heard = await owned(notify)
    await notify.hears(joined(heard, incident))
    await sent(notify, heard)
    async with upgraded(postgres_server, notify, "0002") as later:
        await later.hears(ended(incident))
        await later.let_pass(DUE - DUE)
        told = await states(later, heard, "INCIDENT", "NO_INCIDENT")
    assert told == [("INCIDENT", "SENT"), ("NO_INCIDENT", "PENDING")]


async def test_rep_8_what_came_in_just_before_the_upgrade_counts_for_an_incident(
    start_service: StartService, postgres_server: EmbeddedPostgres
) -> None:
    intake = await start_service("intake", FEW)
    await complain(intake, 2)
    async with upgraded(postgres_server, intake, "0019") as later:
        assert (await look(later))["found"] == 1


async def test_a_call_that_was_going_on_during_the_upgrade_is_settled_after_it(
    start_service: StartService, postgres_server: EmbeddedPostgres
) -> None:
    """Its timer waited behind a row of another name then."""
    intake = await start_service("intake")
    await tell(intake, **PARTS[0])
    async with intake.engine.begin() as connection:
        await connection.execute(
            text("UPDATE timer SET subject = 'call:' || subject WHERE kind = 'call_quiet'")
        )
    async with upgraded(postgres_server, intake, "0013") as later:
        [timer] = await later.rows("SELECT subject FROM timer WHERE kind = 'call_quiet'")
        assert await later.rows("SELECT 1 FROM stream WHERE subject = :subject", **timer)
        for part in PARTS[1:]:
            await tell(later, **part)
        await let_it_be_quiet(later)
        assert (await call(later))["fate"] == "COMPLAINT"
