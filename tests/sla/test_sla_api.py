"""Sla through its doors: what people and programs may read of promises."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.sla.explain import duration
from tests.builders import complaint_received, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, VERSION, receive, time_passes


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


async def get(sla: ServiceUnderTest, path: str) -> Any:
    answer = await sla.client.get(f"/sla/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def promises(sla: ServiceUnderTest, complaint_id: UUID) -> dict[str, dict[str, Any]]:
    return {row["kind"]: row for row in await get(sla, f"complaints/{complaint_id}/promises")}


async def test_the_promises_to_a_complaint_are_shown_with_their_reasons(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S2", grade="K")
    shown = await promises(sla, complaint_id)
    assert list(shown) == ["ACK", "CONTACT", "UPDATE", "SOLVE"]
    solve = shown["SOLVE"]
    assert (solve["state"], solve["target_seconds"], solve["cell"]) == ("OPEN", 28_800, "S2×K")
    assert (solve["policy_version"], solve["next_rung"], solve["rungs"]) == (VERSION, "W1", [])
    assert "severity S2, grade K, cell S2×K: 8 h; counted day and night from" in solve["explanation"]["en"]
    assert "严重度 S2，等级 K，按 S2×K 格为 8 小时；自" in solve["explanation"]["zh-CN"]
    assert "1 min for everybody" in shown["ACK"]["explanation"]["en"]
    assert "对所有客户均为 1 分钟" in shown["ACK"]["explanation"]["zh-CN"]


async def test_sla_f_and_fu_7_are_explained(sla: ServiceUnderTest) -> None:
    repeated = await promises(sla, await receive(sla, repeat_index=2))
    told = repeated["SOLVE"]["explanation"]
    assert "S2 (S3 raised because it is repeated, SLA-F)" in told["en"]
    assert "cell S2×S: 2 d, × 0.5 (SLA-F) = 1 d" in told["en"]
    assert "（重复投诉，由 S3 上调，SLA-F）" in told["zh-CN"]
    assert "2 天，× 0.5（SLA-F）= 1 天" in told["zh-CN"]
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    rows = await get(sla, f"complaints/{complaint_id}/promises")
    [again] = [row for row in rows if row["round"] == 2]
    assert "3 d, × 0.5 (FU-7) = 1 d 12 h" in again["explanation"]["en"]


async def test_1_2_a_cell_that_is_sooner_than_the_own_one_is_explained(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.matrix.S3.V]\nCONTACT=86400")
    contact = (await promises(sla, await receive(sla, grade="V")))["CONTACT"]
    assert "cell S3×S: 4 h (sooner than the own cell S3×V)" in contact["explanation"]["en"]
    assert "按 S3×S 格为 4 小时（早于本格 S3×V）" in contact["explanation"]["zh-CN"]


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0.25, "0.25 s", "0.25 秒"),
        (60, "1 min", "1 分钟"),
        (5400, "1 h 30 min", "1 小时 30 分钟"),
        (129_600, "1 d 12 h", "1 天 12 小时"),
        (90_061.5, "1 d 1 h 1 min 1.5 s", "1 天 1 小时 1 分钟 1.5 秒"),
    ],
)
def test_a_duration_is_said_in_both_languages(seconds: float, english: str, chinese: str) -> None:
    assert duration(seconds) == (english, chinese)


async def test_the_rungs_that_were_reached_are_shown_with_their_times(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 55 * HOUR)
    solve = (await promises(sla, complaint_id))["SOLVE"]
    assert [rung["level"] for rung in solve["rungs"]] == ["W1", "W2"]
    assert all(rung["reached_at"] >= rung["due_at"] for rung in solve["rungs"])
    assert (solve["state"], solve["next_rung"]) == ("AT_RISK", "L1")


async def test_a_complaint_that_is_not_known_has_no_promises(sla: ServiceUnderTest) -> None:
    assert await get(sla, f"complaints/{uuid4()}/promises") == []


async def test_every_promise_is_listed_in_pages(sla: ServiceUnderTest) -> None:
    await sla.hears(*(complaint_received(uuid4()) for _ in range(3)))
    seen: list[str] = []
    after = ""
    while True:
        page = await get(sla, f"promises?limit=5{after}")
        seen += [item["promise_id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen)


async def test_promises_are_listed_by_state_kind_and_due_time(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id))
    await time_passes(sla, 2 * timedelta(minutes=1))

    async def kinds(query: str) -> set[str]:
        return {item["kind"] for item in (await get(sla, f"promises?{query}"))["items"]}

    assert await kinds("state=KEPT") == {"UPDATE", "SOLVE"}
    assert await kinds("state=BROKEN") == {"ACK"}
    assert await kinds("state=OPEN") == {"CONTACT"}
    assert await kinds("kind=SOLVE") == {"SOLVE"}
    assert await kinds("state=OPEN&kind=SOLVE") == set()
    assert await kinds(f"due_before={(now() + 5 * HOUR).strftime('%Y-%m-%dT%H:%M:%SZ')}") == {
        "ACK",
        "CONTACT",
    }


async def test_complaints_are_listed_with_the_number_of_their_promises(sla: ServiceUnderTest) -> None:
    complaints = sorted(uuid4() for _ in range(3))
    await sla.hears(*(complaint_received(complaint_id) for complaint_id in complaints))
    await sla.hears(resolved(complaints[0]), reopened(complaints[0]))
    first = await get(sla, "complaints?limit=2")
    rest = await get(sla, f"complaints?limit=2&after={first['next']}")
    items = first["items"] + rest["items"]
    assert [item["complaint_id"] for item in items] == [str(c) for c in complaints]
    assert [item["promises"]["SOLVE"] for item in items] == [2, 1, 1]
    assert items[1]["promises"] == {"ACK": 1, "CONTACT": 1, "UPDATE": 1, "SOLVE": 1}
    assert rest["next"] is None


async def test_a_complaint_is_listed_with_what_it_is_about(sla: ServiceUnderTest) -> None:
    about = {"category": "broadband/outage", "department": "network", "area": "east", "is_fault": True}
    complaint_id = await receive(sla, **about)
    [item] = (await get(sla, "complaints"))["items"]
    assert item["complaint_id"] == str(complaint_id)
    assert item["receipt_number"] == "R26112100000001"
    assert (item["channel"], item["case_type"]) == ("web", "COMPLAINT")
    assert {name: item[name] for name in about} == about


async def test_a_complaint_whose_promises_are_gone_is_listed_with_none(sla: ServiceUnderTest) -> None:
    await sla.hears(complaint_received(uuid4()))
    async with sla.engine.begin() as connection:
        await connection.execute(text("DELETE FROM promise"))
    [item] = (await get(sla, "complaints"))["items"]
    assert set(item["promises"].values()) == {0}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("complaints/not-a-uuid/promises", "complaint_id"),
        ("promises?limit=0", "limit"),
        ("promises?limit=9999999", "limit"),
        ("promises?after=1", "after"),
        ("promises?state=LOST", "state"),
        ("promises?kind=NOTHING", "kind"),
        ("promises?due_before=tomorrow", "due_before"),
        ("promises?due_before=2026-11-20T09:00:00", "due_before"),
        ("promises?due_before=0001-01-01T00:00:00%2B14:00", "due_before"),
        ("promises?due_before=9999-12-31T23:59:59-14:00", "due_before"),
        ("complaints?after=%00", "after"),
    ],
)
async def test_a_wrong_query_is_refused_with_the_field(sla: ServiceUnderTest, path: str, field: str) -> None:
    refused = await sla.client.get(f"/sla/v1/{path}")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == field


async def test_operators_see_how_many_promises_stand_how_and_how_late_rungs_were(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await receive(sla)
    await time_passes(sla, 3.5 * HOUR)
    await sla.hears(resolved(complaint_id))
    metrics = (await sla.client.get("/metrics")).text
    assert 'redress_promises{kind="ACK",state="broken"} 1.0' in metrics
    assert 'redress_promises{kind="CONTACT",state="at_risk"} 1.0' in metrics
    assert 'redress_promises{kind="SOLVE",state="open"} 0.0' in metrics
    assert 'redress_promises_settled_total{kind="SOLVE",outcome="kept"}' in metrics
    assert 'redress_promise_rungs_total{kind="ACK",level="L1"}' in metrics
    assert "redress_promise_lateness_seconds_bucket" in metrics
