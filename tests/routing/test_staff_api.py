"""The directory of departments and staff over HTTP: changed at once for every replica, refused where it cannot work."""

from typing import Any

import httpx
import pytest

from services.routing.app import create_service
from shared.events.routing import OwnerNamed
from tests.service_under_test import NoLog, ServiceUnderTest
from tests.waiting import eventually

from .people import post, taken_by

NEW: dict[str, Any] = {"id": "b3", "name": "Billing 3", "department": "billing", "languages": ["en"]}
SHOP = {"id": "shop", "name": {"zh-CN": "营业厅", "en": "Shop"}, "categories": ["shop"]}
CSV = """id,name,department,languages,skills,lead,rank,max_open,days,starts,ends,channel,address
s1,Shop 1,billing,zh-CN;en,billing/fees,no,1,20,1;2;3;4;5,09:00,18:00,email,s1@example.com
s2,Shop 2,billing,en,,,2,,,,,,
"""
ZONED = "id,name,department,languages,zone\ns1,Shop 1,billing,en,Asia/Urumqi\ns2,Shop 2,billing,en,\n"


async def put(routing: ServiceUnderTest, path: str, body: object) -> httpx.Response:
    return await routing.client.put(f"/routing/v1/{path}?by=b9", json=body)


async def send_csv(routing: ServiceUnderTest, text: str | bytes) -> httpx.Response:
    return await routing.client.post("/routing/v1/staff/import?by=b9", content=text)


async def accounts(routing: ServiceUnderTest) -> dict[str, dict[str, Any]]:
    items = (await routing.client.get("/routing/v1/staff")).json()["items"]
    return {item["staff_id"]: item for item in items}


async def test_a_new_member_of_staff_takes_calls_and_owns_them(routing: ServiceUnderTest) -> None:
    version = (await routing.client.get("/routing/v1/staff")).json()["version"]
    answer = await put(routing, "staff/b3", NEW)
    assert answer.json() == {"version": f"{version}+1"}
    await taken_by(routing, "b3")
    [named] = await routing.said(OwnerNamed)
    assert (named.owner_id, named.owner_name, named.rule) == ("b3", "Billing 3", "FC-1")


async def test_a_new_department_gets_what_it_serves(routing: ServiceUnderTest) -> None:
    assert (await put(routing, "departments/shop", SHOP)).status_code == 200
    assert (await put(routing, "staff/s1", NEW | {"id": "s1", "department": "shop"})).status_code == 200
    await taken_by(routing, None, category="shop/queue")
    assert (await routing.said(OwnerNamed))[0].owner_id == "s1"
    listed = (await routing.client.get("/routing/v1/departments")).json()["items"]
    assert {item["id"]: item["categories"] for item in listed}["shop"] == ["shop"]
    serving = (await routing.client.get("/routing/v1/departments?category=shop/queue")).json()["items"]
    assert [item["id"] for item in serving] == ["shop"]


async def test_who_has_left_takes_and_gets_nothing_more(routing: ServiceUnderTest) -> None:
    earlier = await taken_by(routing, "b1")
    await put(routing, "staff/b1", NEW | {"id": "b1", "left": True})
    assert "b1" not in await accounts(routing)
    await taken_by(routing, "b1", repeat_of=earlier, repeat_index=2)
    assert (await routing.said(OwnerNamed))[-1].owner_id == "duty1"
    refused = await post(routing, earlier, "steps", step="VENT", by="b1")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "by")


async def test_other_replicas_and_the_same_after_a_restart_see_the_change_within_a_second(
    routing: ServiceUnderTest,
) -> None:
    other = ServiceUnderTest(create_service(routing.service.settings, NoLog()))
    await put(routing, "staff/b3", NEW)
    await put(other, "staff/b3", NEW | {"name": "Billing three"})

    async def all_see_it() -> bool:
        seen = [(await accounts(replica))["b3"]["name"] for replica in (routing, other)]
        return seen == ["Billing three", "Billing three"]

    await eventually(all_see_it, within=5)
    await other.close()
    assert [row["revision"] for row in await routing.rows("SELECT revision FROM directory_entry")] == [1, 2]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("staff/b3", NEW | {"department": "moon"}, "there is no department 'moon'"),
        ("staff/b3", NEW | {"lead": True}, "more than one lead"),
        ("staff/duty1", NEW | {"id": "duty1", "department": "night", "may_own": False}, "no owner"),
        ("staff/duty1", NEW | {"id": "duty1", "left": True}, "no owner"),
    ],
)
async def test_a_change_after_which_it_cannot_work_is_refused(
    routing: ServiceUnderTest, path: str, body: object, said: str
) -> None:
    refused = await put(routing, path, body)
    assert refused.status_code == 409
    assert said in refused.json()["detail"]
    assert await routing.rows("SELECT * FROM directory_entry") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"languages": ["de"]}, "languages.0"),
        ({"languages": []}, "languages"),
        ({"id": "b4"}, "id"),
        ({"name": "\x00"}, "name"),
        ({"rank": 9}, "rank"),
        ({"rank": "2"}, "rank"),
        ({"shifts": [{"days": [8], "starts": "09:00", "ends": "18:00"}]}, "shifts.0.days.0"),
        ({"shifts": [{"days": [1], "starts": "25:00", "ends": "18:00"}]}, "shifts.0.starts"),
        ({"absences": [{"starts": "2026-01-02T00:00:00Z", "ends": "2026-01-01T00:00:00Z"}]}, "absences.0"),
        (
            {"absences": [{"starts": "2026-01-02T00:00:00", "ends": "2026-01-03T00:00:00Z"}]},
            "absences.0.starts",
        ),
        ({"contact": {"channel": "pigeon", "address": "x"}}, "contact.channel"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_entry_is_refused_with_its_field(
    routing: ServiceUnderTest, change: dict[str, object], field: str
) -> None:
    refused = await put(routing, "staff/b3", NEW | change)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await routing.rows("SELECT * FROM directory_entry") == []


async def test_many_are_imported_from_csv_at_once(routing: ServiceUnderTest) -> None:
    answer = await send_csv(routing, "\ufeff" + CSV)
    assert (answer.status_code, answer.json()["imported"]) == (200, 2)
    listed = await accounts(routing)
    assert (listed["s1"]["languages"], listed["s1"]["skills"]) == (["en", "zh-CN"], ["billing/fees"])
    assert (listed["s2"]["rank"], listed["s2"]["leads"]) == (2, False)
    member = routing.service.app.state.desk.directory.staff["s1"]
    assert (member.max_open, member.address, len(member.shifts)) == (20, "s1@example.com", 1)
    again = await send_csv(routing, CSV.replace("Shop 2", "Shop two"))
    assert again.status_code == 200
    assert (await accounts(routing))["s2"]["name"] == "Shop two"


async def test_cal_3_the_zone_of_a_member_of_staff_is_kept_and_shown(routing: ServiceUnderTest) -> None:
    await put(routing, "staff/b3", NEW | {"zone": "Europe/Berlin"})
    await send_csv(routing, ZONED)
    listed = await accounts(routing)
    zones = [listed[one]["zone"] for one in ("b3", "s1", "s2", "b1")]
    assert zones == ["Europe/Berlin", "Asia/Urumqi", None, None]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "there is no time zone 'Mars/Olympus'"), ("zh-CN", "没有时区 'Mars/Olympus'")],
)
async def test_cal_3_an_unknown_zone_of_staff_is_refused_in_both_languages(
    routing: ServiceUnderTest, language: str, said: str
) -> None:
    lines, wanted = ZONED.replace("Asia/Urumqi", "Mars/Olympus"), {"accept-language": language}
    address = "/routing/v1/staff/import?by=b9"
    refused = await routing.client.post(address, content=lines, headers=wanted)
    assert refused.json()["errors"][0]["message"] == said


@pytest.mark.parametrize(
    ("text", "status", "field"),
    [
        (b"\xff\xfe", 422, "body"),
        ("", 422, "body"),
        ("id,name,department,languages\n", 422, "body"),
        ('id,name\n"a', 422, "body"),
        (CSV.replace("languages", "tongues"), 422, "1.tongues"),
        (CSV.replace("s2,Shop 2", "s2,Shop 2,extra"), 422, "3"),
        (CSV.replace("s2,", "s 2,"), 422, "3.id"),
        (CSV.replace("zh-CN;en", "zh-CN;de"), 422, "2.languages.1"),
        (CSV.replace(",no,", ",perhaps,"), 422, "2.lead"),
        (CSV.replace(",20,", ",many,"), 422, "2.max_open"),
        (CSV.replace("09:00", "9 o'clock"), 422, "2.shifts.0.starts"),
        (ZONED.replace("Asia/Urumqi", "Mars/Olympus"), 422, "2.zone"),
        (CSV.replace("Shop 2,billing", "Shop 2,moon"), 409, None),
        (CSV.replace("s2,", "s1,"), 409, None),
    ],
)
async def test_a_wrong_file_is_refused_with_line_and_column_and_nobody_is_entered(
    routing: ServiceUnderTest, text: str | bytes, status: int, field: str | None
) -> None:
    refused = await send_csv(routing, text)
    assert refused.status_code == status, refused.text
    assert refused.json().get("errors", [{}])[0].get("field") == field
    assert await routing.rows("SELECT * FROM directory_entry") == []


@pytest.mark.parametrize(
    ("reports", "field"),
    [
        ([{"staff_id": "stranger", "presence": "AWAY"}], "reports.0.staff_id"),
        ([{"staff_id": "b1", "presence": "ASLEEP"}], "reports.0.presence"),
        ([{"staff_id": "b1", "presence": "AWAY", "seconds": 0}], "reports.0.seconds"),
        ([], "reports"),
    ],
)
async def test_a_wrong_report_is_refused_with_its_field(
    routing: ServiceUnderTest, reports: list[object], field: str
) -> None:
    refused = await routing.client.put("/routing/v1/presence", json={"reports": reports})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await routing.rows("SELECT * FROM presence") == []


async def test_of_two_reports_about_one_person_the_later_counts(routing: ServiceUnderTest) -> None:
    reports = [{"staff_id": "b1", "presence": name} for name in ("AWAY", "BUSY")]
    answer = await routing.client.put("/routing/v1/presence", json={"reports": reports})
    assert [(item["staff_id"], item["presence"]) for item in answer.json()["items"]] == [("b1", "BUSY")]
    assert (await accounts(routing))["b1"]["at_work"] is True
