"""A policy tried on the past: the one in force finds what was found then, another one finds what it would have."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.command.sla_doors.what_if import try_file
from services.sla import what_if
from tests.builders import complaint_received, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .asking import asking
from .calendars_to_test import SPRING_FESTIVAL
from .promised import HOUR, receive
from .test_calendars_kept import IN_CALENDAR, at, get
from .test_promises_paused import paused, resumed

FASTER = {"policy": {"version": "faster", "matrix": {"S3": {"S": {"SOLVE": 36_000}}}}}


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def tried(sla: ServiceUnderTest, document: Any, query: str = "", status: int = 200) -> Any:
    answer = await sla.client.post(f"/sla/v1/what-if{query}", json=document)
    assert answer.status_code == status, answer.text
    return answer.json()


async def solved_after(sla: ServiceUnderTest, *hours: float, **facts: Any) -> None:
    received = now() - 200 * HOUR
    complaints = [uuid4() for _ in hours]
    await sla.hears(*(complaint_received(one, received_at=received, **facts) for one in complaints))
    await sla.hears(
        *(resolved(one, resolved_at=received + h * HOUR) for one, h in zip(complaints, hours, strict=True))
    )


async def test_a_faster_target_shows_how_many_would_have_been_late(sla: ServiceUnderTest) -> None:
    await solved_after(sla, 5, 11, 20, 73)
    solve = (await tried(sla, FASTER))["by_kind"]["SOLVE"]
    assert (solve["promises"], solve["late"], solve["would_be_late"]) == (4, 1, 3)
    assert (solve["newly_late"], solve["late_no_more"], solve["due_earlier"]) == (2, 0, 4)
    assert (await get(sla, "policy"))["version"] != "faster", "nothing is changed"


async def test_a_slower_target_shows_how_many_would_not_have_been_late(sla: ServiceUnderTest) -> None:
    await solved_after(sla, 73, 5)
    slower = {"policy": {"version": "slower", "matrix": {"S3": {"S": {"SOLVE": 864_000}}}}}
    slower["policy"]["matrix"]["S4"] = {"S": {"SOLVE": 864_000}}  # type: ignore[index]
    solve = (await tried(sla, slower))["by_kind"]["SOLVE"]
    assert (solve["late"], solve["would_be_late"], solve["late_no_more"]) == (1, 0, 1)


async def test_the_policy_in_force_finds_what_was_found_then(sla: ServiceUnderTest) -> None:
    await solved_after(sla, 5, 73)
    waited = await receive(sla, received_at=now() - 100 * HOUR)
    pause = paused(waited, 90)
    await sla.hears(pause)
    await sla.hears(resumed(pause, 60))
    await sla.hears(resolved(waited), reopened(waited), resolved(waited, round=2))
    await receive(sla, repeat_index=2, grade="V")
    extended = await receive(sla)
    form = {"seconds": 7200, "reason": "parts", "by": "a1", "approved_by": "l1", "approver_role": "TEAM_LEAD"}
    answer = await sla.client.post(f"/sla/v1/complaints/{extended}/extensions", json=form)
    assert answer.status_code == 201, answer.text
    told = await tried(sla, {})
    for counts in told["by_kind"].values():
        assert counts["late"] == counts["would_be_late"]
        assert (counts["due_earlier"], counts["due_later"], counts["newly_late"]) == (0, 0, 0)
    assert told["by_kind"]["SOLVE"]["promises"] == 6


async def test_a_named_policy_and_a_calendar_of_its_own_can_be_tried(start_service: StartService) -> None:
    sla = await start_service("sla", IN_CALENDAR)
    await receive(sla, received_at=at("2026-03-02T09:00"), department="network")
    document = {
        "policy": {
            "version": "n",
            "policies": [
                {
                    "name": "network",
                    "when": {"department": ["network"]},
                    "targets": {"SOLVE": {"seconds": 36_000, "calendar": "trial"}},
                }
            ],
        },
        "calendars": {"trial": SPRING_FESTIVAL | {"holidays": {"2026-03-02": "trial"}}},
    }
    span = "?since=2026-03-01T00:00:00Z&until=2026-03-04T00:00:00Z"
    told = await tried(sla, document, span)
    assert told["by_policy"]["network"]["promises"] == 4
    assert told["by_kind"]["SOLVE"]["due_later"] == 1
    assert [row["name"] for row in await get(sla, "calendars")] == ["cn-default"]


async def test_it_goes_page_by_page_and_stops_where_it_is_told_to(
    sla: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "PAGE", 3)
    await solved_after(sla, 11, 12)
    everything = await tried(sla, FASTER)
    assert (everything["tried"], everything["there_are_more"]) == (8, False)
    some = await tried(sla, FASTER, "?most=5")
    assert (some["tried"], some["there_are_more"]) == (5, True)
    assert [one["late_by"] for one in everything["newly_late"]] == [7200, 3600]


@pytest.mark.parametrize(
    ("document", "query", "field"),
    [
        ({"policy": {"version": "n", "acknowledge": 0}}, "", "policy.acknowledge"),
        ({"policy": {"version": "n", "calendar": "nobody"}}, "", "policy"),
        ({"calendars": {"x": {"zone": "Mars", "week": {}}}}, "", "calendars.x.zone"),
        ({}, "?most=0", "most"),
        ({}, "?since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z", "until"),
    ],
)
async def test_what_cannot_be_tried_is_refused_with_its_place(
    sla: ServiceUnderTest, document: Any, query: str, field: str
) -> None:
    refused = await tried(sla, document, query, 422)
    assert refused["errors"][0]["field"].startswith(field)


async def test_what_was_tried_is_printed(sla: ServiceUnderTest, tmp_path: Path) -> None:
    await solved_after(sla, 11, 73)
    file = tmp_path / "faster.toml"
    file.write_text('[policy]\nversion = "faster"\nmatrix.S3.S.SOLVE = 36000\n', encoding="utf-8")
    text = await try_file(asking(sla), file, as_json=False)
    assert "         SOLVE               2               1               2               1" in text
    assert "R26112100000001 SOLVE + 1.0 h" in text
    assert "新增逾期" in await try_file(asking(sla, "zh-CN"), file, as_json=False)
    assert '"newly_late": 1' in await try_file(asking(sla), file, as_json=True)


async def test_a_regulators_clock_is_tried_as_the_clock_of_that_name(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.regulator]\nprofile='CN-TELECOM'")
    await receive(sla, kind="BYPASS", received_at=now() - 300 * HOUR)
    assert (await tried(sla, {}))["by_kind"]["REGULATOR"]["would_be_late"] == 0
    clocks = {"CN-TELECOM": {"clocks": [{"name": "answer", "target": 864_000}]}}
    shorter = {"policy": {"version": "n", "regulator": {"profiles": clocks}}}
    counts = (await tried(sla, shorter))["by_kind"]["REGULATOR"]
    assert (counts["promises"], counts["newly_late"], counts["due_earlier"]) == (1, 1, 1)


async def test_a_regulators_clock_that_would_not_run_is_left_out(sla: ServiceUnderTest) -> None:
    await receive(sla, kind="BYPASS")
    told = await tried(sla, {"policy": {"version": "n", "regulator": {"profile": ""}}})
    assert "REGULATOR" not in told["by_kind"]
    assert told["by_kind"]["SOLVE"]["promises"] == 1
