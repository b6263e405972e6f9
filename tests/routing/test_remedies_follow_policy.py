"""Each rule of what is owed depends on a value of the policy: changed over the API, the next decision is another one."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.events.routing import RemedyApproved
from tests.service_under_test import ServiceUnderTest, StartService

from .changed_policy import Decide, show_that_it_depends
from .people import post, shown, taken_by
from .remedies import propose, proposed, signed


async def _state(routing: ServiceUnderTest, by: str, amount: int, **body: object) -> str:
    """How a remedy stands that its owner has just proposed."""
    complaint_id = await taken_by(routing, by, case_type="BILLING")
    answer = await propose(routing, complaint_id, amount, by=by, **body)
    return str(answer.json()["items"][-1]["state"])


async def rem_1(routing: ServiceUnderTest) -> str:
    return await _state(routing, "b1", 10_000)


async def rem_2(routing: ServiceUnderTest) -> str:
    return await _state(routing, "s2", 20_000)


async def rem_3(routing: ServiceUnderTest) -> str:
    return await _state(routing, "h3", 50_000)


async def rem_4(routing: ServiceUnderTest) -> str:
    complaint_id, remedy = await proposed(routing, 100, kind="CONTRACT_CHANGE")
    for by in ("h3", "law"):
        await signed(routing, complaint_id, remedy, by)
    page = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/remedies")
    return str(page.json()["items"][0]["state"])


async def rem_5(routing: ServiceUnderTest) -> list[str]:
    customer, states = uuid4(), []
    for _ in range(4):
        complaint_id = await taken_by(routing, "b1", case_type="BILLING", customer_id=customer)
        states.append((await propose(routing, complaint_id, 10_000)).json()["items"][0]["state"])
    return states


async def rem_6(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    return (await post(routing, complaint_id, "compensations", event="MISSED_VISIT", by="b1")).status_code


async def rem_7(routing: ServiceUnderTest) -> timedelta:
    await proposed(routing, 100)
    told = (await routing.said(RemedyApproved))[-1]
    return told.pay_by - told.approved_at


async def rem_8(routing: ServiceUnderTest) -> str:
    return await _state(routing, "b1", 8_000, kind="GOODWILL", period_fee=10_000)


async def rem_9(routing: ServiceUnderTest) -> bool:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await post(routing, complaint_id, "charges", reference="2026-10/17", amount=9_900, by="b1")
    return bool((await shown(routing, complaint_id))["charge_frozen"])


async def rem_10(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    return (await propose(routing, complaint_id, 100, text="If you stay, we pay it back.")).status_code


CASES: list[tuple[Decide, dict[str, Any], object, object]] = [
    (rem_1, {"limits": [9_999, 20_000, 50_000]}, "APPROVED", "PROPOSED"),
    (rem_2, {"limits": [10_000, 19_999, 50_000]}, "APPROVED", "PROPOSED"),
    (rem_3, {"limits": [10_000, 20_000, 49_999]}, "APPROVED", "PROPOSED"),
    (rem_4, {"legal_skill": "tax law"}, "APPROVED", "PROPOSED"),
    (rem_5, {"times_limit_in_a_year": 4}, ["APPROVED"] * 3 + ["PROPOSED"], ["APPROVED"] * 4),
    (rem_6, {"late": {"scheme": "gb"}}, 409, 200),
    (rem_7, {"pay_within": 86_400}, timedelta(days=7), timedelta(days=1)),
    (rem_8, {"goodwill_percent": 79}, "APPROVED", "PROPOSED"),
    (rem_9, {"freeze_disputed_charge": False}, True, False),
    (rem_10, {"conditions": ["if you stay"]}, 200, 422),
]
"""The rule, a change of the policy, and what is decided before and after it."""


@pytest.mark.parametrize(
    ("decide", "change", "before", "after"), CASES, ids=[decide.__name__ for decide, *_ in CASES]
)
async def test_a_changed_value_changes_what_the_rule_decides(
    start_service: StartService,
    tmp_path: Path,
    decide: Decide,
    change: dict[str, Any],
    before: object,
    after: object,
) -> None:
    changed = change if "late" in change else {"remedy": change}
    await show_that_it_depends(start_service, tmp_path, decide, changed, before, after)


def test_every_rule_of_what_is_owed_is_here() -> None:
    assert [decide.__name__ for decide, *_ in CASES] == [f"rem_{number}" for number in range(1, 11)]
