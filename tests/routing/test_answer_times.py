"""Until when the house answers its owner: told with whoever works on it, so that breaches can be shared (FC-14, FC-17)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.answer_time import answer_by, answer_field, sooner, task_due
from services.routing.directory import Member
from services.routing.open_hours import after_open_time
from services.routing.policy import RoutingPolicy
from shared.events.routing import HandlerAssigned, OwnerNamed
from shared.events.sla import Promise, PromisesMade
from shared.events.vocabulary import AnswerField, PromiseKind
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, execute, hand_over, shown, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing")
TIMES, HOURS = POLICY.answer_time, POLICY.hours
MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
HEAD = (
    '[[staff]]\nid = "top"\nname = "Head of branch"\ndepartment = "network"\nlanguages = ["en"]\nrank = 4\n'
)


def member(account: str, department: str, rank: int = 1) -> Member:
    return Member(account, account, department, frozenset(), rank=rank)


@pytest.mark.parametrize(
    ("handler", "serves_it", "field"),
    [
        (member("o", "a"), True, "OWN_FIELD"),
        (member("o", "a"), False, "OWN_DEPARTMENT"),
        (member("x", "a"), True, "OWN_DEPARTMENT"),
        (member("x", "b"), True, "OTHER_DEPARTMENT"),
        (member("x", "b", 3), True, "OTHER_DEPARTMENT"),
        (member("x", "a", 4), True, "ABOVE_BRANCH"),
    ],
)
def test_fc_14_how_far_the_answer_has_to_be_found(handler: Member, serves_it: bool, field: str) -> None:
    assert answer_field(member("o", "a"), handler, serves_it=serves_it, policy=TIMES) == field


@pytest.mark.parametrize(
    ("field", "time"),
    [
        (AnswerField.OWN_FIELD, timedelta(minutes=30)),
        (AnswerField.OWN_DEPARTMENT, timedelta(days=1, hours=9)),
        (AnswerField.OTHER_DEPARTMENT, timedelta(days=2, hours=9)),
        (AnswerField.ABOVE_BRANCH, timedelta(days=4, hours=9)),
    ],
)
def test_fc_14_each_has_its_working_time(field: AnswerField, time: timedelta) -> None:
    assert answer_by(field, MONDAY, TIMES, HOURS) == MONDAY + time


async def test_fc_14_the_time_is_told_with_the_owner_and_with_each_handler(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    [named] = await routing.said(OwnerNamed)
    assert named.answer_field == "OWN_FIELD"
    assert named.answer_by == after_open_time(named.owned_at, 1800, HOURS)
    await hand_over(routing, complaint_id, "n1", by="b1")
    [assigned] = await routing.said(HandlerAssigned)
    assert assigned.answer_field == "OTHER_DEPARTMENT"
    assert assigned.answer_by == after_open_time(assigned.assigned_at, 81_000, HOURS)
    answer = (await shown(routing, complaint_id))["answer"]
    assert answer["field"] == "OTHER_DEPARTMENT"
    assert datetime.fromisoformat(answer["by"]) == assigned.answer_by


async def test_fc_14_a_case_outside_the_owners_field_has_the_time_of_another_department(
    routing: ServiceUnderTest,
) -> None:
    await taken_by(routing, "f1", case_type="BILLING")
    [named], [assigned] = await routing.said(OwnerNamed), await routing.said(HandlerAssigned)
    assert (named.answer_field, assigned.answer_field) == ("OTHER_DEPARTMENT", "OTHER_DEPARTMENT")
    assert named.answer_by == assigned.answer_by


async def test_fc_14_what_the_customer_was_promised_wins_where_it_is_sooner(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    due = datetime.now(UTC) + timedelta(minutes=20)
    promise = Promise(
        promise_id=uuid4(),
        kind=PromiseKind.SOLVE,
        starts_at=due - timedelta(hours=1),
        due_at=due,
        target_seconds=3600,
        cell="S3/S",
    )
    await routing.hears(
        PromisesMade(complaint_id=complaint_id, round=1, promises=(promise,), policy_version="t")
    )
    await hand_over(routing, complaint_id, "n1", by="b1")
    [assigned] = await routing.said(HandlerAssigned)
    assert assigned.answer_by == due


async def test_fc_14_above_the_branch_it_takes_five_working_days(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", staff_file=staff_file(tmp_path, STAFF + HEAD))
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await hand_over(routing, complaint_id, "top", by="b1", reason="ESCALATION")
    [assigned] = await routing.said(HandlerAssigned)
    assert assigned.answer_field == "ABOVE_BRANCH"
    assert assigned.answer_by == after_open_time(assigned.assigned_at, 135_000, HOURS)


async def test_fc_14_the_times_are_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.answer_time.within]\nOWN_FIELD=60"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    await taken_by(routing, "b1", case_type="BILLING")
    [named] = await routing.said(OwnerNamed)
    assert named.answer_by == after_open_time(named.owned_at, 60, HOURS)


async def test_fc_17_every_move_of_the_work_is_told_with_its_time(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await hand_over(routing, complaint_id, "n1", by="b1")
    await hand_over(routing, complaint_id, "b2", by="n1")
    told = await routing.said(HandlerAssigned)
    assert [(move.handler_id, move.department) for move in told] == [("n1", "network"), ("b2", "billing")]
    assert told[0].assigned_at <= told[1].assigned_at
    await execute(routing, "UPDATE complaint SET due_at = now() - interval '1 day'")
    await hand_over(routing, complaint_id, "b1", by="b2")
    assert (await routing.said(HandlerAssigned))[-1].answer_field == "OWN_FIELD"


@given(minutes=st.integers(-5_000, 50_000), field=st.sampled_from(AnswerField))
def test_fc_16_a_department_never_has_longer_than_fc_14_or_the_customer(
    minutes: int, field: AnswerField
) -> None:
    solve_by = MONDAY + timedelta(minutes=minutes)
    due = task_due(field, MONDAY, solve_by, TIMES, HOURS)
    assert MONDAY < due <= answer_by(field, MONDAY, TIMES, HOURS)
    if solve_by > MONDAY:
        assert due <= solve_by
        half, least = MONDAY + (solve_by - MONDAY) / 2, after_open_time(MONDAY, 7200, HOURS)
        assert due <= max(half, least)
    assert due == sooner(due, MONDAY, solve_by)


@pytest.mark.parametrize(
    ("left", "time"),
    [
        (timedelta(hours=10), timedelta(hours=5)),
        (timedelta(hours=3), timedelta(hours=2)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(hours=-1), timedelta(hours=2)),
        (timedelta(days=30), timedelta(days=2, hours=9)),
    ],
)
def test_fc_16_half_of_what_is_left_but_no_less_than_two_hours(left: timedelta, time: timedelta) -> None:
    due = task_due(AnswerField.OTHER_DEPARTMENT, MONDAY, MONDAY + left, TIMES, HOURS)
    assert due - MONDAY == time


def test_fc_16_without_a_promise_it_is_the_time_of_fc_14() -> None:
    due = task_due(AnswerField.OTHER_DEPARTMENT, MONDAY, None, TIMES, HOURS)
    assert due == answer_by(AnswerField.OTHER_DEPARTMENT, MONDAY, TIMES, HOURS)
