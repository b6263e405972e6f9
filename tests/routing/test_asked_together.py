"""Of several people whom a customer asks at once one answers: by business, else by rank (FC-4)."""

from pathlib import Path
from uuid import UUID

import pytest

from shared.events.routing import OwnerNamed
from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, shown, staff_file, taken_by
from .test_routing_rules import active, why

RANKED = STAFF.replace('id = "duty1"', 'id = "duty1"\nrank = 3').replace('id = "b9"', 'id = "b9"\nrank = 2')


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", staff_file=staff_file(tmp_path, RANKED))


async def owner(routing: ServiceUnderTest, complaint_id: UUID) -> tuple[str, str]:
    [named] = [told for told in await routing.said(OwnerNamed) if told.complaint_id == complaint_id]
    return named.owner_id, named.rule


@pytest.mark.parametrize(
    ("taker", "others", "category", "expected"),
    [
        ("f1", ("b1", "duty1"), "billing/fees", "b1"),
        ("f1", ("b1", "b9", "duty1"), "billing/fees", "b9"),
        ("f1", ("b1", "duty1"), "weather", "duty1"),
        ("f1", ("b2", "b1"), "billing/fees", "b2"),
        (None, ("f1", "b1"), "billing/fees", "b1"),
        ("f1", ("b1", "stranger", "n1"), "network/4g", "f1"),
    ],
)
async def test_fc_4_of_several_asked_at_once_it_is_whose_business_it_is_else_who_stands_higher(
    routing: ServiceUnderTest, taker: str | None, others: tuple[str, ...], category: str, expected: str
) -> None:
    complaint_id = await taken_by(routing, taker, case_type="FAULT", category=category, also_asked=others)
    assert await owner(routing, complaint_id) == (expected, "FC-4")
    told = await why(routing, complaint_id)
    assert told["owner"]["reason"] == "FIRST_OF_THE_ASKED"
    assert told["fields"]["also_asked"] == list(others)


@pytest.mark.parametrize("others", [(), ("f1",), ("stranger",), ("n1",)])
async def test_fc_4_where_nobody_else_who_may_own_was_asked_the_first_contact_counts(
    routing: ServiceUnderTest, others: tuple[str, ...]
) -> None:
    complaint_id = await taken_by(routing, "f1", category="billing", also_asked=others)
    assert await owner(routing, complaint_id) == ("f1", "FC-1")


async def test_fc_4_a_repeat_stays_with_its_owner_and_the_accused_never_answer(
    routing: ServiceUnderTest,
) -> None:
    first = await taken_by(routing, "f1", category="billing")
    repeat = await taken_by(routing, None, category="billing", repeat_of=first, also_asked=("b1", "b9"))
    assert await owner(routing, repeat) == ("f1", "FC-20")
    about = await taken_by(routing, "f1", category="billing", also_asked=("b1", "b2"), accused_staff="b1")
    assert await owner(routing, about) == ("b2", "FC-4")


async def test_fc_4_whose_business_it_is_a_routing_rule_can_say(routing: ServiceUnderTest) -> None:
    rule = {
        "id": "fees",
        "name": "Fees are the front desk's",
        "condition": '"b1" in also_asked',
        "action": {"department": "front"},
    }
    await active(routing, rule)
    complaint_id = await taken_by(routing, "b9", category="billing", also_asked=("b1", "f1"))
    assert await owner(routing, complaint_id) == ("f1", "FC-4")
    assert (await shown(routing, complaint_id))["handler"]["staff_id"] == "f1"


@pytest.mark.parametrize(
    ("by", "expected"),
    [('["RANK", "BUSINESS"]', "duty1"), ('["BUSINESS"]', "b1"), ("[]", "f1")],
)
async def test_fc_4_what_counts_among_the_asked_is_policy(
    start_service: StartService, tmp_path: Path, by: str, expected: str
) -> None:
    policy = f"[routing]\nversion='t'\n[routing.ownership]\nasked_together={by}"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path, RANKED))
    complaint_id = await taken_by(routing, "f1", category="billing", also_asked=("duty1", "b1", "b9"))
    assert (await owner(routing, complaint_id))[0] == expected
