"""An appeal that nobody decides in time goes to the next senior person, who is told (FC-22)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.directory import Department, Directory, Member
from services.routing.judge_appeal import next_decider
from services.routing.open_hours import after_open_time
from services.routing.policy import RoutingPolicy
from shared.events.routing import AppealOverdue
from shared.events.vocabulary import Language
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .appealing import appealed, decided, resolved
from .people import STAFF, shown, staff_file

POLICY = load_policy(RoutingPolicy, "routing")
A_MONTH = timedelta(days=30)
HEAD = """
[[staff]]
id = "h1"
name = "Head of service"
department = "front"
rank = 3
languages = ["zh-CN", "en"]
contact = { channel = "email", address = "h1@example.com" }
"""


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", staff_file=staff_file(tmp_path, STAFF + HEAD))


async def overdue(routing: ServiceUnderTest) -> UUID:
    """An appeal that b9 was to decide, and did not."""
    complaint_id = await resolved(routing)
    await appealed(routing, complaint_id)
    await routing.let_pass(A_MONTH)
    return complaint_id


async def appeals(routing: ServiceUnderTest, **asked: Any) -> list[dict[str, Any]]:
    answer = await routing.client.get("/routing/v1/appeals", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_fc_22_who_lets_the_time_pass_decides_no_more_and_the_next_senior_person_is_told(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await overdue(routing)
    [told] = await routing.said(AppealOverdue)
    assert (told.from_id, told.decider_id, told.decider_name) == ("b9", "duty1", "Duty 1")
    assert (told.decider_channel, told.decider_reply_to is not None) == ("email", True)
    assert told.decide_by == after_open_time(told.overdue_at, 135_000, POLICY.hours)
    assert (await shown(routing, complaint_id))["state"] == "APPEALED"
    late = await decided(routing, complaint_id, "b9", upheld=True)
    assert (late.status_code, "duty1" in late.json()["detail"]) == (409, True)
    assert (await decided(routing, complaint_id, "duty1", upheld=True)).status_code == 200


async def test_fc_22_an_appeal_that_is_decided_in_time_is_passed_on_to_nobody(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await resolved(routing)
    await appealed(routing, complaint_id)
    await decided(routing, complaint_id, "b9", upheld=False)
    await routing.let_pass(A_MONTH)
    assert await routing.said(AppealOverdue) == []


async def test_fc_22_it_goes_on_until_nobody_is_left_and_stays_there(routing: ServiceUnderTest) -> None:
    complaint_id = await overdue(routing)
    for _ in range(4):
        await routing.let_pass(A_MONTH)
    told = await routing.said(AppealOverdue)
    assert [one.decider_id for one in told] == ["duty1", "h1", "h1"]
    assert [one.decide_by is None for one in told] == [False, False, True]
    [listed] = (await routing.client.get(f"/routing/v1/complaints/{complaint_id}/appeals")).json()["items"]
    assert [turn["decider_id"] for turn in listed["passed"]] == ["b9", "duty1"]
    assert {turn["policy_version"] for turn in listed["passed"]} == {POLICY.version}
    assert (await decided(routing, complaint_id, "h1", upheld=False)).status_code == 200


async def test_fc_22_how_many_have_it_one_after_the_other_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.appeal]\nmost_deciders=1"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path, STAFF + HEAD))
    complaint_id = await overdue(routing)
    [told] = await routing.said(AppealOverdue)
    assert (told.from_id, told.decider_id, told.decide_by) == ("b9", "b9", None)
    assert (await decided(routing, complaint_id, "b9", upheld=False)).status_code == 200


async def test_appeals_are_listed_by_who_decides_and_whether_it_is_decided(routing: ServiceUnderTest) -> None:
    first, second = await resolved(routing), await resolved(routing)
    for complaint_id in (first, second):
        await appealed(routing, complaint_id)
    await decided(routing, first, "b9", upheld=False)
    assert [one["complaint_id"] for one in await appeals(routing)] == [str(first), str(second)]
    assert [one["complaint_id"] for one in await appeals(routing, undecided=True)] == [str(second)]
    assert await appeals(routing, decider_id="duty1") == []
    assert len(await appeals(routing, decider_id="b9", undecided=False)) == 1
    refused = await routing.client.get("/routing/v1/appeals", params={"undecided": "perhaps"})
    assert refused.status_code == 422


NOW = datetime(2026, 11, 23, tzinfo=UTC)
PEOPLE = [
    Member(
        f"m{rank}{place}", f"M{rank}{place}", "d", frozenset(Language), leads=rank == place == 2, rank=rank
    )
    for rank in range(1, 5)
    for place in range(1, 4)
]
HOUSE = Directory("v", [Department("d", "部", "D")], PEOPLE, "d")
IDS = st.sampled_from([person.id for person in PEOPLE])


@given(IDS, st.lists(IDS, max_size=3), st.sets(IDS, max_size=6))
def test_fc_22_nobody_decides_twice_or_about_their_own_work(
    late: str, before: list[str], involved: set[str]
) -> None:
    found = next_decider(late, before, involved, HOUSE, POLICY.appeal)
    if len(before) + 1 >= POLICY.appeal.most_deciders:
        assert found is None
    if found is not None:
        assert found.id not in {late, *before, *involved}
