"""CAL-5 through the doors: how long a calendar may rest, and when the search for its working time is given up."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, a_week
from .promised import receive
from .test_calendars_kept import IN_CALENDAR, SHANGHAI, dues, get, put
from .test_feeds import send
from .test_setup import put as put_setup

THIS_YEAR = datetime.now(UTC).astimezone(SHANGHAI).year
REFUSED_AT = "week"


def resting(first: date, days: int) -> dict[str, Any]:
    """An office that works every day, but not for so many days from `first` on."""
    rest = {(first + timedelta(days=number)).isoformat(): "rest" for number in range(days)}
    every_day = a_week(OFFICE, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    return {"zone": "Asia/Shanghai", "week": every_day, "holidays": rest}


def with_rest(**numbers: int) -> str:
    far = IN_CALENDAR.replace("31536000", "316000000")
    return far + "\n[sla.rest]\n" + "\n".join(f"{name} = {n}" for name, n in numbers.items())


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


SUMMER = date(THIS_YEAR + 1, 7, 1)


async def test_cal_5_a_calendar_that_rests_for_more_than_thirty_days_is_refused(
    sla: ServiceUnderTest,
) -> None:
    refused = await put(sla, "cn-default", resting(SUMMER, 31), 422)
    assert refused["errors"][0]["field"] == REFUSED_AT
    assert "more than 30 days" in refused["detail"]
    assert len(await get(sla, "calendars")) == 1, "nothing is stored"


async def test_cal_5_a_calendar_that_rests_for_thirty_days_is_saved(sla: ServiceUnderTest) -> None:
    saved = await put(sla, "cn-default", resting(SUMMER, 29))
    assert saved["versions"] == {"cn-default": 2}


@pytest.mark.parametrize(
    ("longest", "rests", "status"), [(50, 45, 200), (50, 55, 422), (10, 9, 200), (10, 12, 422)]
)
async def test_cal_5_how_long_a_calendar_may_rest_is_policy(
    start_service: StartService, longest: int, rests: int, status: int
) -> None:
    sla = await start_service("sla", with_rest(longest_days=longest))
    told = await put(sla, "cn-default", resting(SUMMER, rests), status)
    assert status == 200 or f"more than {longest} days" in told["detail"]


@pytest.mark.parametrize(("looked_at", "status"), [(2, 422), (1, 200)])
async def test_cal_5_how_far_ahead_a_calendar_is_looked_at_is_policy(
    start_service: StartService, looked_at: int, status: int
) -> None:
    sla = await start_service("sla", with_rest(years_looked_at=looked_at))
    await put(sla, "cn-default", resting(SUMMER, 60), status)


async def test_cal_5_a_dry_run_and_a_feed_are_refused_alike(sla: ServiceUnderTest) -> None:
    answer = await sla.client.put("/sla/v1/calendars/cn-default?dry_run=true", json=resting(SUMMER, 60))
    assert answer.status_code == 422, answer.text
    feed = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        f"DTSTART;VALUE=DATE:{SUMMER:%Y%m%d}",
        f"DTEND;VALUE=DATE:{SUMMER + timedelta(days=60):%Y%m%d}",
        "SUMMARY:closed",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    answer = await send(sla, "\r\n".join(feed))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == REFUSED_AT


async def test_cal_5_a_set_up_is_judged_by_the_policy_that_it_brings(sla: ServiceUnderTest) -> None:
    document = {"calendars": {"cn-default": resting(SUMMER, 60)}}
    refused = await put_setup(sla, document, 422)
    assert refused["errors"][0]["field"] == "calendars.cn-default.week"
    longer = {"version": "patient", "rest": {"longest_days": 90}}
    told = await put_setup(sla, document | {"policy": longer})
    assert (told["changed"], told["policy_version"]) == (True, "patient")
    fewer = {"policy": {"version": "hasty", "rest": {"search_days": 60}}}
    refused = await put_setup(sla, fewer, 422)
    assert "search_days must be more than longest_days" in refused["detail"]


@pytest.mark.parametrize("search", [400, 500])
async def test_cal_5_what_rests_too_long_all_the_same_counts_day_and_night_after_the_search(
    start_service: StartService, search: int
) -> None:
    """The rest begins after the years that are looked at: the search from there on ends after so many days."""
    sla = await start_service("sla", with_rest(years_looked_at=1, search_days=search))
    new_year = date(THIS_YEAR + 1, 1, 1)
    await put(sla, "cn-default", resting(new_year, 730))
    complaint_id = await receive(sla, received_at=datetime.combine(new_year, time(9), SHANGHAI))
    closed = datetime.combine(new_year - timedelta(days=1), time(18), SHANGHAI)
    assert (await dues(sla, complaint_id))["SOLVE"] == closed + timedelta(days=search, hours=10)


async def test_cal_5_a_rest_that_the_search_gets_over_counts_nothing(start_service: StartService) -> None:
    sla = await start_service("sla", with_rest(years_looked_at=1, search_days=1000))
    new_year = date(THIS_YEAR + 1, 1, 1)
    await put(sla, "cn-default", resting(new_year, 730))
    complaint_id = await receive(sla, received_at=datetime.combine(new_year, time(9), SHANGHAI))
    works_again = datetime.combine(new_year + timedelta(days=730), time(9), SHANGHAI)
    assert (await dues(sla, complaint_id))["SOLVE"] == works_again + timedelta(days=1, hours=2.5)
