"""Marketing through its doors: a complaint closes, and one offer is proposed or none, with every reason."""

import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events import Envelope
from shared.events.intake import ConsentChanged
from shared.events.marketing import OfferProposed, OfferWithheld
from shared.events.vocabulary import Channel, ClosingGround, Severity, WithholdReason
from shared.runtime.policy import PolicyError
from tests.builders import answered, closed, complaint_received, now, reopened
from tests.service_under_test import ServiceUnderTest, StartService

PATIENT = "[marketing]\nversion='t'\n[marketing.gate]\nmost_complaints=9\n[marketing.cap]\nmost_offers=1"


@pytest.fixture
async def marketing(start_service: StartService) -> ServiceUnderTest:
    return await start_service("marketing")


def consent(customer_id: UUID, agreed: bool) -> ConsentChanged:
    return ConsentChanged(customer_id=customer_id, marketing=agreed, source=Channel.WEB, changed_at=now())


async def served(marketing: ServiceUnderTest, complaint_id: UUID | None = None, **changes: Any) -> UUID:
    """A complaint that was answered by a satisfied customer, and is not closed yet."""
    complaint_id = complaint_id or uuid4()
    await marketing.hears(complaint_received(complaint_id, **changes))
    await marketing.hears(answered(complaint_id))
    return complaint_id


async def reasons_for(marketing: ServiceUnderTest, complaints: list[UUID]) -> list[list[str]]:
    """The reasons to withhold by complaint, none where an offer was made."""
    return [(await decided(marketing, complaint_id))["reasons"] for complaint_id in complaints]


async def decided(marketing: ServiceUnderTest, complaint_id: UUID) -> dict[str, Any]:
    answer = await marketing.client.get(f"/marketing/v1/complaints/{complaint_id}/decision")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def closed_for(marketing: ServiceUnderTest, **changes: Any) -> dict[str, Any]:
    """The decision about a well-served customer, with these changes to the complaint."""
    complaint_id = await served(marketing, **changes)
    await marketing.hears(closed(complaint_id))
    return await decided(marketing, complaint_id)


async def test_a_well_served_customer_is_proposed_one_fitting_offer(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing, case_type="BILLING")
    await marketing.hears(closed(complaint_id))
    [proposed] = await marketing.said()
    assert isinstance(proposed, OfferProposed)
    assert (proposed.complaint_id, proposed.template, proposed.family) == (
        complaint_id,
        "even_bill",
        "PAYMENT_METHOD",
    )
    offer = (await marketing.client.get(f"/marketing/v1/offers/{proposed.offer_id}")).json()
    assert "固定账单" in offer["texts"]["zh-CN"]
    assert "even monthly bill" in offer["texts"]["en"]
    assert offer["may_be_presented"] is True


async def test_nothing_is_decided_before_the_complaint_is_closed(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing)
    assert await marketing.said() == []
    answer = await marketing.client.get(f"/marketing/v1/complaints/{complaint_id}/decision")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_of_1_silence_is_no_confirmation(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing)
    await marketing.hears(closed(complaint_id, ground=ClosingGround.SILENCE))
    [withheld] = await marketing.said()
    assert isinstance(withheld, OfferWithheld)
    assert withheld.reasons == (WithholdReason.NOT_CONFIRMED,)


@pytest.mark.parametrize("answers", [[], [{"satisfied": False}], [{"round": 2}]])
async def test_of_2_only_a_satisfied_answer_about_this_resolution_opens_the_gate(
    marketing: ServiceUnderTest, answers: list[dict[str, Any]]
) -> None:
    complaint_id = uuid4()
    await marketing.hears(complaint_received(complaint_id))
    for changes in answers:
        await marketing.hears(answered(complaint_id, **changes))
    await marketing.hears(closed(complaint_id))
    assert (await decided(marketing, complaint_id))["reasons"] == ["OF-2"]


async def test_of_4_a_customer_with_another_open_complaint_is_left_in_peace(
    start_service: StartService,
) -> None:
    marketing = await start_service("marketing", PATIENT)
    customer_id = uuid4()
    other = await served(marketing, customer_id=customer_id)
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == ["OF-4"]
    await marketing.hears(closed(other, closed_at=now() + timedelta(minutes=1)))
    assert (await decided(marketing, other))["decision"] == "OFFERED"


async def test_of_4_a_reopened_complaint_is_open(start_service: StartService) -> None:
    marketing = await start_service("marketing", PATIENT)
    customer_id = uuid4()
    await closed_for(marketing, customer_id=customer_id, severity=Severity.S1)
    first = (await marketing.said(OfferWithheld))[0].complaint_id
    await marketing.hears(reopened(first))
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == ["OF-4"]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"severity": Severity.S1}, ["OF-5"]),
        ({"case_type": "FRAUD"}, ["OF-5"]),
        ({"severity": Severity.S2, "case_type": "FAULT"}, []),
        ({"repeat_index": 2}, ["OF-6"]),
        ({"marketing_consent": False}, ["OF-7"]),
        ({"case_type": "SAFETY", "severity": Severity.S2}, ["NOTHING-FITS"]),
    ],
)
async def test_each_fact_of_a_complaint_that_matters_decides(
    marketing: ServiceUnderTest, changes: dict[str, Any], reasons: list[str]
) -> None:
    decision = await closed_for(marketing, **changes)
    assert decision["reasons"] == reasons
    assert decision["decision"] == ("WITHHELD" if reasons else "OFFERED")


async def test_of_6_a_complaint_that_was_reopened_is_a_second_failure(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing)
    await marketing.hears(reopened(complaint_id))
    await marketing.hears(answered(complaint_id, 2))
    await marketing.hears(closed(complaint_id, 2))
    assert (await decided(marketing, complaint_id))["reasons"] == ["OF-6"]


async def test_of_6_a_second_complaint_within_ninety_days_is_a_second_failure(
    marketing: ServiceUnderTest,
) -> None:
    customer_id = uuid4()
    await closed_for(marketing, customer_id=customer_id, received_at=now() - timedelta(days=91))
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == []
    later = await closed_for(marketing, customer_id=customer_id)
    assert later["reasons"] == ["OF-6", "CAP-1"]


async def test_cap_2_a_customer_hears_of_so_many_offers_in_thirty_days(start_service: StartService) -> None:
    policy = PATIENT.replace("most_offers=1", "most_offers=2")
    marketing = await start_service("marketing", policy)
    customer_id = uuid4()
    reasons = [(await closed_for(marketing, customer_id=customer_id))["reasons"] for _ in range(3)]
    assert reasons == [[], [], ["CAP-1"]]
    async with marketing.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE decision SET decided_at = decided_at - interval '31 days'")
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == []


async def test_every_reason_is_recorded_and_told(marketing: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await marketing.hears(
        complaint_received(
            complaint_id, severity=Severity.S1, repeat_index=3, marketing_consent=False, case_type="FRAUD"
        )
    )
    await marketing.hears(closed(complaint_id, ground=ClosingGround.SILENCE))
    [withheld] = await marketing.said(OfferWithheld)
    assert list(withheld.reasons) == (await decided(marketing, complaint_id))["reasons"]
    assert list(withheld.reasons) == ["OF-1", "OF-2", "OF-5", "OF-6", "OF-7"]


@pytest.mark.parametrize(
    ("policy", "changes", "before", "after"),
    [
        ("[marketing.gate]\nnever_after_severities=[]", {"severity": Severity.S1}, ["OF-5"], []),
        ("[marketing.gate]\nnever_after_severities=['S3']", {}, [], ["OF-5"]),
        ("[marketing.gate]\nnever_after_case_types=['COMPLAINT']", {}, [], ["OF-5"]),
        ("[marketing.gate]\nhighest_repeat_index=2", {"repeat_index": 2}, ["OF-6"], []),
        ("[marketing.cap]\nmost_offers=0", {}, [], ["CAP-1"]),
        ("[marketing.choice]\nmin_fit=1.0", {"severity": Severity.S2}, [], ["NOTHING-FITS"]),
        ("[marketing.offers.double_points]\noffered=false", {}, [], ["NOTHING-FITS"]),
    ],
)
async def test_what_decides_is_policy(
    marketing: ServiceUnderTest,
    start_service: StartService,
    policy: str,
    changes: dict[str, Any],
    before: list[str],
    after: list[str],
) -> None:
    other = await start_service("marketing", f"[marketing]\nversion='t'\n{policy}")
    assert (await closed_for(marketing, **changes))["reasons"] == before
    decision = await closed_for(other, **changes)
    assert (decision["reasons"], decision["policy_version"]) == (after, "t")


@pytest.mark.parametrize(
    ("policy", "after_reopening", "after_another"),
    [("", ["OF-6"], ["OF-6"]), ("most_reopenings=1\nmost_complaints=2", [], [])],
)
async def test_of_6_how_much_failure_is_too_much_is_policy(
    start_service: StartService, policy: str, after_reopening: list[str], after_another: list[str]
) -> None:
    marketing = await start_service("marketing", f"[marketing]\nversion='t'\n[marketing.gate]\n{policy}")
    complaint_id = await served(marketing)
    await marketing.hears(reopened(complaint_id))
    await marketing.hears(answered(complaint_id, 2))
    await marketing.hears(closed(complaint_id, 2))
    assert (await decided(marketing, complaint_id))["reasons"] == after_reopening
    customer_id = uuid4()
    await closed_for(marketing, customer_id=customer_id)
    assert (await closed_for(marketing, customer_id=customer_id))["reasons"] == after_another


def recorded(marketing: ServiceUnderTest, event: Any, seconds: int) -> Envelope[Any]:
    """An event of intake, recorded so many seconds from now."""
    envelope = marketing.envelope(event)
    return envelope._replace(recorded_at=envelope.recorded_at + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        ([(False, 10)], ["OF-7"]),
        ([(True, 10)], []),
        ([(False, 10), (True, 20)], []),
        ([(True, 10), (False, 20)], ["OF-7"]),
        ([(False, -10)], []),
    ],
)
async def test_of_7_the_last_word_on_consent_counts_whatever_the_order_of_arrival(
    marketing: ServiceUnderTest, words: list[tuple[bool, int]], reasons: list[str]
) -> None:
    for order in permutations(range(len(words) + 1)):
        customer_id, complaint_id = uuid4(), uuid4()
        facts = [recorded(marketing, complaint_received(complaint_id, customer_id=customer_id), 0)]
        facts += [recorded(marketing, consent(customer_id, said), at) for said, at in words]
        for i in order:
            await marketing.receives(facts[i]._replace(sequence=1) if i == 0 else _in_turn(facts, order, i))
        await marketing.hears(answered(complaint_id))
        await marketing.hears(closed(complaint_id))
        assert (await decided(marketing, complaint_id))["reasons"] == reasons, order


def _in_turn(facts: list[Envelope[Any]], order: tuple[int, ...], i: int) -> Envelope[Any]:
    """The i-th fact with the sequence by which it may arrive in this order."""
    words = [j for j in order if j > 0]
    return facts[i]._replace(sequence=words.index(i) + 1)


async def test_of_7_a_withdrawal_after_the_decision_stops_the_offer_at_once(
    marketing: ServiceUnderTest,
) -> None:
    customer_id = uuid4()
    decision = await closed_for(marketing, customer_id=customer_id)
    await marketing.hears(consent(customer_id, False))
    offer = (await marketing.client.get(f"/marketing/v1/offers/{decision['offer_id']}")).json()
    assert offer["may_be_presented"] is False


async def test_of_4_a_new_complaint_after_the_decision_stops_the_offer(marketing: ServiceUnderTest) -> None:
    customer_id = uuid4()
    decision = await closed_for(marketing, customer_id=customer_id)
    await marketing.hears(complaint_received(customer_id=customer_id))
    offer = (await marketing.client.get(f"/marketing/v1/offers/{decision['offer_id']}")).json()
    assert offer["may_be_presented"] is False


async def test_cap_1_a_complaint_that_closes_again_is_decided_once(marketing: ServiceUnderTest) -> None:
    complaint_id = await served(marketing)
    await marketing.hears(closed(complaint_id))
    await marketing.hears(reopened(complaint_id))
    await marketing.hears(answered(complaint_id, 2))
    await marketing.hears(closed(complaint_id, 2))
    assert len(await marketing.said()) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_two_complaints_of_one_customer_that_close_at_once_get_one_offer(
    start_service: StartService, together: bool
) -> None:
    policy = PATIENT.replace("most_offers=1", "most_offers=9")
    marketing = await start_service("marketing", policy)
    for _ in range(5):
        customer_id, at = uuid4(), now()
        pair = [await served(marketing, customer_id=customer_id) for _ in range(2)]
        closings = [marketing.envelope(closed(complaint_id, closed_at=at)) for complaint_id in pair]
        if together:
            await marketing.receives(*closings)
        else:
            await asyncio.gather(*(marketing.receives(closing) for closing in closings))
        assert sorted(await reasons_for(marketing, pair)) == [[], ["OF-4"]]


async def test_whatever_the_order_in_which_two_closings_arrive_there_is_one_offer(
    start_service: StartService,
) -> None:
    marketing = await start_service("marketing", PATIENT)
    for order in permutations(range(2)):
        customer_id, at = uuid4(), now()
        pair = [await served(marketing, customer_id=customer_id) for _ in range(2)]
        times = [at, at + timedelta(seconds=5)]
        for i in order:
            await marketing.hears(closed(pair[i], closed_at=times[i]))
        assert await reasons_for(marketing, [pair[i] for i in order]) == [["OF-4"], []]


async def test_whatever_the_order_of_the_publishers_the_decision_is_the_same(
    marketing: ServiceUnderTest,
) -> None:
    """Reopened, answered twice and closed: every interleaving that keeps each publisher's own order."""
    seen = set()
    for order in sorted(set(permutations(["intake", "routing", "routing", "feedback", "feedback"]))):
        complaint_id = uuid4()
        of: dict[str, list[Envelope[Any]]] = {
            "intake": [marketing.envelope(complaint_received(complaint_id))],
            "feedback": [
                marketing.envelope(answered(complaint_id, satisfied=False), after={"intake": 1}),
                marketing.envelope(answered(complaint_id, 2), after={"intake": 1, "routing": 1}),
            ],
            "routing": [
                marketing.envelope(reopened(complaint_id), after={"intake": 1, "feedback": 1}),
                marketing.envelope(closed(complaint_id, 2), after={"intake": 1, "feedback": 2}),
            ],
        }
        for publisher in order:
            await marketing.receives(of[publisher].pop(0))
        assert marketing.service.consumer is not None
        await marketing.service.consumer.sweep()
        seen.add(tuple((await decided(marketing, complaint_id))["reasons"]))
    assert seen == {("OF-6",)}


async def test_many_closings_in_one_batch_are_each_decided_once(marketing: ServiceUnderTest) -> None:
    ids = [uuid4() for _ in range(60)]
    for make in (complaint_received, answered, closed):
        await marketing.hears(*(make(complaint_id) for complaint_id in ids))
    proposed = await marketing.said(OfferProposed)
    assert {event.complaint_id for event in proposed} == set(ids)
    assert len(proposed) == 60


async def test_every_decision_is_read_in_pages(marketing: ServiceUnderTest) -> None:
    for _ in range(2):
        await closed_for(marketing)
    await closed_for(marketing, marketing_consent=False)
    first = (await marketing.client.get("/marketing/v1/decisions?limit=2")).json()
    rest = (await marketing.client.get(f"/marketing/v1/decisions?limit=2&after={first['next']}")).json()
    decisions = [item["decision"] for item in first["items"] + rest["items"]]
    assert (decisions, rest["next"]) == (["OFFERED", "OFFERED", "WITHHELD"], None)
    assert rest["items"][0]["reasons"] == ["OF-7"]


async def test_an_unknown_offer_is_not_found(marketing: ServiceUnderTest) -> None:
    assert (await marketing.client.get(f"/marketing/v1/offers/{uuid4()}")).status_code == 404
    assert (await marketing.client.get("/marketing/v1/offers/7")).status_code == 422


async def test_operators_see_offers_and_every_reason_to_withhold(marketing: ServiceUnderTest) -> None:
    await closed_for(marketing)
    metrics = (await marketing.client.get("/metrics")).text
    assert 'redress_offers_total{outcome="offered",reason="none"}' in metrics
    assert 'redress_offers_total{outcome="withheld",reason="OF-7"}' in metrics


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("[marketing.offers.double_points]\nfamily='REFUND'", "family"),
        ("[marketing.offers.mine]\nfamily='BUNDLE'\nfits={}\ntexts={en='x', zh-CN='x'}", "mine.fits"),
        ("[marketing.offers.mine]\nfamily='BUNDLE'\nfits={grades=['S']}\ntexts={en='x'}", "mine"),
        ("[marketing.choice]\nmin_fit=2", "min_fit"),
    ],
)
async def test_rem_10_a_catalogue_with_a_remedy_or_with_gaps_is_refused_by_name(
    start_service: StartService, change: str, place: str
) -> None:
    with pytest.raises(PolicyError, match=place):
        await start_service("marketing", f"[marketing]\nversion='t'\n{change}")
