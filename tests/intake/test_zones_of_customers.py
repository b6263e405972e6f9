"""In which zone customers read times: told by the registry, shown on the tracking page, told to notify (CAL-3)."""

from typing import Any

import pytest

from shared.events.intake import ComplaintReceived
from shared.runtime.zones import known_zone, zone_or
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, post
from .test_registry import caller, customer, imported, merge, register, undo

TEXTS = ("no signal at home", "my bill is wrong", "the shop closes early", "roaming abroad")


async def shown_to(intake: ServiceUnderTest, **who: Any) -> tuple[str, str]:
    """The tracking page of a new complaint of theirs, and the zone that it says to programs."""
    path = (await post(intake, customer=who)).json()["tracking_path"]
    answer = await intake.client.get(path, headers={"accept": "application/json"})
    return (await intake.client.get(path)).text, answer.json()["zone"]


async def zones_told(intake: ServiceUnderTest) -> list[str | None]:
    return [event.customer_zone for event in await intake.said(ComplaintReceived)]


async def test_cal_3_a_customer_reads_times_in_their_own_zone(intake: ServiceUnderTest) -> None:
    await register(intake, {"external_id": "c1", "zone": "Asia/Kolkata"})
    page, zone = await shown_to(intake, external_id="c1")
    assert "(UTC+0530)" in page
    assert "(UTC+0800)" not in page
    assert zone == "Asia/Kolkata"
    assert await zones_told(intake) == ["Asia/Kolkata"]


async def test_cal_3_who_has_no_known_zone_reads_times_in_that_of_the_installation(
    intake: ServiceUnderTest,
) -> None:
    await register(intake, {"external_id": "c1"})
    for who in ({"external_id": "c1"}, {"external_id": "never-registered"}):
        page, zone = await shown_to(intake, **who)
        assert "(UTC+0800)" in page
        assert zone == "Asia/Shanghai"
    assert await zones_told(intake) == [None, None]


async def test_cal_3_a_zone_told_later_counts_for_a_page_that_is_there(intake: ServiceUnderTest) -> None:
    path = (await post(intake, customer={"external_id": "c1"})).json()["tracking_path"]
    await register(intake, {"external_id": "c1", "zone": "Europe/Berlin"})
    assert "(UTC+0800)" not in (await intake.client.get(path)).text


async def test_cal_3_a_record_or_a_contact_that_names_no_zone_leaves_it(intake: ServiceUnderTest) -> None:
    await register(intake, {"external_id": "c1", "zone": "Asia/Kolkata"})
    await register(intake, {"external_id": "c1", "name": "Customer 1"})
    await imported(intake, "external_id,name,zone\nc1,Customer one,\n")
    known = await caller(intake, external_id="c1", phone="13800138000", language="en")
    assert (await customer(intake, known))["zone"] == "Asia/Kolkata"


@pytest.mark.parametrize("column", ["zone", "时区"])
async def test_cal_3_zones_are_imported_from_csv(intake: ServiceUnderTest, column: str) -> None:
    await imported(intake, f"external_id,{column}\nc1,Asia/Urumqi\n")
    assert (await customer(intake, await caller(intake, external_id="c1")))["zone"] == "Asia/Urumqi"


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "", "../../etc/passwd", "localtime", "Asia", "\x00", "a" * 65]
)
async def test_cal_3_an_unknown_zone_is_refused_by_name(intake: ServiceUnderTest, zone: str) -> None:
    refused = await register(intake, {"external_id": "c1"}, {"external_id": "c2", "zone": zone})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "customers.1.zone")
    assert await intake.rows("SELECT * FROM customer_key") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "there is no time zone 'Mars/Olympus'"), ("zh-CN", "没有时区 'Mars/Olympus'")],
)
async def test_cal_3_an_unknown_zone_is_refused_in_both_languages(
    intake: ServiceUnderTest, language: str, said: str
) -> None:
    wanted = {"accept-language": language}
    records = {"customers": [{"external_id": "c1", "zone": "Mars/Olympus"}]}
    refused = await intake.client.post("/intake/v1/customers", json=records, headers=wanted)
    assert refused.json()["errors"][0]["message"] == said
    csv = wanted | {"content-type": "text/csv"}
    lines = "external_id,zone\nc1,Mars/Olympus\n"
    refused = await intake.client.post("/intake/v1/customers/import", content=lines, headers=csv)
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["field"]) == (422, "body.2.zone")
    assert said in error["message"]


async def zone_after(intake: ServiceUnderTest, text: str, **who: Any) -> str | None:
    """The zone that is told with a new complaint of theirs."""
    await accepted(intake, text=text, customer=who)
    return (await zones_told(intake))[-1]


async def test_cal_3_of_two_who_are_one_the_survivors_zone_wins(intake: ServiceUnderTest) -> None:
    await register(
        intake, {"external_id": "c1", "zone": "Asia/Kolkata"}, {"external_id": "c2", "zone": "Asia/Tokyo"}
    )
    one = await caller(intake, text=TEXTS[0], external_id="c1")
    other = await caller(intake, text=TEXTS[1], external_id="c2")
    await merge(intake, other, one, although_ids_differ=True)
    assert await zone_after(intake, TEXTS[2], external_id="c2") == "Asia/Kolkata"


async def test_cal_3_a_survivor_without_a_zone_has_the_others_until_they_part(
    intake: ServiceUnderTest,
) -> None:
    await register(intake, {"external_id": "c1"}, {"external_id": "c2", "zone": "Asia/Tokyo"})
    one = await caller(intake, text=TEXTS[0], external_id="c1")
    other = await caller(intake, text=TEXTS[1], external_id="c2")
    merged = await merge(intake, other, one, although_ids_differ=True)
    assert await zone_after(intake, TEXTS[2], external_id="c1") == "Asia/Tokyo"
    assert (await customer(intake, one))["zone_from_merge"] == "Asia/Tokyo"
    await undo(intake, merged.json()["merge_id"])
    assert await zone_after(intake, TEXTS[3], external_id="c1") is None
    assert (await customer(intake, other))["zone"] == "Asia/Tokyo"


def test_cal_3_a_zone_that_this_machine_does_not_know_is_read_as_the_other() -> None:
    assert zone_or("Mars/Olympus", "Asia/Shanghai").key == "Asia/Shanghai"
    assert zone_or(None, "UTC").key == "UTC"
    assert zone_or("Asia/Tokyo", "UTC").key == known_zone("Asia/Tokyo")
