"""Calls in vain that the telephone system told of show that we wait for the customer (PAU-2)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sla.calls_in_vain import Call, calls_in_vain, evidence_of
from services.sla.policy import SlaPolicy
from shared.events.intake import CustomerCalled
from shared.events.vocabulary import PauseReason
from shared.runtime.policy import load_policy
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import receive

POLICY = load_policy(SlaPolicy, "sla").pauses
MINUTE = timedelta(minutes=1)


def called(
    complaint_id: UUID, ago: float, *, reached: bool = False, call: UUID | None = None
) -> CustomerCalled:
    """So many minutes ago."""
    return CustomerCalled(
        complaint_id=complaint_id,
        call_ref=call or uuid4(),
        reached=reached,
        by="a100",
        called_at=now() - ago * MINUTE,
        talked=60.0 if reached else None,
        told_at=now(),
    )


async def wait(sla: ServiceUnderTest, complaint_id: UUID, **form: Any) -> Any:
    body = {"reason": "WAIT_CUSTOMER", "by": "a100"} | form
    return await sla.client.post(f"/sla/v1/complaints/{complaint_id}/pauses", json=body)


async def evidence(sla: ServiceUnderTest, complaint_id: UUID) -> list[str]:
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/pauses")).json()
    return [row["evidence"] for row in rows]


async def test_pau_2_two_calls_in_vain_are_evidence_without_a_word_of_staff(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla)
    first, second = called(complaint_id, 30), called(complaint_id, 10)
    await sla.hears(first)
    refused = await wait(sla, complaint_id)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "evidence")
    await sla.hears(second)
    begun = await wait(sla, complaint_id)
    assert (begun.status_code, begun.json()["stopped"]) == (201, ["SOLVE"])
    [shown] = await evidence(sla, complaint_id)
    times = [f"{one.called_at:%Y-%m-%dT%H:%M:%SZ}" for one in (first, second)]
    assert shown == f"CALLS_FAILED {times[0]}, {times[1]}"


async def test_pau_2_calls_about_another_complaint_or_answered_ones_are_none(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla)
    await sla.hears(called(complaint_id, 30), called(uuid4(), 20), called(complaint_id, 10, reached=True))
    assert (await wait(sla, complaint_id)).status_code == 422


async def test_pau_2_a_call_that_turns_out_to_have_been_answered_is_none_any_more(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    complaint_id, call = await receive(sla), uuid4()
    await sla.hears(called(complaint_id, 30), called(complaint_id, 10, call=call))
    await sla.hears(called(complaint_id, 10, call=call, reached=True))
    assert (await wait(sla, complaint_id)).status_code == 422


async def test_pau_2_what_staff_write_down_is_kept_in_its_place(start_service: StartService) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla)
    await sla.hears(called(complaint_id, 30), called(complaint_id, 10))
    await wait(sla, complaint_id, evidence="message 17")
    assert await evidence(sla, complaint_id) == ["message 17"]


@pytest.mark.parametrize(("needed", "status"), [(1, 201), (2, 422)])
async def test_pau_2_how_many_calls_in_vain_are_evidence_is_policy(
    start_service: StartService, needed: int, status: int
) -> None:
    sla = await start_service("sla", f"[sla]\nversion='t'\n[sla.pauses]\nfailed_calls={needed}")
    complaint_id = await receive(sla)
    await sla.hears(called(complaint_id, 10))
    assert (await wait(sla, complaint_id)).status_code == status


def at(minute: int, *, reached: bool = False) -> Call:
    return Call(datetime(2026, 11, 20, 9, minute, tzinfo=UTC), reached)


def test_pau_2_what_came_before_we_talked_or_before_the_last_pause_is_used_up() -> None:
    calls = [at(30), at(10), at(20, reached=True), at(40)]
    assert calls_in_vain(calls, None) == [at(30), at(40)]
    assert calls_in_vain(calls, at(35).called_at) == [at(40)]
    assert calls_in_vain([], None) == []


def test_pau_2_another_reason_is_not_shown_by_calls() -> None:
    assert evidence_of(PauseReason.THIRD_PARTY, [at(1), at(2)], POLICY) is None
    assert evidence_of(PauseReason.WAIT_CUSTOMER, [at(1)], POLICY) is None
    assert evidence_of(PauseReason.WAIT_CUSTOMER, [at(1), at(2)], POLICY) is not None
