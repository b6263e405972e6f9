"""What routing shows of all complaints and all staff, and what operators see."""

from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from services.routing.metrics import sample
from tests.builders import answered, complaint_received
from tests.service_under_test import ServiceUnderTest

from .people import hand_over, resolve, taken_by


async def listed(routing: ServiceUnderTest, query: str = "") -> list[dict[str, object]]:
    answer = await routing.client.get(f"/routing/v1/complaints?{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_every_complaint_is_listed_once_with_its_owner_in_pages(routing: ServiceUnderTest) -> None:
    received = [complaint_received() for _ in range(25)]
    await routing.hears(*received)
    seen: list[dict[str, object]] = []
    after = ""
    while True:
        page = (await routing.client.get(f"/routing/v1/complaints?limit=10{after}")).json()
        seen += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(UUID(str(row["complaint_id"])) for row in seen) == sorted(c.complaint_id for c in received)
    assert all(row["owner_id"] and row["rule"] for row in seen)


async def test_the_list_shows_who_answers_who_works_and_how_far_it_is(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1", case_type="FAULT", category="network")
    [row] = await listed(routing)
    assert row | {"received_at": None} == {
        "complaint_id": str(complaint_id),
        "receipt_number": "R26112100000001",
        "received_at": None,
        "owner_id": "f1",
        "owner_name": "Front desk 1",
        "department": "front",
        "rule": "FC-1",
        "handler_id": "n1",
        "state": "ASSIGNED",
        "round": 1,
        "escalation": None,
    }


async def test_the_list_can_be_narrowed_by_owner_handler_and_state(routing: ServiceUnderTest) -> None:
    mine = await taken_by(routing, "f1")
    helped = await taken_by(routing, "b1")
    await resolve(routing, mine, "f1")
    for query, expected in (
        ("owner_id=f1", [mine]),
        ("owner_id=b1&handler_id=f1", [helped]),
        ("handler_id=f1", sorted([mine, helped])),
        ("state=RESOLVED", [mine]),
        ("state=CLOSED", []),
        ("owner_id=nobody", []),
    ):
        assert [row["complaint_id"] for row in await listed(routing, query)] == [str(c) for c in expected]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=LOST", "state"),
        ("limit=0", "limit"),
        ("after=x", "after"),
        ("owner_id=%00", "owner_id"),
        ("handler_id=" + "x" * 65, "handler_id"),
    ],
)
async def test_a_wrong_filter_is_refused_with_its_name(
    routing: ServiceUnderTest, query: str, field: str
) -> None:
    refused = await routing.client.get(f"/routing/v1/complaints?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_staff_are_listed_with_their_workload_and_without_their_addresses(
    routing: ServiceUnderTest,
) -> None:
    await taken_by(routing, "b1")
    await taken_by(routing, "b1")
    answer = await routing.client.get("/routing/v1/staff?department=billing")
    staff = {item["staff_id"]: item for item in answer.json()["items"]}
    assert (staff["b1"]["open"], staff["b2"]["open"], staff["b9"]["leads"]) == (2, 0, True)
    assert "f1" not in staff
    assert "@" not in answer.text


async def test_the_workload_is_what_counting_the_complaints_gives(routing: ServiceUnderTest) -> None:
    calls = [complaint_received(taken_by=taker, case_type="BILLING") for taker in ("f1", "b1", None) * 4]
    await routing.hears(*calls)
    for complaint in calls[:5]:
        row = next(r for r in await listed(routing) if r["complaint_id"] == str(complaint.complaint_id))
        await resolve(routing, complaint.complaint_id, str(row["owner_id"]))
    await routing.hears(*(answered(complaint.complaint_id) for complaint in calls[:5]))
    kept = await routing.rows(
        "SELECT staff_id, sum(open) AS open FROM staff_load GROUP BY 1 HAVING sum(open) > 0"
    )
    counted = await routing.rows(
        """
        SELECT staff_id, count(*) AS open FROM complaint
        CROSS JOIN LATERAL (SELECT owner_id UNION SELECT handler_id) AS desk (staff_id)
        WHERE state <> 'CLOSED' GROUP BY 1
        """
    )
    assert sorted(map(str, kept)) == sorted(map(str, counted))


async def test_operators_see_complaints_by_state_rules_and_transfers(routing: ServiceUnderTest) -> None:
    owned = metric("redress_complaints_owned_total", rule="FC-1")
    transfers = metric("redress_transfers_total", reason="ABSENT")
    complaint_id = await taken_by(routing, "f1")
    await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await resolve(routing, complaint_id, "b1")
    await sample(routing.service.database)
    assert metric("redress_complaints_owned_total", rule="FC-1") == owned + 2
    assert metric("redress_transfers_total", reason="ABSENT") == transfers + 1
    assert metric("redress_complaints_in_work", state="RESOLVED") == 1
    assert metric("redress_complaints_in_work", state="ASSIGNED") == 1
    assert metric("redress_complaints_ownerless") == 0


async def test_a_complaint_that_waits_for_an_earlier_event_counts_as_ownerless_until_it_is_owned(
    routing: ServiceUnderTest,
) -> None:
    late = routing.envelope(complaint_received(), sequence=2)
    await routing.receives(late)
    await sample(routing.service.database)
    assert metric("redress_complaints_ownerless") == 1
    assert await listed(routing) == []


async def test_an_unknown_complaint_is_not_found(routing: ServiceUnderTest) -> None:
    answer = await routing.client.get("/routing/v1/complaints/01990000-0000-7000-8000-000000000000")
    assert answer.status_code == 404
