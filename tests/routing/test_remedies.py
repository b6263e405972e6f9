"""What is owed: granted within one's authority, signed by others above it, paid in a week, never tied to a sale."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.routing.policy import RoutingPolicy
from services.routing.remedy_authority import Asked, Needed, is_signed, needed
from shared.events.routing import RemedyApproved, RemedyPaid, RemedyProposed, RemedyRefused
from shared.events.vocabulary import RemedyKind
from shared.runtime.policy import load_policy
from tests.builders import answered
from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, execute, post, resolve, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing").remedy
HEADS = """
[[staff]]
id = "s2"
name = "Supervisor"
department = "billing"
languages = ["en"]
rank = 2

[[staff]]
id = "h3"
name = "Head"
department = "billing"
languages = ["en"]
rank = 3

[[staff]]
id = "law"
name = "Legal"
department = "front"
languages = ["en"]
skills = ["legal"]
"""


async def company(start_service: StartService, folder: Path, policy: str = "") -> ServiceUnderTest:
    text = f"[routing]\nversion='t'\n[routing.remedy]\n{policy}" if policy else ""
    return await start_service("routing", text, staff_file=staff_file(folder, STAFF + HEADS))


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """The small company with a supervisor, a head and legal."""
    return await company(start_service, tmp_path)


async def propose(
    routing: ServiceUnderTest, complaint_id: UUID, amount: int, **body: object
) -> httpx.Response:
    said = {"kind": "REFUND", "amount": amount, "text": "Charged twice.", "by": "b1"}
    return await post(routing, complaint_id, "remedies", **(said | body))


async def proposed(routing: ServiceUnderTest, amount: int, **body: object) -> tuple[UUID, dict[str, Any]]:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    answer = await propose(routing, complaint_id, amount, **body)
    assert answer.status_code == 200, answer.text
    return complaint_id, answer.json()["items"][-1]


async def signed(
    routing: ServiceUnderTest, complaint_id: UUID, remedy: dict[str, Any], by: str
) -> httpx.Response:
    return await post(routing, complaint_id, f"remedies/{remedy['remedy_id']}/approval", by=by)


async def paid(
    routing: ServiceUnderTest, complaint_id: UUID, remedy: dict[str, Any], payment: str
) -> httpx.Response:
    return await post(
        routing, complaint_id, f"remedies/{remedy['remedy_id']}/payment", by="b1", payment=payment
    )


@pytest.mark.parametrize(
    ("rank", "amount", "need"),
    [
        (1, 10_000, (1, 0)),
        (1, 10_001, (2, 1)),
        (1, 20_001, (3, 1)),
        (2, 20_000, (2, 0)),
        (2, 20_001, (3, 1)),
        (3, 50_000, (3, 0)),
        (4, 50_000, (3, 0)),
        (1, 50_001, (3, 2)),
        (3, 50_001, (3, 2)),
    ],
)
def test_rem_1_rem_2_rem_3_rem_4_who_grants_how_much(rank: int, amount: int, need: tuple[int, int]) -> None:
    found = needed(Asked(RemedyKind.REFUND, amount, 0, None, rank), POLICY)
    assert (found.rank, found.signatures) == need
    assert found.legal is (amount > 50_000)


async def test_rem_1_within_ones_own_authority_it_is_granted_at_once(firm: ServiceUnderTest) -> None:
    _, remedy = await proposed(firm, 10_000)
    assert (remedy["state"], remedy["because"]) == ("APPROVED", [])
    [told] = await firm.said(RemedyApproved)
    assert (told.amount, told.by, told.pay_by - told.approved_at) == (10_000, ("b1",), timedelta(days=7))


async def test_rem_2_rem_3_above_it_somebody_high_enough_signs(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 30_000)
    assert (remedy["state"], remedy["because"]) == ("PROPOSED", ["REM-1"])
    for by in ("b1", "s2"):
        refused = await signed(firm, complaint_id, remedy, by)
        assert (refused.status_code, "rank 3" in refused.json()["detail"]) == (409, True)
    assert await firm.said(RemedyApproved) == []
    assert (await signed(firm, complaint_id, remedy, "h3")).status_code == 200
    [told] = await firm.said(RemedyApproved)
    assert told.by == ("b1", "h3")
    assert (await signed(firm, complaint_id, remedy, "h3")).status_code == 409


@pytest.mark.parametrize(("kind", "amount"), [("REFUND", 40_000), ("CONTRACT_CHANGE", 100)])
async def test_rem_4_two_sign_and_one_is_legal_where_it_is_a_contract_or_above_all_limits(
    firm: ServiceUnderTest, kind: str, amount: int
) -> None:
    complaint_id, remedy = await proposed(firm, amount, kind=kind)
    need = 1 if kind == "REFUND" else 2
    assert (remedy["signatures_needed"], remedy["legal_needed"]) == (need, need == 2)
    assert (await signed(firm, complaint_id, remedy, "h3")).json()["items"][0]["state"] == (
        "APPROVED" if need == 1 else "PROPOSED"
    )
    if need == 2:
        assert (await signed(firm, complaint_id, remedy, "h3")).status_code == 409
        assert (await signed(firm, complaint_id, remedy, "law")).json()["items"][0]["state"] == "APPROVED"


def test_rem_4_without_legal_two_signatures_are_not_enough() -> None:
    need = Needed(3, 2, True, ())
    assert not is_signed(need, [3, 3], by_legal=False)
    assert not is_signed(need, [1], by_legal=True)
    assert not is_signed(need, [1, 1], by_legal=True)
    assert is_signed(need, [3, 1], by_legal=True)
    assert needed(Asked(RemedyKind.REFUND, 50_001, 0, None, 3), POLICY).legal


async def test_rem_5_a_customer_who_got_much_in_a_year_is_one_level_up(firm: ServiceUnderTest) -> None:
    customer, states = uuid4(), []
    for _ in range(4):
        complaint_id = await taken_by(firm, "b1", case_type="BILLING", customer_id=customer)
        [remedy] = (await propose(firm, complaint_id, 10_000)).json()["items"]
        states.append((remedy["state"], remedy["because"], remedy["rank_needed"]))
    assert states == [("APPROVED", [], 1)] * 3 + [("PROPOSED", ["REM-5"], 2)]
    await execute(firm, "UPDATE remedy SET approved_at = approved_at - interval '13 months'")
    _, remedy = await proposed(firm, 10_000)
    assert remedy["state"] == "APPROVED"


@pytest.mark.parametrize(("fee", "state"), [(10_000, "APPROVED"), (9_999, "PROPOSED"), (None, "APPROVED")])
async def test_rem_8_goodwill_above_most_of_the_fee_is_one_level_up(
    firm: ServiceUnderTest, fee: int | None, state: str
) -> None:
    _, remedy = await proposed(firm, 8_000, kind="GOODWILL", period_fee=fee)
    assert remedy["state"] == state
    assert remedy["because"] == (["REM-8"] if state == "PROPOSED" else [])


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


@pytest.mark.parametrize("text", ["You get it IF  you buy the plan.", "升级套餐后即可获得补偿"])
async def test_rem_10_a_remedy_is_never_tied_to_a_sale(firm: ServiceUnderTest, text: str) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    refused = await propose(firm, complaint_id, 100, text=text)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "text")
    assert await firm.said(RemedyProposed) == []


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


async def test_rem_2_rem_3_rem_4_whose_signature_is_enough_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "limits=[100, 200, 300]\nlegal_skill='billing'"
    routing = await company(start_service, tmp_path, policy)
    for amount, by in ((150, "s2"), (300, "h3")):
        complaint_id, remedy = await proposed(routing, amount)
        assert remedy["state"] == "PROPOSED"
        assert (await signed(routing, complaint_id, remedy, by)).status_code == 200
    assert [told.amount for told in await routing.said(RemedyApproved)] == [150, 300]
    complaint_id, remedy = await proposed(routing, 301)
    assert (remedy["because"], remedy["legal_needed"]) == (["REM-1", "REM-4"], True)
    for by in ("h3", "law"):
        await signed(routing, complaint_id, remedy, by)
    assert len(await routing.said(RemedyApproved)) == 2


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


async def test_rem_5_many_at_once_for_one_customer_never_pass_what_a_year_allows(
    firm: ServiceUnderTest,
) -> None:
    customer = uuid4()
    complaints = [await taken_by(firm, "b1", case_type="BILLING", customer_id=customer) for _ in range(6)]
    await asyncio.gather(*(propose(firm, complaint_id, 10_000) for complaint_id in complaints))
    assert len(await firm.said(RemedyApproved)) == 3
    waiting = [told.because for told in await firm.said(RemedyProposed) if told.because]
    assert waiting == [("REM-5",)] * 3


async def test_rem_5_what_was_granted_since_it_was_proposed_counts_when_it_is_signed(
    firm: ServiceUnderTest,
) -> None:
    customer = uuid4()
    complaints = [await taken_by(firm, "b1", case_type="BILLING", customer_id=customer) for _ in range(4)]
    remedies = [(await propose(firm, one, 20_000)).json()["items"][-1] for one in complaints]
    assert {remedy["rank_needed"] for remedy in remedies} == {2}
    pairs = list(zip(complaints, remedies, strict=True))
    codes = [(await signed(firm, one, remedy, "s2")).status_code for one, remedy in pairs]
    assert codes == [200, 200, 200, 409]
    assert (await signed(firm, *pairs[3], "h3")).status_code == 200


async def test_rem_4_two_who_sign_at_once_and_legal_among_them_grant_it_once(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 60_000)
    answers = await asyncio.gather(*(signed(firm, complaint_id, remedy, by) for by in ("h3", "law", "h3")))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409]
    [told] = await firm.said(RemedyApproved)
    assert set(told.by) == {"b1", "h3", "law"}
