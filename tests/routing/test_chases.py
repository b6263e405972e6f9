"""The owner chases an idle handler; what is missing is counted, and weighed in a report for people."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.routing.count_chases import missed_chases
from shared.events.routing import HandlerChased
from shared.events.vocabulary import Severity
from tests.builders import now
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .people import STAFF, execute, hand_over, post, shown, staff_file, taken_by
from .test_endings import escalated

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def handed_over(routing: ServiceUnderTest, *, ago: str = "0 s", **facts: object) -> UUID:
    complaint_id = await taken_by(routing, "f1", **facts)
    await hand_over(routing, complaint_id, "b1")
    await execute(
        routing,
        f"UPDATE complaint SET handler_since = now() - interval '{ago}' WHERE complaint_id = '{complaint_id}'",
    )
    return complaint_id


async def chased(routing: ServiceUnderTest, complaint_id: UUID, by: str = "f1") -> httpx.Response:
    return await post(routing, complaint_id, "chases", by=by, text="The customer waits.")


async def missed(routing: ServiceUnderTest, complaint_id: UUID) -> int:
    found: dict[str, Any] = (await routing.client.get(f"/routing/v1/complaints/{complaint_id}/chases")).json()
    return int(found["missed"])


async def test_fc_18_a_chase_is_logged_and_told_to_the_handler(routing: ServiceUnderTest) -> None:
    complaint_id = await handed_over(routing)
    answer = await chased(routing, complaint_id)
    [item] = answer.json()["items"]
    assert (item["handler_id"], item["chased_by"], item["text"]) == ("b1", "f1", "The customer waits.")
    [told] = await routing.said(HandlerChased)
    assert (told.handler_id, told.by) == ("b1", "f1")
    assert told.handler_reply_to is not None
    assert SEALER.open(told.handler_reply_to, str(complaint_id)) == "b1@example.com"
    assert "waits" not in told.model_dump_json()


async def test_fc_18_only_the_owner_chases_and_only_somebody_else(routing: ServiceUnderTest) -> None:
    complaint_id, own = await handed_over(routing), await taken_by(routing, "f1")
    for refused in (await chased(routing, complaint_id, "b1"), await chased(routing, own)):
        assert refused.status_code == 409
    assert await routing.said(HandlerChased) == []


@pytest.mark.parametrize(
    ("signs", "until", "count"),
    [
        ([], 23 * HOUR, 0),
        ([], 24 * HOUR, 1),
        ([], 49 * HOUR, 2),
        ([23 * HOUR], 46 * HOUR, 0),
        ([30 * HOUR], 50 * HOUR, 1),
        ([60 * HOUR, -HOUR], 50 * HOUR, 2),
        ([], -HOUR, 0),
    ],
)
def test_fc_18_each_interval_without_a_sign_is_a_missed_chase(
    signs: list[timedelta], until: timedelta, count: int
) -> None:
    since = now()
    assert missed_chases(since, [since + sign for sign in signs], since + until, DAY) == count


async def test_fc_18_chases_and_what_the_handler_does_count_as_signs(routing: ServiceUnderTest) -> None:
    idle, chased_, busy = [await handed_over(routing, ago="25 hours") for _ in range(3)]
    await chased(routing, chased_)
    await post(routing, busy, "steps", step="VENT", by="b1")
    assert [await missed(routing, c) for c in (idle, chased_, busy)] == [1, 1, 1]
    for complaint_id in (chased_, busy):
        await execute(
            routing,
            f"UPDATE complaint SET handler_since = now() - interval '23 hours' WHERE complaint_id = '{complaint_id}'",
        )
    assert [await missed(routing, c) for c in (idle, chased_, busy)] == [1, 0, 0]


async def test_fc_18_s1_is_chased_every_hour_and_how_often_is_policy(
    routing: ServiceUnderTest, start_service: StartService, tmp_path: Path
) -> None:
    policy = "[routing]\nversion='t'\n[routing.chase]\nevery=1800\nevery_s1=600"
    other = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    for place, severity, expected in (
        (routing, Severity.S1, 2),
        (routing, Severity.S2, 0),
        (other, Severity.S1, 12),
        (other, Severity.S2, 4),
    ):
        complaint_id = await handed_over(place, ago="2 hours 1 minute", severity=severity)
        assert await missed(place, complaint_id) == expected


async def test_fc_2_the_owner_answers_and_chases_whatever_department_works_on_it(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await handed_over(routing)
    seen = await shown(routing, complaint_id)
    assert (seen["owner"]["department"], seen["handler"]["department"]) == ("front", "billing")
    assert (await chased(routing, complaint_id)).status_code == 200


COLLEAGUE = """
[[staff]]
id = "f2"
name = "Front desk 2"
department = "front"
languages = ["en"]
"""


async def test_fc_2_the_department_that_received_it_chases_other_departments(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", staff_file=staff_file(tmp_path, STAFF + COLLEAGUE))
    complaint_id = await handed_over(routing)
    for by, status in (("f2", 200), ("b2", 409), ("b9", 409), ("f1", 200)):
        assert (await chased(routing, complaint_id, by)).status_code == status
    assert [told.by for told in await routing.said(HandlerChased)] == ["f2", "f1"]
    log = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/chases")
    assert [item["chased_by"] for item in log.json()["items"]] == ["f2", "f1"]


async def test_fc_2_within_the_department_only_the_owner_chases(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", staff_file=staff_file(tmp_path, STAFF + COLLEAGUE))
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await hand_over(routing, complaint_id, "b2", by="b1")
    assert [(await chased(routing, complaint_id, by)).status_code for by in ("b9", "b1")] == [409, 200]


async def test_fc_2_that_colleagues_chase_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[routing]\nversion='t'\n[routing.chase]\nby_department=false"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path, STAFF + COLLEAGUE))
    complaint_id = await handed_over(routing)
    refused = await chased(routing, complaint_id, "f2")
    assert (refused.status_code, "f1" in refused.json()["detail"]) == (409, True)
    assert (await chased(routing, complaint_id)).status_code == 200


async def reported(routing: ServiceUnderTest) -> list[dict[str, Any]]:
    today = now()
    quarter = f"{today.year}Q{(today.month + 2) // 3}"
    answer = await routing.client.get(f"/routing/v1/reports/accountability?quarter={quarter}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_fc_19_missed_chases_weigh_by_the_harm_in_a_report(routing: ServiceUnderTest) -> None:
    await handed_over(routing)
    assert await reported(routing) == []
    for level, expected in (("NULL", 1), ("'L1'", 4), ("'L4'", 10)):
        complaint_id = await handed_over(routing, ago="25 hours")
        await execute(
            routing, f"UPDATE complaint SET escalation = {level} WHERE complaint_id = '{complaint_id}'"
        )
        [item] = await reported(routing)
        assert (item["staff_id"], item["points"]) == ("f1", expected)
    assert (item["complaints"], item["missed_chases"]) == (3, 3)
    empty = await routing.client.get("/routing/v1/reports/accountability?quarter=2001Q4")
    assert empty.json()["items"] == []


@pytest.mark.parametrize(
    ("level", "default", "changed"), [("W2", 1, 7), ("L1", 3, 8), ("L2", 3, 8), ("L3", 6, 9), ("L4", 6, 9)]
)
async def test_fc_19_how_far_it_climbed_weighs_and_each_weight_is_policy(
    routing: ServiceUnderTest,
    start_service: StartService,
    tmp_path: Path,
    level: str,
    default: int,
    changed: int,
) -> None:
    policy = "[routing]\nversion='t'\n[routing.chase]\npoints_no_harm=7\npoints_harm=8\npoints_grave=9"
    other = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    for place, expected in ((routing, default), (other, changed)):
        complaint_id = await handed_over(place, ago="25 hours")
        await place.hears(escalated(complaint_id, level))
        assert [item["points"] for item in await reported(place)] == [expected]


async def test_fc_19_who_chased_in_time_has_no_points_however_far_it_climbed(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await handed_over(routing, ago="23 hours")
    await chased(routing, complaint_id)
    await routing.hears(escalated(complaint_id, "L4"))
    assert await reported(routing) == []


@pytest.mark.parametrize("quarter", ["2026Q5", "2026", "1999Q1", ""])
async def test_a_wrong_quarter_is_refused(routing: ServiceUnderTest, quarter: str) -> None:
    refused = await routing.client.get(f"/routing/v1/reports/accountability?quarter={quarter}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "quarter")
