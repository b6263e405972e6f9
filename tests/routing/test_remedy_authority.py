"""Who may grant how much, through the doors: by rank, above all limits, for much in a year, for goodwill (REM-1 to 5, 8)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.routing.policy import RoutingPolicy
from services.routing.remedy_authority import Asked, Needed, is_signed, needed
from shared.events.routing import RemedyApproved, RemedyProposed
from shared.events.vocabulary import RemedyKind
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .people import execute, taken_by
from .remedies import company, propose, proposed, signed

POLICY = load_policy(RoutingPolicy, "routing").remedy


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """The small company with a supervisor, a head and legal."""
    return await company(start_service, tmp_path)


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


@pytest.mark.parametrize(
    ("amount", "stands"), [(10_000, ("APPROVED", [], 1)), (10_001, ("PROPOSED", ["REM-1"], 2))]
)
async def test_rem_1_the_front_line_grants_up_to_its_limit(
    firm: ServiceUnderTest, amount: int, stands: tuple[str, list[str], int]
) -> None:
    _, remedy = await proposed(firm, amount)
    assert (remedy["state"], remedy["because"], remedy["rank_needed"]) == stands


async def granted_by(routing: ServiceUnderTest, by: str, amount: int) -> tuple[str, int]:
    """How a remedy stands that this person proposed for a complaint of their own, and of which rank must sign."""
    complaint_id = await taken_by(routing, by, case_type="BILLING")
    [remedy] = (await propose(routing, complaint_id, amount, by=by)).json()["items"]
    return remedy["state"], remedy["rank_needed"]


async def test_rem_2_a_supervisor_grants_up_to_theirs_and_no_more(firm: ServiceUnderTest) -> None:
    assert await granted_by(firm, "s2", 20_000) == ("APPROVED", 2)
    assert await granted_by(firm, "s2", 20_001) == ("PROPOSED", 3)
    assert [told.by for told in await firm.said(RemedyApproved)] == [("s2",)]


async def test_rem_3_a_head_of_department_grants_up_to_theirs_and_no_more(firm: ServiceUnderTest) -> None:
    assert await granted_by(firm, "h3", 50_000) == ("APPROVED", 3)
    assert await granted_by(firm, "h3", 50_001) == ("PROPOSED", 3)
    assert [told.because for told in await firm.said(RemedyProposed)] == [(), ("REM-4",)]


@pytest.mark.parametrize(("by", "rank"), [("b1", 1), ("s2", 2), ("h3", 3)])
async def test_rem_1_rem_2_rem_3_each_limit_is_policy(
    start_service: StartService, tmp_path: Path, by: str, rank: int
) -> None:
    limits = [1_000 * place - (place == rank) for place in (1, 2, 3)]
    routing = await company(start_service, tmp_path, f"limits={limits}")
    assert (await granted_by(routing, by, 1_000 * rank - 1))[0] == "APPROVED"
    assert (await granted_by(routing, by, 1_000 * rank))[0] == "PROPOSED"


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


async def test_rem_4_two_who_sign_at_once_and_legal_among_them_grant_it_once(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 60_000)
    answers = await asyncio.gather(*(signed(firm, complaint_id, remedy, by) for by in ("h3", "law", "h3")))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409]
    [told] = await firm.said(RemedyApproved)
    assert set(told.by) == {"b1", "h3", "law"}


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


async def test_rem_5_what_others_got_counts_for_nobody_else(firm: ServiceUnderTest) -> None:
    remedies = [(await proposed(firm, 10_000))[1] for _ in range(4)]
    assert [remedy["state"] for remedy in remedies] == ["APPROVED"] * 4


@pytest.mark.parametrize(("times", "states"), [(1, ["APPROVED", "PROPOSED"]), (2, ["APPROVED"] * 2)])
async def test_rem_5_how_much_in_a_year_is_policy(
    start_service: StartService, tmp_path: Path, times: int, states: list[str]
) -> None:
    routing = await company(start_service, tmp_path, f"times_limit_in_a_year={times}")
    complaint_id, _ = await proposed(routing, 10_000)
    items = (await propose(routing, complaint_id, 10_000)).json()["items"]
    assert [item["state"] for item in items] == states


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


@pytest.mark.parametrize(("fee", "state"), [(10_000, "APPROVED"), (9_999, "PROPOSED"), (None, "APPROVED")])
async def test_rem_8_goodwill_above_most_of_the_fee_is_one_level_up(
    firm: ServiceUnderTest, fee: int | None, state: str
) -> None:
    _, remedy = await proposed(firm, 8_000, kind="GOODWILL", period_fee=fee)
    assert remedy["state"] == state
    assert remedy["because"] == (["REM-8"] if state == "PROPOSED" else [])


async def test_rem_8_what_is_no_goodwill_is_not_measured_by_the_fee(firm: ServiceUnderTest) -> None:
    _, remedy = await proposed(firm, 8_000, kind="REFUND", period_fee=1)
    assert (remedy["state"], remedy["because"]) == ("APPROVED", [])


@pytest.mark.parametrize(("percent", "state"), [(79, "PROPOSED"), (80, "APPROVED"), (100, "APPROVED")])
async def test_rem_8_the_share_of_the_fee_is_policy(
    start_service: StartService, tmp_path: Path, percent: int, state: str
) -> None:
    routing = await company(start_service, tmp_path, f"goodwill_percent={percent}")
    _, remedy = await proposed(routing, 8_000, kind="GOODWILL", period_fee=10_000)
    assert remedy["state"] == state
