"""The customer registry: records of the operator's systems, callers identified later, merges that can be undone."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake.decide_grade import Standing, registered_grade
from services.intake.may_merge import NoMerge, Party, may_merge, may_undo
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintReceived, CustomersMerged, MergeUndone
from shared.events.vocabulary import Grade
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post, read

POLICY = load_policy(IntakePolicy, "intake").grade
CSV = {"content-type": "text/csv; charset=utf-8"}


async def register(intake: ServiceUnderTest, *customers: dict[str, Any]) -> httpx.Response:
    return await intake.client.post("/intake/v1/customers", json={"customers": list(customers)})


async def imported(intake: ServiceUnderTest, lines: str) -> httpx.Response:
    return await intake.client.post("/intake/v1/customers/import", content=lines.encode(), headers=CSV)


async def caller(intake: ServiceUnderTest, text: str = "my bill is wrong", **customer: Any) -> UUID:
    """The customer to whom a contact belongs."""
    found = await accepted(intake, text=text, customer=customer)
    return UUID(found["customer_id"])


async def customer(intake: ServiceUnderTest, customer_id: object) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/customers/{customer_id}")


async def test_a_registered_customer_is_known_by_each_of_their_phones_emails_and_accounts(
    intake: ServiceUnderTest,
) -> None:
    answer = await register(
        intake,
        {
            "external_id": "c1",
            "phones": ["13800138000", "13800138001"],
            "emails": ["a@example.com", "B@example.com"],
            "accounts": ["adsl-7", "mobile-8"],
            "key_account_manager": "m1",
            "preferred_channel": "email",
            "language": "zh-CN",
        },
    )
    assert answer.json() == {"new": 1, "known": 0}
    ways: list[dict[str, Any]] = [
        {"external_id": "c1"},
        {"phone": "+8613800138000"},
        {"phone": "13800138001"},
        {"email": "b@EXAMPLE.com"},
        {"account": "adsl-7"},
        {"account": "mobile-8"},
    ]
    # Every matter is another one, so that each becomes a complaint that names its customer.
    found = {await caller(intake, text=f"{n}" * 9, **way) for n, way in enumerate(ways)}
    assert len(found) == 1
    shown = await customer(intake, found.pop())
    assert (shown["key_account_manager"], shown["preferred_channel"]) == ("m1", "email")


async def test_a_record_changes_what_it_tells_and_leaves_the_rest(intake: ServiceUnderTest) -> None:
    await register(intake, {"external_id": "c1", "name": "Customer 1", "monthly_fee": "99"})
    answer = await register(intake, {"external_id": "c1", "monthly_fee": "120"}, {"external_id": "c2"})
    assert answer.json() == {"new": 1, "known": 1}
    shown = await customer(intake, await caller(intake, external_id="c1"))
    assert (shown["name"], shown["monthly_fee"]) == ("Customer 1", "120.00")


@pytest.mark.parametrize(
    ("told", "star", "rank", "grade"),
    [
        (Grade.K, 7, 0.01, Grade.K),
        (None, 5, None, Grade.V),
        (None, 4, None, Grade.S),
        (None, None, 0.05, Grade.V),
        (None, None, 0.06, Grade.S),
        (Grade.S, 6, None, Grade.V),
        (Grade.S, None, None, Grade.S),
        (None, None, None, None),
    ],
)
def test_grd_v_stars_or_value_make_a_vip_and_grd_k_is_only_told(
    told: Grade | None, star: int | None, rank: float | None, grade: Grade | None
) -> None:
    assert registered_grade(told, Standing(star, rank), POLICY) == grade


async def test_grd_v_a_registered_vip_complains_as_one_and_the_stars_are_policy(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    other = await start_service("intake", "[intake]\nversion='t'\n[intake.grade]\nstar_from=7\nbest_share=0")
    for service, grade in ((intake, Grade.V), (other, Grade.S)):
        await register(service, {"external_id": "c1", "star": 6, "value_rank": 0.02})
        await post(service, customer={"external_id": "c1"})
        assert [event.grade for event in await service.said(ComplaintReceived)] == [grade]


async def test_a_protected_person_of_the_registry_is_a_vip(intake: ServiceUnderTest) -> None:
    await register(intake, {"external_id": "c1", "protected": True, "phones": ["13800138000"]})
    await post(intake, "sms", sender="13800138000")
    assert [event.grade for event in await intake.said(ComplaintReceived)] == [Grade.V]


async def test_a_caller_known_by_phone_alone_becomes_the_registered_customer(
    intake: ServiceUnderTest,
) -> None:
    unknown = await caller(intake, phone="13800138000")
    answer = await register(intake, {"external_id": "c1", "phones": ["13800138000"]})
    assert answer.json() == {"new": 0, "known": 1}
    assert (await customer(intake, unknown))["external_id"] == "c1"
    assert await caller(intake, text="no signal at home", external_id="c1") == unknown


async def test_a_phone_that_two_registered_customers_share_stays_with_the_first(
    intake: ServiceUnderTest,
) -> None:
    answer = await register(
        intake,
        {"external_id": "c1", "phones": ["13800138000"]},
        {"external_id": "c2", "phones": ["13800138000"]},
    )
    assert answer.json() == {"new": 2, "known": 0}
    first = await caller(intake, external_id="c1")
    assert await caller(intake, text="no signal at home", phone="13800138000") == first
    assert await caller(intake, external_id="c2") != first


async def test_customers_are_imported_from_csv_in_both_languages(intake: ServiceUnderTest) -> None:
    answer = await imported(
        intake,
        "\ufeff客户编号,姓名,电话,邮箱,星级,受保护,客户经理,备注\r\n"
        "c1,甲,13800138000;13800138001,a@example.com,6,,m1,x\r\n\r\nc2,乙,,,,true,,\r\n",
    )
    assert answer.json() == {"new": 2, "known": 0}
    answer = await imported(intake, "external_id,name,grade\nc2,Customer 2,K\n")
    assert answer.json() == {"new": 0, "known": 1}
    first = await customer(intake, await caller(intake, phone="13800138001"))
    second = await customer(intake, await caller(intake, external_id="c2"))
    assert (first["grade"], first["key_account_manager"]) == ("V", "m1")
    assert (second["name"], second["grade"], second["protected"]) == ("Customer 2", "K", True)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("", "body.1"),
        ("name\nx\n", "body.1"),
        ("external_id\n", "body"),
        ("external_id,star\nc1,6\nc2,nine\n", "body.3.star"),
        ("external_id,grade\nc1,U\n", "body.2.grade"),
        ("external_id,phones\nc1,call me\n", "body.2.phones"),
        ("external_id,phones\nc1,+86 1\n", "body.2.phones"),
        ("external_id,name\n,x\n", "body.2.external_id"),
        ("external_id\nc1\nc1\n", "body.3.external_id"),
    ],
)
async def test_a_wrong_line_is_refused_with_its_place_and_nothing_is_stored(
    intake: ServiceUnderTest, lines: str, field: str
) -> None:
    refused = await imported(intake, lines)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await intake.rows("SELECT * FROM customer_key") == []


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "customers.0.external_id"),
        ({"external_id": "c1", "star": 8}, "customers.0.star"),
        ({"external_id": "c1", "value_rank": 1.1}, "customers.0.value_rank"),
        ({"external_id": "c1", "phones": ["+86 1"]}, "customers.0.phones"),
        ({"external_id": "c1", "emails": ["nobody"]}, "customers.0.emails.0"),
        ({"external_id": "c1", "shoe_size": 42}, "customers.0.shoe_size"),
    ],
)
async def test_a_wrong_record_is_refused_by_name(
    intake: ServiceUnderTest, record: dict[str, Any], field: str
) -> None:
    refused = await register(intake, record)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_imports_and_contacts_of_the_same_customers_at_once_wait_in_a_line(
    intake: ServiceUnderTest,
) -> None:
    records = [{"external_id": f"c{n}", "phones": [f"138001380{n:02d}"]} for n in range(30)]
    answers = await asyncio.gather(
        register(intake, *records),
        register(intake, *reversed(records)),
        *[post(intake, customer={"phone": f"138001380{n:02d}"}) for n in range(30)],
    )
    assert {answer.status_code for answer in answers} == {200, 201}
    assert len({event.customer_id for event in await intake.said(ComplaintReceived)}) == 30
    twice = "SELECT external_id FROM customer WHERE external_id <> '' GROUP BY 1 HAVING count(*) > 1"
    assert await intake.rows(twice) == []


async def merge(intake: ServiceUnderTest, source: object, into: object, **more: Any) -> httpx.Response:
    body = {"into": str(into), "by": "m1"} | more
    return await intake.client.post(f"/intake/v1/customers/{source}/merge", json=body)


async def undo(intake: ServiceUnderTest, merge_id: str) -> httpx.Response:
    return await intake.client.post(f"/intake/v1/merges/{merge_id}/undo", json={"by": "m1"})


async def test_a_merge_gives_keys_and_complaints_to_the_other_and_can_be_undone(
    intake: ServiceUnderTest,
) -> None:
    unknown = await caller(intake, phone="13800138000")
    known = await caller(intake, text="no signal at home", external_id="c1")
    merge_id = (await merge(intake, unknown, known)).json()["merge_id"]
    assert await caller(intake, text="roaming abroad", phone="13800138000") == known
    assert (await customer(intake, unknown))["merged_into"] == str(known)
    assert await complaints_of(intake) == {known: 3}
    assert (await undo(intake, merge_id)).status_code == 200
    assert await caller(intake, text="the shop closes early", phone="13800138000") == unknown
    assert await complaints_of(intake) == {known: 2, unknown: 2}
    [merged], [undone] = await intake.said(CustomersMerged), await intake.said(MergeUndone)
    assert (merged.customer_id, merged.merged_id, merged.complaints) == (known, unknown, 1)
    assert undone.merge_id == merged.merge_id
    assert (await undo(intake, merge_id)).status_code == 409


async def test_after_a_merge_the_same_matter_of_both_is_one_matter(intake: ServiceUnderTest) -> None:
    unknown = await caller(intake, phone="13800138000")
    known = await caller(intake, text="no signal at home", external_id="c1")
    await merge(intake, unknown, known)
    assert (await post(intake, customer={"external_id": "c1"})).json()["outcome"] == "attached"


async def test_two_customers_with_ids_are_merged_only_if_somebody_says_so(intake: ServiceUnderTest) -> None:
    first, second = await caller(intake, external_id="c1"), await caller(intake, external_id="c2")
    assert (await merge(intake, first, second)).status_code == 409
    merge_id = (await merge(intake, first, second, although_ids_differ=True)).json()["merge_id"]
    assert (await merge(intake, first, second, although_ids_differ=True)).status_code == 409
    third = await caller(intake, external_id="c3")
    await merge(intake, second, third, although_ids_differ=True)
    assert (await undo(intake, merge_id)).status_code == 409


def test_what_may_be_merged_and_undone() -> None:
    one, two = Party(uuid4(), "c1", None), Party(uuid4(), None, None)
    assert may_merge(one, two, although_ids_differ=False) is None
    assert may_merge(one, one, although_ids_differ=True) is NoMerge.SAME
    assert may_merge(one._replace(merged_into=two.customer_id), two, although_ids_differ=True) is (
        NoMerge.ALREADY_MERGED
    )
    assert may_merge(one, two._replace(external_id="c2"), although_ids_differ=False) is NoMerge.OTHER_IDS
    assert may_undo(undone=False, target_merged=False) is None
    assert may_undo(undone=True, target_merged=False) is NoMerge.UNDONE
    assert may_undo(undone=False, target_merged=True) is NoMerge.MERGED_SINCE


async def test_unknown_customers_are_not_merged_and_leave_no_trace(intake: ServiceUnderTest) -> None:
    assert (await merge(intake, uuid4(), uuid4())).status_code == 404
    assert (await undo(intake, str(uuid4()))).status_code == 404
    assert await intake.rows("SELECT * FROM stream") == []


async def test_who_is_found_to_be_no_customer_is_served_all_the_same(intake: ServiceUnderTest) -> None:
    async def no_customer(customer_id: object) -> int:
        path = f"/intake/v1/customers/{customer_id}/not-a-customer"
        return (await intake.client.put(path)).status_code

    stranger = await caller(intake, phone="13800138000")
    assert await no_customer(stranger) == 200
    assert (await customer(intake, stranger))["not_a_customer"] is True
    assert await caller(intake, text="no signal at home", phone="13800138000") == stranger
    assert [event.grade for event in await intake.said(ComplaintReceived)] == [Grade.S, Grade.S]
    assert await no_customer(await caller(intake, external_id="c1")) == 409
    assert await no_customer(uuid4()) == 404


async def complaints_of(intake: ServiceUnderTest) -> dict[UUID, int]:
    rows = await intake.rows("SELECT customer_id, count(*) AS n FROM complaint GROUP BY 1")
    return {row["customer_id"]: row["n"] for row in rows}
