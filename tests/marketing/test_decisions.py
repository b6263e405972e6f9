"""When marketing offers something, and that it gives its reasons when it does not, through the door of events."""

from typing import Any
from uuid import uuid4

import pytest

from shared.events.marketing import OfferProposed, OfferWithheld
from shared.events.vocabulary import ClosingGround, Severity
from shared.runtime.policy import PolicyError
from tests.builders import closed, complaint_received
from tests.service_under_test import ServiceUnderTest, StartService

from .deciding import closed_for, consent, decided, served


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
