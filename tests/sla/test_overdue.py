"""Sla through its doors: what is overdue for long without a stated reason stands in the management's report (section 5)."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.overdue import overdue_before
from tests.builders import closed, owner_named
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, receive, time_passes

DAY = 24 * HOUR
RESULT = 72 * HOUR
ONLY_DAYS_WORKED = """
[sla]
version = 't'
[sla.overdue]
listed_after = { working_days = 5, calendar = 'cn-default' }
"""


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def overdue(sla: ServiceUnderTest, **asked: Any) -> list[dict[str, Any]]:
    answer = await sla.client.get("/sla/v1/reports/overdue", params={"kind": "SOLVE"} | asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["promises"])


async def broken(sla: ServiceUnderTest, *, for_: timedelta, **owner: Any) -> UUID:
    """A complaint whose result is overdue for so long, and nobody has closed it."""
    complaint_id = await receive(sla)
    await sla.hears(owner_named(complaint_id, **owner))
    await time_passes(sla, RESULT + for_)
    return complaint_id


async def state(sla: ServiceUnderTest, complaint_id: UUID, promise_id: Any, **form: Any) -> Any:
    body = {"by": "l1", "reason": "the part comes from abroad"} | form
    path = f"/sla/v1/complaints/{complaint_id}/promises/{promise_id}/overdue-reason"
    return await sla.client.put(path, json=body)


async def test_section_5_what_is_overdue_for_five_days_is_listed_with_who_answers_for_it(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await broken(sla, for_=5 * DAY + HOUR)
    [listed] = await overdue(sla)
    assert listed["complaint_id"] == str(complaint_id)
    told = {name: listed[name] for name in ("kind", "level", "owner_id", "lead_id", "owner_department")}
    assert told == {
        "kind": "SOLVE",
        "level": "L3",
        "owner_id": "a100",
        "lead_id": "l1",
        "owner_department": "front-desk",
    }
    assert listed["overdue_seconds"] == pytest.approx((5 * DAY + HOUR).total_seconds(), abs=60)


async def test_section_5_what_is_overdue_for_less_or_has_ended_is_not_listed(sla: ServiceUnderTest) -> None:
    await broken(sla, for_=5 * DAY - HOUR)
    assert await overdue(sla) == []
    ended = await broken(sla, for_=6 * DAY)
    await sla.hears(closed(ended))
    assert str(ended) not in {one["complaint_id"] for one in await overdue(sla)}


async def test_section_5_a_stated_reason_takes_it_from_the_list(sla: ServiceUnderTest) -> None:
    complaint_id = await broken(sla, for_=6 * DAY)
    [listed] = await overdue(sla)
    answer = await state(sla, complaint_id, listed["promise_id"])
    assert answer.status_code == 200, answer.text
    assert await overdue(sla) == []
    [told] = await overdue(sla, stated=True)
    assert (told["reason"], told["stated_by"]) == ("the part comes from abroad", "l1")
    await state(sla, complaint_id, listed["promise_id"], reason="it arrived broken")
    assert [one["reason"] for one in await overdue(sla, stated=True)] == ["it arrived broken"]


async def test_section_5_after_how_long_it_is_listed_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.overdue]\nlisted_after=3600")
    await broken(sla, for_=2 * HOUR)
    assert len(await overdue(sla)) == 1


async def test_section_5_the_five_days_may_be_working_days(start_service: StartService) -> None:
    sla = await start_service("sla", ONLY_DAYS_WORKED)
    await broken(sla, for_=5 * DAY + HOUR)
    assert await overdue(sla) == []
    await time_passes(sla, 10 * DAY)
    assert len(await overdue(sla)) == 1


async def test_section_5_the_list_is_chosen_from_by_kind_and_department_and_the_oldest_come_first(
    sla: ServiceUnderTest,
) -> None:
    first = await broken(sla, for_=6 * DAY, department="billing")
    await broken(sla, for_=6 * DAY)
    assert (await overdue(sla))[0]["complaint_id"] == str(first)
    assert len(await overdue(sla, department="billing")) == 1
    assert {one["kind"] for one in await overdue(sla, kind="CONTACT")} == {"CONTACT"}
    limited = (await sla.client.get("/sla/v1/reports/overdue?limit=1")).json()
    assert (len(limited["promises"]), limited["left_out"] > 0) == (1, True)


async def test_section_5_the_list_comes_as_a_table_too(sla: ServiceUnderTest) -> None:
    complaint_id = await broken(sla, for_=6 * DAY)
    answer = await sla.client.get("/sla/v1/reports/overdue?format=csv&kind=SOLVE")
    assert answer.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(answer.text.splitlines())
    assert (row["complaint_id"], row["level"], row["reason"]) == (str(complaint_id), "L3", "")


async def test_section_5_no_reason_is_stated_for_what_is_not_overdue_or_unknown(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla)
    [row] = await sla.rows("SELECT promise_id FROM promise WHERE kind = 'SOLVE'")
    refused = [await state(sla, complaint_id, row["promise_id"]), await state(sla, uuid4(), uuid4())]
    assert [one.status_code for one in refused] == [409, 404]
    assert (await state(sla, complaint_id, row["promise_id"], reason="")).status_code == 422
    assert await sla.rows("SELECT 1 FROM overdue_reason") == []


@given(st.integers(0, 40 * 86_400), st.integers(1, 20))
def test_section_5_the_moment_that_parts_them_is_found(second: int, days: int) -> None:
    """Against a calendar of ours in which only every second day counts."""
    start = datetime(2026, 11, 1, tzinfo=UTC)

    def over_at(due_at: datetime) -> datetime:
        whole = (due_at - start) // DAY
        worked = due_at if whole % 2 == 0 else start + (whole + 1) * DAY
        return worked + 2 * days * DAY

    moment = start + timedelta(seconds=second)
    before = overdue_before(moment, over_at)
    assert over_at(before) <= moment < over_at(before + timedelta(milliseconds=2))
