"""A due time told step by step, so that a person can add it up by hand: slots, pauses, extensions, factors."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.used_time import used_time
from services.sla.working_time import Paused
from shared.events.routing import ComplaintPaused, ComplaintResumed
from shared.events.vocabulary import PauseReason
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import PATTERNS, ZONES, case_of
from .promised import HOUR, receive
from .test_calendars_kept import IN_CALENDAR, at

FESTIVAL = ("农历除夕", "春节", "休息日（由 2026-02-14 调休）", "休息日（由 2026-02-28 调休）")
BEGIN = datetime(2026, 3, 27, 8, tzinfo=UTC)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def told(
    sla: ServiceUnderTest, complaint_id: UUID, kind: str = "SOLVE", query: str = ""
) -> list[dict[str, Any]]:
    """The steps of one promise; whatever it is, its stretches add up to its target."""
    answer = await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises{query}")
    assert answer.status_code == 200, answer.text
    [promise] = [row for row in answer.json() if row["kind"] == kind]
    steps: list[dict[str, Any]] = promise["steps"]
    counted = sum(step["seconds"] for step in steps if step["what"] == "USED")
    assert counted == pytest.approx(promise["target_seconds"])
    assert (steps[0]["what"], steps[-1]["what"]) == ("START", "DUE")
    assert steps[-1]["until"][:16] == _in_zone_of(steps[0]["from"], promise["due_at"])[:16]
    return steps


def _in_zone_of(example: str, moment: str) -> str:
    zone = datetime.fromisoformat(example).tzinfo
    return datetime.fromisoformat(moment).astimezone(zone).isoformat()


async def pause(sla: ServiceUnderTest, complaint_id: UUID, since: datetime, until: datetime | None) -> None:
    """Handling waited for the customer between two moments; until now, and on, if there is no end."""
    pause_id = uuid4()
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "pause_id": pause_id,
        "reason": PauseReason.WAIT_CUSTOMER,
        "paused_at": since,
    }
    await sla.hears(
        ComplaintPaused(**facts, evidence="message 1", by="a100", resumes_at=since + timedelta(days=3))
    )
    if until is not None:
        await sla.hears(ComplaintResumed(**facts, because="STAFF", resumed_at=until))


async def test_a_due_time_across_the_spring_festival_is_told_in_english_and_chinese(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla, received_at=at("2026-02-13T16:00"))
    steps = await told(sla, complaint_id)
    assert [step["en"] for step in steps] == [
        "It starts on 2026-02-13 16:00 +0800.",
        "Its target, by policy t: severity S3, grade S, cell S3×S: 10 h.",
        "Only working time of the calendar cn-default, version 1, in Asia/Shanghai, counts.",
        "2026-02-13 16:00 +0800 to 2026-02-13 18:00 +0800: 2 h, 8 h left.",
        "2026-02-14 09:00 +0800 to 2026-02-14 12:00 +0800: 3 h, 5 h left.",
        "2026-02-14 13:30 +0800 to 2026-02-14 18:00 +0800: 4 h 30 min, 30 min left.",
        f"2026-02-15 to 2026-02-23: nobody works ({', '.join(FESTIVAL)}).",
        "2026-02-24 09:00 +0800 to 2026-02-24 09:30 +0800: 30 min, 0 s left.",
        "It is due on 2026-02-24 09:30 +0800.",
    ]
    assert steps[1]["zh-CN"] == "时限（策略 t）：严重度 S3，等级 S，按 S3×S 格为 10 小时。"
    assert steps[2]["zh-CN"] == "仅计日历 cn-default 第 1 版（时区 Asia/Shanghai）的工作时间。"
    assert steps[3]["zh-CN"] == "2026-02-13 16:00 +0800 至 2026-02-13 18:00 +0800：计 2 小时，剩余 8 小时。"
    assert steps[6]["zh-CN"].startswith("2026-02-15 至 2026-02-23：非工作时间（农历除夕、春节、")
    assert steps[-1]["zh-CN"] == "截止 2026-02-24 09:30 +0800。"


async def test_the_rule_by_which_it_begins_is_told_with_its_working_days(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2026-03-07T11:00"))
    steps = await told(sla, complaint_id, "UPDATE")
    assert steps[1]["en"].endswith("which are 2 working days.")
    assert steps[1]["zh-CN"].endswith("即 2 个工作日。")
    assert steps[3]["en"] == "By the rule office counting begins on 2026-03-09 09:00 +0800."
    assert steps[3]["zh-CN"] == "按起算规则 office，自 2026-03-09 09:00 +0800 开始计时。"


async def test_peers_a_pause_gives_back_the_working_time_it_took_and_no_more(sla: ServiceUnderTest) -> None:
    """GLPI 10594, 14492: a pause over a weekend is counted in the unit of its promise."""
    complaint_id = await receive(sla, received_at=at("2026-03-06T16:00"))
    await pause(sla, complaint_id, at("2026-03-06T17:00"), at("2026-03-09T10:00"))
    steps = await told(sla, complaint_id)
    [stop] = [step for step in steps if step["what"] == "PAUSE"]
    assert stop["en"] == (
        "2026-03-06 17:00 +0800 to 2026-03-09 10:00 +0800: it stood still, waiting for the customer;"
        " 2 h not counted."
    )
    assert "暂停（等待客户），不计 2 小时。" in stop["zh-CN"]
    assert steps[-1]["en"] == "It is due on 2026-03-10 11:30 +0800."


async def test_a_clock_that_stands_still_says_since_when_and_why(start_service: StartService) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla, received_at=now() - 4 * HOUR)
    await pause(sla, complaint_id, now() - 3 * HOUR, now() - 2 * HOUR)
    await pause(sla, complaint_id, now() - HOUR, None)
    steps = await told(sla, complaint_id)
    assert [step["what"] for step in steps] == ["START", "TARGET", "USED", "PAUSE", "USED", "PAUSED", "DUE"]
    assert "It has stood still since" in steps[5]["en"]
    assert "恢复后截止时间顺延" in steps[5]["zh-CN"]


async def test_sla_x_an_extension_is_told_apart_from_the_target(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2126-03-05T16:00"))
    form = {
        "seconds": 7200,
        "reason": "parts are on the way",
        "by": "a1",
        "approved_by": "l1",
        "approver_role": "TEAM_LEAD",
    }
    answer = await sla.client.post(f"/sla/v1/complaints/{complaint_id}/extensions", json=form)
    assert answer.status_code == 201, answer.text
    steps = await told(sla, complaint_id)
    assert "cell S3×S: 10 h." in steps[1]["en"]
    assert steps[2]["en"] == "It was extended by 2 h, approved as TEAM_LEAD (SLA-X)."
    assert steps[2]["zh-CN"] == "经 TEAM_LEAD 批准延长 2 小时（SLA-X）。"


async def test_peers_times_are_shown_in_the_zone_that_is_asked_for(sla: ServiceUnderTest) -> None:
    """Frappe 3776: a due time is one moment, whatever the zone of who looks at it."""
    complaint_id = await receive(sla, received_at=at("2026-02-13T16:00"))
    steps = await told(sla, complaint_id, query="?zone=America/New_York")
    assert steps[-1]["en"] == "It is due on 2026-02-23 20:30 -0500."
    assert (await told(sla, complaint_id, "ACK"))[-1]["en"] == "It is due on 2026-02-13 08:01 +0000."
    for wrong in ("Asia/Atlantis", "../etc/passwd", "x" * 61):
        refused = await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises?zone={wrong}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "zone")


async def test_a_due_time_that_may_move_says_so(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2026-12-31T17:00"))
    steps = await told(sla, complaint_id)
    assert "the holidays of that time are not published yet" in steps[-1]["en"]
    assert "尚未公布" in steps[-1]["zh-CN"]


async def test_a_very_long_target_is_told_in_short(start_service: StartService) -> None:
    policy = IN_CALENDAR.replace("SOLVE = { seconds = 36000", "SOLVE = { seconds = 1800000")
    sla = await start_service("sla", policy)
    complaint_id = await receive(sla, received_at=at("2026-03-02T09:00"))
    answer = await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")
    [solve] = [row for row in answer.json() if row["kind"] == "SOLVE"]
    [more] = [step for step in solve["steps"] if step["what"] == "MORE"]
    used = [step for step in solve["steps"] if step["what"] == "USED"]
    assert len(used) == 100
    assert sum(step["seconds"] for step in used) + more["seconds"] == 1_800_000
    assert more["left"] == 0


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(sorted(PATTERNS)),
    st.floats(1, 200_000),
    st.lists(st.integers(0, 60_000), max_size=6, unique=True),
)
def test_pau_7_the_stretches_used_add_up_to_the_target_whatever_the_pauses(
    zone: str, pattern: str, seconds: float, ends: list[int]
) -> None:
    moments = [BEGIN + timedelta(minutes=minute) for minute in sorted(ends)]
    pauses = [Paused(*pair) for pair in zip(moments[::2], moments[1::2], strict=False)]
    working = case_of(zone, pattern)
    due = working.due(BEGIN, seconds, pauses)
    used = used_time(BEGIN, due, working, pauses)
    assert sum(one.seconds for one in used) == pytest.approx(seconds, abs=1e-5)
    assert all(one.since < one.until for one in used)
    assert not [1 for one in used for stop in pauses if one.since < stop.until and stop.since < one.until]
