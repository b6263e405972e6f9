"""Who gets the next complaint: at work, not resting, below the caps; then competence, load, fairness (FC-3)."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.routing.at_work import Presence, Report, Shift, at_work
from shared.events.routing import OwnerNamed
from shared.events.vocabulary import Tag
from tests.service_under_test import ServiceUnderTest, StartService

from .people import attached, execute, post, resolve, shown, staff_file, taken_by

BILLING: dict[str, Any] = {"category": "billing"}
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
DAY = Shift({1, 2, 3, 4, 5}, time(9), time(18))
NIGHT = Shift({1}, time(22), time(6))


async def report(routing: ServiceUnderTest, **presences: str) -> None:
    said = [{"staff_id": staff_id, "presence": presence} for staff_id, presence in presences.items()]
    answer = await routing.client.put("/routing/v1/presence", json={"reports": said})
    assert answer.status_code == 200, answer.text


async def change(routing: ServiceUnderTest, staff_id: str, **facts: object) -> None:
    entry = {"id": staff_id, "name": staff_id, "department": "billing", "languages": ["en"]} | facts
    answer = await routing.client.put(f"/routing/v1/staff/{staff_id}?by=b9", json=entry)
    assert answer.status_code == 200, answer.text


async def owner(routing: ServiceUnderTest, **facts: object) -> str:
    complaint_id = await taken_by(routing, None, **(BILLING | facts))
    return next(n.owner_id for n in await routing.said(OwnerNamed) if n.complaint_id == complaint_id)


async def reason(routing: ServiceUnderTest) -> str:
    return str((await shown(routing, (await routing.said(OwnerNamed))[-1].complaint_id))["why"]["reason"])


@pytest.fixture
async def strict(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """An installation with other numbers."""
    policy = """
        [routing]
        version = 't'
        [routing.assignment]
        max_customers_a_day = 1
        rest_after_abuse = 0
        skilled_first = false
    """
    return await start_service("routing", policy, staff_file=staff_file(tmp_path))


@pytest.mark.parametrize(
    ("shifts", "absent", "reported", "now", "there"),
    [
        ((), False, None, MONDAY, True),
        ((DAY,), False, None, MONDAY, True),
        ((DAY,), False, None, MONDAY + timedelta(hours=8), False),
        ((DAY,), False, None, MONDAY - timedelta(days=1), False),
        ((NIGHT,), False, None, MONDAY + timedelta(hours=12), True),
        ((NIGHT,), False, None, MONDAY + timedelta(hours=19, minutes=59), True),
        ((NIGHT,), False, None, MONDAY + timedelta(hours=20), False),
        ((NIGHT,), False, None, MONDAY - timedelta(hours=5), False),
        ((DAY,), True, None, MONDAY, False),
        ((DAY,), True, ("AVAILABLE", 60), MONDAY, False),
        ((NIGHT,), False, ("AVAILABLE", 60), MONDAY, True),
        ((), False, ("BUSY", 60), MONDAY, True),
        ((), False, ("AWAY", 60), MONDAY, False),
        ((), False, ("AVAILABLE", 0), MONDAY, False),
    ],
)
def test_fc_3_at_work_by_absence_then_report_then_shift(
    shifts: tuple[Shift, ...], absent: bool, reported: tuple[str, int] | None, now: datetime, there: bool
) -> None:
    absences = [(MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))] if absent else []
    said = Report(Presence(reported[0]), MONDAY + timedelta(seconds=reported[1])) if reported else None
    assert at_work(shifts, absences, said, now.astimezone(UTC), SHANGHAI) is there


async def test_fc_3_who_is_away_gets_nothing_while_somebody_is_there(routing: ServiceUnderTest) -> None:
    await report(routing, b1="AWAY")
    assert [await owner(routing) for _ in range(3)] == ["b2"] * 3
    await report(routing, b1="AVAILABLE")
    assert await owner(routing) == "b1"


async def test_fc_3_a_reported_presence_expires(routing: ServiceUnderTest) -> None:
    await report(routing, b1="AVAILABLE", b2="AVAILABLE")
    await execute(routing, "UPDATE presence SET expires_at = now() WHERE staff_id = 'b1'")
    assert [await owner(routing) for _ in range(2)] == ["b2", "b2"]


async def test_fc_3_for_how_long_a_presence_is_believed_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.assignment]\npresence_expires_after=60",
        staff_file=staff_file(tmp_path),
    )
    said = {"reports": [{"staff_id": "b1", "presence": "BUSY", "seconds": 86400}]}
    await routing.client.put("/routing/v1/presence", json=said)
    [row] = await routing.rows("SELECT expires_at <= now() + interval '60 s' AS soon FROM presence")
    assert row["soon"]


async def test_fc_3_where_nobody_is_free_the_complaint_is_owned_all_the_same(
    routing: ServiceUnderTest,
) -> None:
    await report(routing, b1="AWAY", b2="AWAY", b9="AWAY")
    assert await owner(routing) == "b1"
    assert await reason(routing) == "NOBODY_FREE"


async def test_fc_3_outside_the_shift_and_during_an_absence_nothing_is_assigned(
    routing: ServiceUnderTest,
) -> None:
    other_day = (datetime.now(SHANGHAI).isoweekday() + 2) % 7 + 1
    await change(routing, "b1", shifts=[{"days": [other_day], "starts": "09:00", "ends": "10:00"}])
    assert [await owner(routing) for _ in range(2)] == ["b2", "b2"]
    absence = {"starts": "2026-01-01T00:00:00Z", "ends": "2099-01-01T00:00:00Z"}
    await change(routing, "b1")
    await change(routing, "b2", absences=[absence])
    assert [await owner(routing) for _ in range(2)] == ["b1", "b1"]


async def test_fc_3_the_skill_closest_to_the_category_comes_before_the_load(
    routing: ServiceUnderTest,
) -> None:
    await change(routing, "b1", skills=["billing"])
    await change(routing, "b2", skills=["billing/fees"])
    assert [await owner(routing, category="billing/fees/late") for _ in range(3)] == ["b2"] * 3
    assert await owner(routing, category="billing/other") == "b1"


async def test_fc_3_that_skill_comes_first_is_policy(strict: ServiceUnderTest) -> None:
    await change(strict, "b2", skills=["billing/fees"])
    assert await owner(strict, category="billing/fees") == "b1"


async def test_fc_3_whoever_has_a_full_desk_gets_nothing_more(routing: ServiceUnderTest) -> None:
    await change(routing, "b1", max_open=1)
    assert [await owner(routing) for _ in range(4)] == ["b1", "b2", "b2", "b2"]


async def test_fc_3_the_cap_of_a_day_is_policy_and_begins_anew_with_the_day(
    routing: ServiceUnderTest, strict: ServiceUnderTest
) -> None:
    for place, expected in ((routing, "b1"), (strict, "b2")):
        first = await taken_by(place, "b1")
        await resolve(place, first, "b1")
        await taken_by(place, "b2", repeat_of=first, repeat_index=2)  # stays with b1, as a repeat
        await execute(place, "UPDATE staff_load SET open = -1 WHERE staff_id = 'b1'")
        assert await owner(place) == expected
    await execute(strict, "UPDATE staff_load SET day = day - 1, open = 0")
    assert await owner(strict) in {"b1", "b2"}
    assert await reason(strict) == "LEAST_LOADED"


async def test_fc_3_every_talk_with_a_customer_counts_as_a_contact_of_the_day(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b1")
    await resolve(routing, complaint_id, "b1")
    await post(routing, complaint_id, "steps", step="FOLLOW_UP", by="b1")
    items = (await routing.client.get("/routing/v1/staff?department=billing")).json()["items"]
    b1 = next(item for item in items if item["staff_id"] == "b1")
    assert (b1["customers_today"], b1["contacts_today"]) == (1, 4)


async def test_fc_3_after_an_abusive_call_nothing_is_assigned_for_a_while(
    routing: ServiceUnderTest, strict: ServiceUnderTest
) -> None:
    for place, expected in ((routing, "b2"), (strict, "b1")):
        await taken_by(place, "b1", abusive=True)
        await execute(place, "UPDATE staff_load SET open = -1, customers = 0")
        assert await owner(place) == expected


async def test_fc_3_after_an_abusive_later_call_nothing_is_assigned_for_a_while_either(
    routing: ServiceUnderTest, strict: ServiceUnderTest
) -> None:
    for place, expected in ((routing, "b2"), (strict, "b1")):
        complaint_id = await taken_by(place, "b9")
        polite = attached(complaint_id, taken_by="b2")
        await place.hears(
            polite, attached(complaint_id, taken_by="b1").model_copy(update={"tags": (Tag.ABUSE,)})
        )
        await execute(
            place, "UPDATE staff_load SET customers = 0, open = CASE staff_id WHEN 'b1' THEN -1 ELSE 9 END"
        )
        await report(place, b9="AWAY")
        assert await owner(place) == expected


async def test_fc_3_later_calls_count_as_contacts_of_the_day_and_messages_do_not(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b9")
    once, message = attached(complaint_id, taken_by="b1"), attached(complaint_id)
    await routing.hears(once, attached(complaint_id, taken_by="b1"), message)
    await routing.hears(attached(complaint_id, taken_by="nobody of ours"))
    items = (await routing.client.get("/routing/v1/staff?department=billing")).json()["items"]
    found = {item["staff_id"]: (item["customers_today"], item["contacts_today"]) for item in items}
    assert (found["b1"], found["b2"]) == ((0, 2), (0, 0))


async def test_fc_1_who_rests_still_owns_the_call_that_they_take(routing: ServiceUnderTest) -> None:
    await taken_by(routing, "b1", abusive=True)
    await report(routing, b1="AWAY")
    complaint_id: UUID = await taken_by(routing, "b1")
    assert (await shown(routing, complaint_id))["owner"]["staff_id"] == "b1"
