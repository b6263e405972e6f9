"""Key accounts have a desk and a queue of their own, as soon as there is such a department."""

from pathlib import Path

import pytest

from shared.events.routing import OwnerNamed
from shared.events.vocabulary import Grade
from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, shown, staff_file, taken_by
from .test_routing_rules import KEY_TO_BILLING, active, why

WITH_DESK = (
    STAFF
    + """
[[department]]
id = "key-accounts"
name = { zh-CN = "大客户专席", en = "Key accounts" }

[[staff]]
id = "k1"
name = "Key accounts 1"
department = "key-accounts"
languages = ["zh-CN", "en"]
"""
)


@pytest.fixture
async def desk(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """The small company with a desk for key accounts."""
    return await start_service("routing", staff_file=staff_file(tmp_path, WITH_DESK))


async def queue(routing: ServiceUnderTest, department: str) -> list[str]:
    items = (await routing.client.get(f"/routing/v1/queues/{department}")).json()["items"]
    return [item["complaint_id"] for item in items]


async def test_key_accounts_wait_in_a_queue_of_their_own(desk: ServiceUnderTest) -> None:
    key = await taken_by(desk, None, grade=Grade.K, category="billing", priority=20.0)
    urgent = await taken_by(desk, None, grade=Grade.K, case_type="COMPLAINT", priority=60.0)
    other = await taken_by(desk, None, grade=Grade.V, category="billing")
    assert await queue(desk, "key-accounts") == [str(urgent), str(key)]
    assert await queue(desk, "billing") == [str(other)]
    assert [named.owner_id for named in await desk.said(OwnerNamed)][:2] == ["k1", "k1"]
    assert (await why(desk, key))["key_account_desk"] == "key-accounts"
    assert (await why(desk, other))["key_account_desk"] is None


async def test_who_took_the_call_answers_and_the_desk_works(desk: ServiceUnderTest) -> None:
    case = await shown(desk, await taken_by(desk, "b1", grade=Grade.K, category="billing"))
    assert (case["owner"]["staff_id"], case["handler"]["staff_id"]) == ("b1", "k1")


async def test_a_routing_rule_goes_before_the_desk(desk: ServiceUnderTest) -> None:
    await active(desk, KEY_TO_BILLING)
    complaint_id = await taken_by(desk, None, grade=Grade.K)
    assert (await shown(desk, complaint_id))["handler"]["department"] == "billing"
    assert (await why(desk, complaint_id))["key_account_desk"] is None


async def test_without_such_a_department_they_go_where_all_go(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, None, grade=Grade.K, category="billing")
    assert (await shown(routing, complaint_id))["handler"]["department"] == "billing"


async def test_other_grades_and_another_desk_by_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = """
        [routing]
        version = 't'
        [routing.key_accounts]
        grades = ["V"]
        department = "night"
    """
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path, WITH_DESK))
    key = await taken_by(routing, None, grade=Grade.K, category="billing")
    star = await taken_by(routing, None, grade=Grade.V, category="billing")
    assert (await shown(routing, key))["handler"]["department"] == "billing"
    assert (await shown(routing, star))["handler"]["department"] == "night"
