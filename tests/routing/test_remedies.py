"""What is owed: paid in a week, never tied to a sale, refused with a reason; wrong ones are refused by field."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from shared.events.routing import RemedyApproved, RemedyPaid, RemedyProposed, RemedyRefused
from tests.builders import answered
from tests.service_under_test import ServiceUnderTest, StartService

from .people import execute, post, resolve, taken_by
from .remedies import company, paid, propose, proposed, signed


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """The small company with a supervisor, a head and legal."""
    return await company(start_service, tmp_path)


async def test_rem_7_it_is_paid_once_and_late_after_a_week(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 100)
    late_id, late = await proposed(firm, 100)
    await execute(firm, f"UPDATE remedy SET pay_by = now() WHERE remedy_id = '{late['remedy_id']}'")
    answers = [await paid(firm, complaint_id, remedy, number) for number in ("P1", "P1", "P2")]
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    await paid(firm, late_id, late, "P3")
    assert [told.late for told in await firm.said(RemedyPaid)] == [False, True]


async def test_rem_7_what_nobody_granted_is_not_paid_and_what_is_owed_is_paid_after_the_end(
    firm: ServiceUnderTest,
) -> None:
    complaint_id, unsigned = await proposed(firm, 30_000)
    assert (await paid(firm, complaint_id, unsigned, "P1")).status_code == 409
    _, small = complaint_id, (await propose(firm, complaint_id, 100)).json()["items"][-1]
    await resolve(firm, complaint_id, "b1")
    await firm.hears(answered(complaint_id))
    assert (await propose(firm, complaint_id, 100)).status_code == 409
    assert (await paid(firm, complaint_id, small, "P2")).status_code == 200


@pytest.mark.parametrize(("seconds", "late"), [(86_400, True), (604_800, False)])
async def test_rem_7_until_when_it_is_paid_is_policy(
    start_service: StartService, tmp_path: Path, seconds: int, late: bool
) -> None:
    routing = await company(start_service, tmp_path, f"pay_within={seconds}")
    complaint_id, remedy = await proposed(routing, 100)
    await execute(routing, "UPDATE remedy SET pay_by = pay_by - interval '2 days'")
    await paid(routing, complaint_id, remedy, "P1")
    assert [told.late for told in await routing.said(RemedyPaid)] == [late]


@pytest.mark.parametrize("text", ["You get it IF  you buy the plan.", "升级套餐后即可获得补偿"])
async def test_rem_10_a_remedy_is_never_tied_to_a_sale(firm: ServiceUnderTest, text: str) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    refused = await propose(firm, complaint_id, 100, text=text)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "text")
    assert await firm.said(RemedyProposed) == []


@pytest.mark.parametrize(
    "text", ["We pay back what you were charged for the upgrade.", "退还您购买套餐的费用"]
)
async def test_rem_10_what_was_bought_may_be_named(firm: ServiceUnderTest, text: str) -> None:
    _, remedy = await proposed(firm, 100, text=text)
    assert (remedy["state"], remedy["text"]) == ("APPROVED", text)


@pytest.mark.parametrize(("text", "status"), [("Only if you stay.", 422), ("If you buy it.", 200)])
async def test_rem_10_which_words_tie_it_to_a_sale_is_policy(
    start_service: StartService, tmp_path: Path, text: str, status: int
) -> None:
    routing = await company(start_service, tmp_path, "conditions=['if you stay']")
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    assert (await propose(routing, complaint_id, 100, text=text)).status_code == status


async def test_rem_1_rem_5_rem_7_rem_8_rem_10_are_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "limits=[100, 200, 300]\ntimes_limit_in_a_year=1\ngoodwill_percent=10\npay_within=60\nconditions=['sorry']"
    routing = await company(start_service, tmp_path, policy)
    assert (await proposed(routing, 101))[1]["because"] == ["REM-1"]
    twice, _ = await proposed(routing, 60)
    assert (await propose(routing, twice, 60)).json()["items"][-1]["because"] == ["REM-5"]
    assert (await proposed(routing, 50, kind="GOODWILL", period_fee=100))[1]["because"] == ["REM-8"]
    await proposed(routing, 50, text="You get it if you buy the plan.")
    told = (await routing.said(RemedyApproved))[-1]
    assert (told.pay_by - told.approved_at).total_seconds() == 60
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    assert (await propose(routing, complaint_id, 50, text="Sorry!")).status_code == 422


async def test_a_refusal_says_why_and_ends_it(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 30_000)
    path = f"remedies/{remedy['remedy_id']}/refusal"
    assert (await post(firm, complaint_id, path, by="s2", text="Too much.")).status_code == 409
    assert (await post(firm, complaint_id, path, by="h3", text="Too much.")).status_code == 200
    assert len(await firm.said(RemedyRefused)) == 1
    assert (await signed(firm, complaint_id, remedy, "h3")).status_code == 409


async def test_two_who_sign_at_once_grant_it_once(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 15_000)
    await asyncio.gather(*(signed(firm, complaint_id, remedy, by) for by in ("s2", "h3")))
    assert len(await firm.said(RemedyApproved)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"kind": "VOUCHER"}, "kind"),
        ({"text": ""}, "text"),
    ],
)
async def test_a_wrong_remedy_is_refused_with_its_field(
    firm: ServiceUnderTest, change: dict[str, object], field: str
) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    refused = await post(
        firm,
        complaint_id,
        "remedies",
        **({"kind": "REFUND", "amount": 1, "text": "x", "by": "b1"} | change),
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_only_who_works_on_it_proposes_and_unknown_ones_are_not_found(firm: ServiceUnderTest) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    assert (await propose(firm, complaint_id, 1, by="f1")).status_code == 409
    assert (await signed(firm, complaint_id, {"remedy_id": uuid4()}, "h3")).status_code == 404
