"""Where no department is responsible the owner tells the superior the same day, and answers all the same (FC-15)."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.routing.next_state import State
from services.routing.open_hours import after_open_time
from services.routing.policy import RoutingPolicy
from services.routing.unclear_responsibility import still_unclear
from shared.events.routing import SuperiorInformed
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .people import hand_over, post, resolve, shown, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing")
A_WEEK = timedelta(days=7)


async def unclear(routing: ServiceUnderTest, account: str | None = "b1") -> UUID:
    return await taken_by(routing, account, case_type="WEATHER")


async def report(routing: ServiceUnderTest, complaint_id: UUID, by: str) -> int:
    return (await post(routing, complaint_id, "superior", by=by, text="Nobody does the weather.")).status_code


async def test_fc_15_the_owner_tells_the_superior_and_still_answers(routing: ServiceUnderTest) -> None:
    complaint_id = await unclear(routing)
    assert await report(routing, complaint_id, "f1") == 409
    assert [await report(routing, complaint_id, "b1") for _ in range(2)] == [200, 200]
    [told] = await routing.said(SuperiorInformed)
    assert (told.superior_id, told.by, told.late, told.superior_reply_to is not None) == (
        *("b9", "b1", False),
        True,
    )
    seen = await shown(routing, complaint_id)
    assert (seen["owner"]["staff_id"], seen["responsibility_unclear"]["reported_by"]) == ("b1", "b1")
    assert await routing.let_pass(A_WEEK, complaint_id) == 0
    await resolve(routing, complaint_id, "b1")


async def test_fc_15_after_four_open_hours_the_superior_hears_of_it_without_the_owner(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await unclear(routing)
    [due] = await routing.rows("SELECT report_by, now() AS now FROM unclear_case")
    begun = (await shown(routing, complaint_id))["owner"]["owned_at"]
    [timer] = await routing.rows("SELECT due_at FROM timer WHERE kind = 'unclear_responsibility'")
    assert timer["due_at"] == due["report_by"]
    [named] = await routing.rows("SELECT owned_at FROM complaint")
    assert due["report_by"] == after_open_time(named["owned_at"], 14_400, POLICY.hours)
    assert begun is not None
    assert await routing.let_pass(A_WEEK, complaint_id) == 1
    [told] = await routing.said(SuperiorInformed)
    assert (told.owner_id, told.superior_id, told.by, told.late) == ("b1", "b9", None, True)


async def test_fc_15_the_time_is_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.ownership]\nreport_unclear_within=60"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    await unclear(routing)
    [row] = await routing.rows(
        "SELECT report_by, owned_at FROM unclear_case JOIN complaint USING (complaint_id)"
    )
    assert row["report_by"] == after_open_time(row["owned_at"], 60, POLICY.hours)


async def test_fc_15_where_a_department_is_responsible_nothing_is_to_be_reported(
    routing: ServiceUnderTest, empty_routing: ServiceUnderTest
) -> None:
    for service in (routing, empty_routing):
        await taken_by(service, None)
        assert await service.rows("SELECT * FROM unclear_case") == []


async def test_fc_15_what_was_taken_on_or_settled_meanwhile_is_not_reported(
    routing: ServiceUnderTest,
) -> None:
    taken_on, settled = await unclear(routing), await unclear(routing)
    await hand_over(routing, taken_on, "b2", by="b1")
    await resolve(routing, settled, "b1")
    await routing.let_pass(A_WEEK)
    assert await routing.said(SuperiorInformed) == []


async def test_fc_15_above_the_head_of_a_department_is_the_duty_desk(routing: ServiceUnderTest) -> None:
    complaint_id = await unclear(routing, "b9")
    assert await report(routing, complaint_id, "b9") == 200
    [told] = await routing.said(SuperiorInformed)
    assert told.superior_id == "duty1"


@pytest.mark.parametrize("state", State)
def test_fc_15_only_what_is_open_and_with_the_owner_alone_is_still_unclear(state: State) -> None:
    open_ = state in (State.ASSIGNED, State.IN_PROGRESS, State.PENDING, State.PROPOSED, State.REOPENED)
    assert still_unclear(state, owner_handles=True, reported=False) is open_
    assert not still_unclear(state, owner_handles=False, reported=False)
    assert not still_unclear(state, owner_handles=True, reported=True)
