"""Extensions: who may approve how much, by cases and through the door."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sla.extension import Refusal, why_not_extended
from services.sla.policy import SlaPolicy
from shared.events.sla import PromiseExtended
from shared.events.vocabulary import Role
from shared.runtime.policy import load_policy
from tests.builders import now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, SOLVE, receive, told_about

POLICY = load_policy(SlaPolicy, "sla").extension
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "given": 0,
    "given_seconds": 0.0,
    "asked_seconds": 3600.0,
    "target_seconds": 7200.0,
    "due_at": NOON + HOUR,
    "asked_at": NOON,
    "asks_for_oneself": False,
    "approver": Role.TEAM_LEAD,
    "policy": POLICY,
}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"approver": Role.DEPARTMENT_HEAD}, None),
        ({"asked_seconds": 7200.0}, None),
        ({"asked_seconds": 7201.0}, Refusal.TOO_LONG),
        ({"asked_at": NOON + HOUR}, Refusal.TOO_LATE),
        ({"asks_for_oneself": True}, Refusal.OWN_APPROVAL),
        ({"given": 1, "given_seconds": 3600.0}, Refusal.NOT_THIS_APPROVER),
        ({"given": 1, "given_seconds": 3600.0, "approver": Role.DEPARTMENT_HEAD}, None),
        ({"given": 1, "given_seconds": 3601.0, "approver": Role.DEPARTMENT_HEAD}, Refusal.TOO_LONG),
        ({"given": 2, "approver": Role.DEPARTMENT_HEAD}, Refusal.NEVER_AGAIN),
    ],
)
def test_sla_x_who_may_extend_how_much_how_often(changes: dict[str, Any], refusal: Refusal | None) -> None:
    assert why_not_extended(**(ASKED | changes)) is refusal


def test_sla_x_its_numbers_are_policy() -> None:
    half = POLICY.model_copy(update={"most_of_solve": 0.25})
    assert why_not_extended(**(ASKED | {"policy": half})) is Refusal.TOO_LONG
    once = POLICY.model_copy(update={"approvers": ((Role.DEPARTMENT_HEAD,),)})
    assert why_not_extended(**(ASKED | {"policy": once})) is Refusal.NOT_THIS_APPROVER


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


BODY = {"seconds": 36_000, "reason": "parts", "by": "a1", "approved_by": "l1", "approver_role": "TEAM_LEAD"}


async def ask(sla: ServiceUnderTest, complaint_id: UUID, status: int = 201, **changes: Any) -> Any:
    answer = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/extensions", json=BODY | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_sla_x_an_extension_moves_the_due_time_and_is_told(sla: ServiceUnderTest) -> None:
    received = now()
    complaint_id = await receive(sla, received_at=received)
    answer = await ask(sla, complaint_id)
    assert datetime.fromisoformat(answer["due_at"]) == received + 82 * HOUR
    [told] = await sla.said(PromiseExtended)
    assert (told.number, told.kind, told.was_due_at, told.due_at) == (
        1,
        SOLVE,
        received + 72 * HOUR,
        received + 82 * HOUR,
    )
    await ask(sla, complaint_id, 409)
    await ask(sla, complaint_id, approver_role="DEPARTMENT_HEAD", approved_by="h1")
    await ask(sla, complaint_id, 409, approver_role="DEPARTMENT_HEAD", approved_by="h1")
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/extensions")).json()
    assert [row["approved_by"] for row in rows] == ["l1", "h1"]


async def test_sla_x_warnings_and_breach_follow_the_new_due_time(sla: ServiceUnderTest) -> None:
    """72 hours and 36 more: half is used after 54, not after 36."""
    complaint_id = await receive(sla, received_at=now() - 35 * HOUR)
    await ask(sla, complaint_id, seconds=36 * 3600)
    await sla.let_pass(18.9 * HOUR)
    assert await told_about(sla, SOLVE) == ["made"]
    await sla.let_pass(0.2 * HOUR)
    assert await told_about(sla, SOLVE) == ["made", "W1"]


async def test_sla_x_what_is_late_or_solved_is_not_extended(sla: ServiceUnderTest) -> None:
    late = await receive(sla, received_at=now() - 73 * HOUR)
    await ask(sla, late, 409)
    solved = await receive(sla)
    await sla.hears(resolved(solved))
    await ask(sla, solved, 409)
    await ask(sla, uuid4(), 404)
    assert await sla.said(PromiseExtended) == []


async def test_sla_x_in_a_calendar_the_extension_is_working_time(start_service: StartService) -> None:
    policy = (
        "[sla]\nversion='t'\n[sla.matrix.S3.S]\nSOLVE={working_days=2,calendar='cn-default'}\n"
        "[sla.matrix.S4.S]\nSOLVE=31536000"
    )
    sla = await start_service("sla", policy)
    # A Friday at 17:00 in Shanghai, far ahead: due on Tuesday at 17:00, and two working hours later.
    complaint_id = await receive(sla, received_at=datetime.fromisoformat("2126-03-01T17:00+08:00"))
    answer = await ask(sla, complaint_id, seconds=7200)
    was, due = (datetime.fromisoformat(answer[name]) for name in ("was_due_at", "due_at"))
    assert was == datetime.fromisoformat("2126-03-05T17:00+08:00")
    assert due - was == timedelta(hours=17)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seconds": 0}, "seconds"),
        ({"seconds": -3600}, "seconds"),
        ({"seconds": 10**12}, "seconds"),
        ({"reason": ""}, "reason"),
        ({"approver_role": "OWNER"}, "approver_role"),
        ({"by": ""}, "by"),
    ],
)
async def test_sla_x_what_cannot_be_an_extension_is_refused(
    sla: ServiceUnderTest, changes: dict[str, Any], field: str
) -> None:
    complaint_id = await receive(sla)
    refused = await ask(sla, complaint_id, 422, **changes)
    assert refused["errors"][0]["field"] == field
