"""Holiday feeds: what they say is a proposal and moves nothing; what cannot be read is refused with its line."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.read_feed import Feed, FeedFaultError, read_feed
from shared.events.sla import PromiseRecomputed
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE
from .promised import receive
from .test_calendars_kept import IN_CALENDAR, at, dues, get

TWO_EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270206
DTEND;VALUE=DATE:20270213
SUMMARY:春节（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270130
SUMMARY:春节
 补班
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def send(sla: ServiceUnderTest, text: str | bytes, query: str = "") -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    headers = {"content-type": "text/calendar"}
    return await sla.client.post(
        f"/sla/v1/calendars/cn-default/imports{query}", content=content, headers=headers
    )


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])


async def test_peers_cal_7_an_imported_feed_moves_no_due_time_until_it_is_approved(
    sla: ServiceUnderTest,
) -> None:
    """Zammad 390: an imported holiday feed silently moved deadlines."""
    complaint_id = await receive(sla, received_at=at("2027-02-05T16:00"))
    before = await dues(sla, complaint_id)
    answer = await send(sla, TWO_EVENTS, "?published_through=2027-12-31")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert list(told["holidays"]) == [f"2027-02-{day:02d}" for day in range(6, 13)]
    assert told["workdays"] == {"2027-01-30": "春节补班"}
    assert told["document"]["days"]["2027-01-30"] == OFFICE
    await sla.let_pass(timedelta())
    assert (await get(sla, "calendars/cn-default"))["version"] == 1
    assert await dues(sla, complaint_id) == before
    approval = f"/sla/v1/calendars/cn-default/versions/{told['version']}/approval"
    assert (await sla.client.post(f"{approval}?dry_run=true")).json()["later"] == 2
    assert (await sla.client.post(approval)).status_code == 200
    await sla.let_pass(timedelta())
    assert (await dues(sla, complaint_id))["SOLVE"] == at("2027-02-16T09:30")
    assert len(await sla.said(PromiseRecomputed)) == 3
    shown = await get(sla, "calendars/cn-default")
    assert shown["document"]["published_through"] == "2027-12-31"
    assert "2026-02-17" in shown["document"]["holidays"], "what lies outside of the feed stays"


async def test_a_feed_for_a_calendar_that_is_not_there_is_refused(sla: ServiceUnderTest) -> None:
    answer = await sla.client.post("/sla/v1/calendars/nobody/imports", content=TWO_EVENTS)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "there is no day in it"),
        ("hello", 1, "there is no day in it"),
        (event("SUMMARY:x"), 4, "without DTSTART"),
        (event("DTSTART:20260230"), 3, "no whole day"),
        (event("DTSTART:00010101"), 3, "no whole day"),
        (event("DTSTART:20260217T090000Z"), 3, "no whole day"),
        (event("DTSTART:20260217", "DTEND:20260217"), 4, "ends before it begins"),
        (event("DTSTART:20260217", "DTEND:20990217"), 4, "more than 366 days"),
        (event("DTSTART:20260217", "RRULE:FREQ=YEARLY"), 4, "repeats"),
        ("BEGIN:VEVENT\nDTSTART:20260217", 2, "has no end"),
    ],
)
async def test_a_feed_that_cannot_be_read_is_refused_with_its_line(
    sla: ServiceUnderTest, text: str, line: int, reason: str
) -> None:
    refused = await send(sla, text)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "body"
    assert error["message"].startswith(f"line {line}: ")
    assert reason in error["message"]
    assert len(await get(sla, "calendars")) == 1, "nothing is stored"


async def test_what_is_no_text_or_no_date_is_refused(sla: ServiceUnderTest) -> None:
    assert (await send(sla, b"\xff\xfe")).json()["errors"][0]["message"] == "is not UTF-8"
    for wrong in ("0001-01-01", "soon"):
        refused = await send(sla, TWO_EVENTS, f"?published_through={wrong}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "published_through")


@pytest.mark.parametrize(
    ("name", "worked"),
    [
        ("春节 补班", True),
        ("国庆节（班）", True),
        ("Make-up day", True),
        ("元旦（休）", False),
        ("不上班", False),
        ("Non-working day", False),
        ("", False),
    ],
)
def test_a_make_up_day_is_known_by_its_name(name: str, worked: bool) -> None:
    feed = read_feed(event("DTSTART;VALUE=DATE:20260214", f"SUMMARY:{name}"))
    assert (date(2026, 2, 14) in feed.workdays) is worked
    assert (date(2026, 2, 14) in feed.holidays) is not worked


def test_the_words_for_make_up_days_can_be_others() -> None:
    feed = read_feed(event("DTSTART:20260214", "SUMMARY:Arbeitstag"), ["arbeitstag"])
    assert feed == Feed({}, {date(2026, 2, 14): "Arbeitstag"})


def test_names_are_unescaped_and_cancelled_events_do_not_count() -> None:
    feed = read_feed(
        event("DTSTART:20260217", r"SUMMARY:Spring\, festival\n(1)", "END:VEVENT", "BEGIN:VEVENT")
        .replace("END:VCALENDAR", "")
        .replace(
            "BEGIN:VEVENT\r\nEND:VEVENT", "BEGIN:VEVENT\r\nDTSTART:20260218\r\nSTATUS:CANCELLED\r\nEND:VEVENT"
        )
    )
    assert feed.holidays == {date(2026, 2, 17): "Spring, festival (1)"}


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_sent_is_a_feed_or_is_refused(text: str) -> None:
    for given_text in (text, event("DTSTART:20260217", text), event(text, "DTEND:20260218")):
        with suppress(FeedFaultError):
            first, last = read_feed(given_text).span()
            assert first <= last
