"""Sla through its doors: contracts and periods of protection of key accounts (SLA-P, section 2.4)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.sla import PromisesMade
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import CONTACT, HOUR, SOLVE, UPDATE, receive, targets

GOLD = """
[sla]
version='t'
[[sla.policies]]
name = "gold"
when = { contract = ["gold"] }
targets = { SOLVE = 7200 }
"""


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", GOLD)


async def contract(sla: ServiceUnderTest, customer_id: UUID, grade: str) -> None:
    answer = await sla.client.put(f"/sla/v1/contracts/{customer_id}", json={"grade": grade, "by": "k1"})
    assert answer.status_code == 200, answer.text


async def protect(sla: ServiceUnderTest, name: str = "expo", **changes: Any) -> Any:
    body: dict[str, Any] = {
        "starts_at": (now() - HOUR).isoformat(),
        "ends_at": (now() + HOUR).isoformat(),
        "team": "network desk",
        "emergency_plan": "plan 7",
        "by": "k1",
    }
    return await sla.client.put(f"/sla/v1/protection-periods/{name}", json=body | changes)


async def test_2_4_a_policy_is_bound_to_a_contract_grade(sla: ServiceUnderTest) -> None:
    gold, silver, none = uuid4(), uuid4(), uuid4()
    await contract(sla, gold, "gold")
    await contract(sla, silver, "silver")
    made = {one: await receive(sla, grade="K", customer_id=one) for one in (gold, silver, none)}
    assert (await targets(sla, made[gold]))[SOLVE] == 2 * HOUR
    assert (await targets(sla, made[silver]))[SOLVE] == 24 * HOUR
    assert (await targets(sla, made[none]))[SOLVE] == 24 * HOUR
    rows = await sla.rows("SELECT contract, policy_name FROM complaint ORDER BY policy_name, contract")
    assert [tuple(row.values()) for row in rows] == [
        ("silver", "default"),
        (None, "default"),
        ("gold", "gold"),
    ]


async def test_2_4_contracts_are_those_of_key_accounts(sla: ServiceUnderTest) -> None:
    customer_id = uuid4()
    await contract(sla, customer_id, "gold")
    assert (await targets(sla, await receive(sla, grade="V", customer_id=customer_id)))[SOLVE] == 48 * HOUR


async def test_2_4_whose_contracts_count_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", GOLD + "[sla.protection]\ngrades=['K','V']")
    customer_id = uuid4()
    await contract(sla, customer_id, "gold")
    assert (await targets(sla, await receive(sla, grade="V", customer_id=customer_id)))[SOLVE] == 2 * HOUR


async def test_2_4_a_contract_policy_for_grades_without_contracts_is_refused(
    start_service: StartService,
) -> None:
    with pytest.raises(Exception, match="can never match: these grades have no contracts"):
        await start_service("sla", GOLD.replace('["gold"] }', '["gold"], grade = ["S"] }'))


async def test_2_4_a_contract_that_ended_counts_no_more(sla: ServiceUnderTest) -> None:
    customer_id = uuid4()
    await contract(sla, customer_id, "gold")
    assert (await sla.client.get(f"/sla/v1/contracts/{customer_id}")).json()["grade"] == "gold"
    assert (await sla.client.delete(f"/sla/v1/contracts/{customer_id}")).status_code == 204
    assert (await sla.client.get(f"/sla/v1/contracts/{customer_id}")).status_code == 404
    assert (await targets(sla, await receive(sla, grade="K", customer_id=customer_id)))[SOLVE] == 24 * HOUR


async def test_sla_p_in_a_period_of_protection_a_key_account_has_half_the_time(sla: ServiceUnderTest) -> None:
    assert (await protect(sla)).status_code == 200
    complaint_id = await receive(sla, grade="K")
    told = await targets(sla, complaint_id)
    assert (told[CONTACT], told[UPDATE], told[SOLVE]) == (HOUR / 2, 4 * HOUR, 12 * HOUR)
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    assert all("× 0.5 (SLA-P)" in row["explanation"]["en"] for row in rows if row["kind"] != "ACK")


async def test_sla_p_its_team_and_emergency_plan_are_told_with_the_promises(sla: ServiceUnderTest) -> None:
    await protect(sla)
    await receive(sla, grade="K")
    [event] = await sla.said(PromisesMade)
    assert event.protection is not None
    assert (event.protection.name, event.protection.team) == ("expo", "network desk")
    assert event.protection.emergency_plan == "plan 7"


async def test_sla_p_others_and_other_times_are_not_protected(sla: ServiceUnderTest) -> None:
    await protect(sla)
    assert (await targets(sla, await receive(sla, grade="V")))[SOLVE] == 48 * HOUR
    before = await receive(sla, grade="K", received_at=now() - 2 * HOUR)
    assert (await targets(sla, before))[SOLVE] == 24 * HOUR
    assert {event.protection for event in await sla.said(PromisesMade)} == {None}


async def test_sla_p_a_period_may_be_for_one_customer_or_one_area(sla: ServiceUnderTest) -> None:
    mine = uuid4()
    await protect(sla, "mine", customer_id=str(mine))
    await protect(sla, "fair", area="fair ground")
    assert (await targets(sla, await receive(sla, grade="K", customer_id=mine)))[SOLVE] == 12 * HOUR
    assert (await targets(sla, await receive(sla, grade="K", area="fair ground")))[SOLVE] == 12 * HOUR
    assert (await targets(sla, await receive(sla, grade="K", area="elsewhere")))[SOLVE] == 24 * HOUR


async def test_sla_p_its_factor_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.protection]\nfactor=0.25")
    await protect(sla)
    assert (await targets(sla, await receive(sla, grade="K")))[SOLVE] == 6 * HOUR


async def test_sla_p_a_period_can_be_ended_and_is_listed_until_then(sla: ServiceUnderTest) -> None:
    await protect(sla)
    assert [one["name"] for one in (await sla.client.get("/sla/v1/protection-periods")).json()] == ["expo"]
    assert (await sla.client.delete("/sla/v1/protection-periods/expo")).status_code == 200
    assert (await sla.client.get("/sla/v1/protection-periods")).json() == []
    assert (await sla.client.delete("/sla/v1/protection-periods/none")).status_code == 404
    later = await receive(sla, grade="K", received_at=now() + timedelta(seconds=5))
    assert (await targets(sla, later))[SOLVE] == 24 * HOUR


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2090-01-01T00:00:00Z"}, "ends_at"),
        ({"starts_at": "1990-01-01T00:00:00Z", "ends_at": "1990-01-02T00:00:00Z"}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"team": ""}, "team"),
        ({"team": "a\u0000b"}, "team"),
        ({"factor": 0.1}, "factor"),
    ],
)
async def test_sla_p_a_period_that_cannot_be_right_is_refused(
    sla: ServiceUnderTest, changes: dict[str, Any], field: str
) -> None:
    answer = await protect(sla, **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await sla.client.get("/sla/v1/protection-periods")).json() == []
