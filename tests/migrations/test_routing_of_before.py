"""What routing kept before it watched for late payments, late appeals and urgent rules is watched after an upgrade."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from shared.events.routing import AppealOverdue, ComplaintClosed, RemedyOverdue
from shared.runtime.embedded import EmbeddedPostgres
from tests.builders import answered
from tests.routing.appealing import appealed
from tests.routing.appealing import resolved as resolved_complaint
from tests.routing.people import execute, resolve, shown, taken_by
from tests.routing.remedies import company, paid, proposed
from tests.routing.test_routing_rules import KEY_TO_BILLING, active
from tests.service_under_test import ServiceUnderTest, StartService

from .older_releases import upgraded

A_MONTH = timedelta(days=30)


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await company(start_service, tmp_path)


async def test_rem_7_what_was_granted_before_payments_were_watched_is_told_when_it_is_late(
    routing: ServiceUnderTest, postgres_server: EmbeddedPostgres
) -> None:
    complaint_id, _ = await proposed(routing, 100)
    settled, remedy = await proposed(routing, 200)
    await paid(routing, settled, remedy, "P1")
    async with upgraded(postgres_server, routing, "0025", not_yet=["remedy_due"]) as later:
        listed = await later.client.get(f"/routing/v1/complaints/{complaint_id}/remedies")
        assert [item["state"] for item in listed.json()["items"]] == ["APPROVED"]
        before = len(await later.said(RemedyOverdue))
        await later.let_pass(A_MONTH)
        told = await later.said(RemedyOverdue)
    assert before == 0
    assert [one.complaint_id for one in told] == [complaint_id]


async def test_fc_22_an_appeal_from_before_they_were_watched_goes_on_to_the_next_senior_person(
    routing: ServiceUnderTest, postgres_server: EmbeddedPostgres
) -> None:
    complaint_id = await resolved_complaint(routing)
    await appealed(routing, complaint_id)
    async with upgraded(postgres_server, routing, "0021", not_yet=["appeal_due", "remedy_due"]) as later:
        assert (await shown(later, complaint_id))["state"] == "APPEALED"
        await later.let_pass(A_MONTH)
        told = await later.said(AppealOverdue)
    assert {one.complaint_id for one in told} == {complaint_id}


async def test_fc_1_an_owner_of_before_the_first_upgrade_stays_the_owner_and_can_end_it(
    routing: ServiceUnderTest, postgres_server: EmbeddedPostgres
) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    async with upgraded(postgres_server, routing, "0001") as later:
        case = await shown(later, complaint_id)
        assert (case["owner"]["staff_id"], case["state"], case["urgency"]) == ("b1", "ASSIGNED", "NORMAL")
        with pytest.raises(DBAPIError, match="written once"):
            await later.rows("UPDATE complaint SET owner_id = 'b2' RETURNING owner_id")
        await resolve(later, complaint_id, "b1")
        await later.hears(answered(complaint_id))
        assert [one.complaint_id for one in await later.said(ComplaintClosed)] == [complaint_id]


async def test_rules_that_were_active_before_an_upgrade_decide_after_it(
    routing: ServiceUnderTest, postgres_server: EmbeddedPostgres
) -> None:
    version = await active(routing, KEY_TO_BILLING)
    await execute(routing, "UPDATE rule_list SET rules = rules #- '{0,action,urgency}'")
    async with upgraded(postgres_server, routing, "0013") as later:
        complaint_id = await taken_by(later, "f1", grade="K")
        answer = (await later.client.get(f"/routing/v1/complaints/{complaint_id}/why")).json()
        assert (answer["rules"]["version"], answer["rules"]["rule"]["id"]) == (version, "key-accounts")
        assert (await shown(later, complaint_id))["handler"]["department"] == "billing"
