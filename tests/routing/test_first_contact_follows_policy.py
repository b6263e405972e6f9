"""Each rule of first contact depends on a value of the policy: changed over the API, the next decision is another one."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.routing.open_hours import after_open_time
from services.routing.policy import RoutingPolicy
from shared.events.routing import (
    ComplaintRejected,
    HandlerAssigned,
    OwnerNamed,
    TaskAsked,
    TransferDisputed,
    TransferRequested,
)
from shared.events.vocabulary import Language
from shared.runtime.policy import load_policy
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .changed_policy import Decide, show_that_it_depends
from .people import PACKET, execute, hand_over, offer, post, shown, taken_by

HOURS = load_policy(RoutingPolicy, "routing").hours
FAR = {"case_type": "FAULT", "category": "network/4g"}
ABOUT_B1: dict[str, Any] = {"accused_staff": "b1", "conflict_of_interest": True, "case_type": "BILLING"}


async def _owner(routing: ServiceUnderTest, taker: str | None, **facts: object) -> OwnerNamed:
    await taken_by(routing, taker, **facts)
    named: OwnerNamed = (await routing.said(OwnerNamed))[-1]
    return named


def _open_seconds(since: datetime, until: datetime, *candidates: int) -> int:
    """Which of these many seconds of open hours it is, or is nearest to."""
    return min(candidates, key=lambda seconds: abs(after_open_time(since, seconds, HOURS) - until))


async def fc_1(routing: ServiceUnderTest) -> str:
    return (await _owner(routing, "f1", case_type="BILLING")).department


async def fc_2(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    return (await post(routing, complaint_id, "chases", by="law", text="Any news?")).status_code


async def fc_3(routing: ServiceUnderTest) -> bool:
    given = [await _owner(routing, None, language=Language.CHINESE, case_type="BILLING") for _ in range(2)]
    return {named.owner_id for named in given} == {"b9"}


async def fc_4(routing: ServiceUnderTest) -> str:
    return (await _owner(routing, "f1", category="billing", also_asked=("b1",))).owner_id


async def fc_5(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "f1")
    return (await offer(routing, complaint_id, "b1", reason="NOT_COMPETENT")).status_code


async def fc_6(routing: ServiceUnderTest) -> list[int]:
    complaint_id = await taken_by(routing, "f1")
    asked = [await offer(routing, complaint_id, "b1", reason=why) for why in ("LANGUAGE_SKILL", "ABSENT")]
    return [answer.status_code for answer in asked]


async def fc_6_by_itself(routing: ServiceUnderTest) -> str:
    handler = (await shown(routing, await taken_by(routing, "f1", **FAR)))["handler"]
    return str(handler["staff_id"])


async def fc_7(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "f1")
    return (await offer(routing, complaint_id, "b1", facts=None)).status_code


async def fc_8(routing: ServiceUnderTest) -> float:
    await offer(routing, await taken_by(routing, "f1"), "b1")
    told = (await routing.said(TransferRequested))[-1]
    return float((told.answer_by - told.requested_at).total_seconds())


async def fc_9(routing: ServiceUnderTest) -> int:
    complaint_id, long = await taken_by(routing, "f1"), timedelta(days=10)
    absence = {"starts": (now() - long).isoformat(), "ends": (now() + long).isoformat()}
    entry = {"id": "f1", "name": "F", "department": "front", "languages": ["en"], "absences": [absence]}
    await routing.client.put("/routing/v1/staff/f1?by=b9", json=entry)
    asked = {"to": "b1", "owner_id": "f1", "reason": "ABSENT", "text": "Away.", "by": "b9"}
    return (await post(routing, complaint_id, "owner", **asked)).status_code


async def fc_10(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    await post(routing, complaint_id, "transfer/dispute", by="b1", text="It is the network.")
    told = (await routing.said(TransferDisputed))[-1]
    return _open_seconds(told.disputed_at, told.decide_by, 7200, 60)


async def fc_11(routing: ServiceUnderTest) -> int:
    return (await offer(routing, await taken_by(routing, "f1"), "b1")).status_code


async def fc_12(routing: ServiceUnderTest) -> int:
    said = {"reason": "NO_GROUND", "text": "That was bad luck.", "by": "f1"}
    return (await post(routing, await taken_by(routing, "f1"), "rejection", **said)).status_code


async def fc_13(routing: ServiceUnderTest) -> str:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    answer = await post(routing, complaint_id, "answers", text="We have found it.", by="b1")
    return str(answer.json()["items"][-1]["state"])


async def fc_14(routing: ServiceUnderTest) -> int:
    named = await _owner(routing, "b1", case_type="BILLING")
    assert named.answer_by is not None
    return _open_seconds(named.owned_at, named.answer_by, 1800, 60)


async def fc_15(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "b1", case_type="WEATHER")
    [row] = await routing.rows(
        "SELECT report_by, owned_at FROM unclear_case JOIN complaint USING (complaint_id)"
        " WHERE complaint_id = :id",
        id=complaint_id,
    )
    return _open_seconds(row["owned_at"], row["report_by"], 14_400, 60)


async def fc_16(routing: ServiceUnderTest) -> int:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    due = after_open_time(now(), 36_000, HOURS).isoformat()
    await execute(routing, f"UPDATE complaint SET due_at = '{due}' WHERE complaint_id = '{complaint_id}'")
    await post(routing, complaint_id, "tasks", department="network", text="Look.", by="b1")
    told = (await routing.said(TaskAsked))[-1]
    return _open_seconds(told.asked_at, told.due_at, 18_000, 9_000)


async def fc_17(routing: ServiceUnderTest) -> str:
    """Whose time it is from the beginning, as the events say by which sla credits a breach."""
    named = await _owner(routing, "f1", **FAR)
    moves: list[HandlerAssigned] = await routing.said(HandlerAssigned)
    told = [move.department for move in moves if move.complaint_id == named.complaint_id]
    return [named.department, *told][-1]


async def _idle(routing: ServiceUnderTest) -> UUID:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await execute(routing, "UPDATE complaint SET handler_since = now() - interval '25 hours'")
    return complaint_id


async def fc_18(routing: ServiceUnderTest) -> int:
    log = await routing.client.get(f"/routing/v1/complaints/{await _idle(routing)}/chases")
    return int(log.json()["missed"])


async def fc_19(routing: ServiceUnderTest) -> float:
    await _idle(routing)
    quarter = f"{now().year}Q{(now().month + 2) // 3}"
    answer = await routing.client.get(f"/routing/v1/reports/accountability?quarter={quarter}")
    [item] = answer.json()["items"]
    return float(item["points"] / item["complaints"])


async def fc_20(routing: ServiceUnderTest) -> str:
    earlier = await taken_by(routing, "f1")
    return (await _owner(routing, "b1", repeat_of=earlier, repeat_index=2)).owner_id


async def fc_21(routing: ServiceUnderTest) -> str:
    return (await _owner(routing, "b1", **ABOUT_B1)).owner_id


async def fc_22(routing: ServiceUnderTest) -> timedelta:
    said = {"reason": "NO_GROUND", "text": "It was right.", "by": "f1"}
    await post(routing, await taken_by(routing, "f1"), "rejection", **said)
    told = (await routing.said(ComplaintRejected))[-1]
    return told.appeal_until - told.rejected_at


CASES: list[tuple[Decide, dict[str, Any], object, object]] = [
    (fc_1, {"ownership": {"taker_owns": False}}, "front", "billing"),
    (fc_2, {"chase": {"by_department": False}}, 200, 409),
    (fc_3, {"assignment": {"same_language_first": False}}, True, False),
    (fc_4, {"ownership": {"asked_together": []}}, "b1", "f1"),
    (fc_5, {"transfer": {"own_field_on_the_spot": False}}, 409, 200),
    (fc_6, {"transfer": {"reasons": ["ABSENT"]}}, [200, 409], [422, 200]),
    (fc_7, {"transfer": {"packet": [name for name in PACKET if name != "facts"]}}, 422, 200),
    (fc_8, {"transfer": {"answer_within": 60}}, 1800, 60),
    (fc_9, {"ownership": {"absent_for": 1_000_000}}, 200, 409),
    (fc_10, {"transfer": {"decide_within": 60}}, 7200, 60),
    (fc_11, {"transfer": {"max_hops": 0}}, 200, 409),
    (fc_12, {"work": {"no_reason_by_themselves": ["bad luck"]}}, 200, 422),
    (fc_13, {"answer": {"owner_releases": False}}, "HELD", "RELEASED"),
    (fc_14, {"answer_time": {"within": {"OWN_FIELD": 60}}}, 1800, 60),
    (fc_15, {"ownership": {"report_unclear_within": 60}}, 14_400, 60),
    (fc_16, {"answer_time": {"task_percent": 25}}, 18_000, 9_000),
    (fc_17, {"handling": {"outside_field_to_serving_department": False}}, "network", "front"),
    (fc_18, {"chase": {"every": 3600}}, 1, 25),
    (fc_19, {"chase": {"points_no_harm": 7}}, 1, 7),
    (fc_20, {"ownership": {"repeat_to_earlier_owner": False}}, "f1", "b1"),
    (fc_21, {"ownership": {"accused_never_owns": False}}, "b9", "b1"),
    (fc_22, {"appeal": {"appeal_within": 86_400}}, timedelta(days=30), timedelta(days=1)),
]
"""The rule, a change of the policy, and what is decided before and after it."""
BY_ITSELF: list[tuple[Decide, dict[str, Any], object, object]] = [
    (fc_6_by_itself, {"handling": {"outside_field_to_serving_department": False}}, "n1", "f1"),
    (fc_6_by_itself, {"transfer": {"reasons": ["ABSENT", "AUTHORITY"]}}, "n1", "f1"),
]
"""A rule that more than one value decides by."""


@pytest.mark.parametrize(
    ("decide", "change", "before", "after"),
    [*CASES, *BY_ITSELF],
    ids=[decide.__name__ for decide, *_ in (*CASES, *BY_ITSELF)],
)
async def test_a_changed_value_changes_what_the_rule_decides(
    start_service: StartService,
    tmp_path: Path,
    decide: Decide,
    change: dict[str, Any],
    before: object,
    after: object,
) -> None:
    await show_that_it_depends(start_service, tmp_path, decide, change, before, after)


def test_every_rule_of_first_contact_is_here() -> None:
    assert [decide.__name__ for decide, *_ in CASES] == [f"fc_{number}" for number in range(1, 23)]
