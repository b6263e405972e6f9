"""The profile of a key account: kept as a whole, scored for completeness, shown beside its complaints."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.policy import IntakePolicy
from services.intake.profile_completeness import profile_completeness
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, read

POLICY = load_policy(IntakePolicy, "intake").profile
WHOLE: dict[str, Any] = {
    "basics": {"legal_name": "Works 1", "industry": "steel", "address": "A7", "employees": 900, "sites": 3},
    "organisation": {"structure": "three plants", "decides": "head of IT", "uses": "sales and plants"},
    "strategy_finance": {
        "strategy": "grow abroad",
        "revenue": "2 bn",
        "investments": "a fourth plant",
        "communications_budget": "3 m",
    },
    "major_events": [{"on": "2027-03-01", "what": "fourth plant opens"}],
    "competition": [{"name": "operator 2", "products": "mobile", "share": 0.3}],
    "contacts": [{"role": "head of IT"}, {"role": "buyer", "email": "buyer@example.com"}],
    "links": {"contracts": ["c-1"], "bills": ["b-1"], "orders": ["o-1"], "plans": ["p-1"]},
}


async def put_profile(intake: ServiceUnderTest, customer: object, **profile: Any) -> httpx.Response:
    return await intake.client.put(f"/intake/v1/customers/{customer}/profile", json={"by": "m1"} | profile)


def test_a_whole_profile_is_complete_and_an_empty_one_is_not() -> None:
    assert profile_completeness(WHOLE, POLICY) == (100, ())
    nothing = profile_completeness({}, POLICY)
    assert nothing.score == 0
    assert nothing.missing[:2] == ("basics.legal_name", "basics.industry")
    assert {"major_events", "competition", "contacts", "links.contracts"} <= set(nothing.missing)


def test_what_is_missing_costs_its_share_of_the_section() -> None:
    one_contact = WHOLE | {"contacts": WHOLE["contacts"][:1]}
    assert profile_completeness(one_contact, POLICY) == (92, ("contacts",))
    no_name = WHOLE | {"basics": {k: v for k, v in WHOLE["basics"].items() if k != "legal_name"}}
    assert profile_completeness(no_name, POLICY) == (96, ("basics.legal_name",))


def test_what_makes_a_profile_complete_is_policy() -> None:
    contacts = POLICY.sections["contacts"]
    changed = POLICY.model_copy(update={"sections": {"contacts": contacts.model_copy(update={"entries": 4})}})
    assert profile_completeness(WHOLE, changed) == (50, ("contacts",))


async def test_a_profile_is_kept_replaced_and_shown_beside_the_complaint(intake: ServiceUnderTest) -> None:
    found = await accepted(intake, customer={"external_id": "c1", "grade": "K"})
    customer = found["customer_id"]
    assert found["account_profile"] is None
    assert (await put_profile(intake, customer)).json()["completeness"] == 0
    assert (await put_profile(intake, customer, **WHOLE)).json() == {
        "customer_id": customer,
        "completeness": 100,
        "missing": [],
    }
    shown = await read(intake, f"/intake/v1/customers/{customer}/profile")
    assert shown["profile"]["basics"] == WHOLE["basics"]
    assert (shown["completeness"], shown["written_by"]) == (100, "m1")
    beside = (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}"))["account_profile"]
    assert (beside["completeness"], beside["links"]["contracts"]) == (100, ["c-1"])


async def test_the_completeness_is_that_of_the_policy_by_which_it_was_written(
    start_service: StartService,
) -> None:
    changed = "[intake]\nversion='t'\n[intake.profile.sections.contacts]\nentries=40"
    intake = await start_service("intake", changed)
    customer = (await accepted(intake, customer={"external_id": "c1"}))["customer_id"]
    answer = (await put_profile(intake, customer, **WHOLE)).json()
    assert (answer["completeness"], answer["missing"]) == (86, ["contacts"])
    shown = await read(intake, f"/intake/v1/customers/{customer}/profile")
    assert shown["policy_version"] == "t"


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ({"by": ""}, "by"),
        ({"basics": {"employees": -1}}, "basics.employees"),
        ({"basics": {"colour": "red"}}, "basics.colour"),
        ({"major_events": [{"on": "soon", "what": "x"}]}, "major_events.0.on"),
        ({"competition": [{"name": "x", "share": 2}]}, "competition.0.share"),
        ({"contacts": [{"name": "x"}]}, "contacts.0.role"),
        ({"links": {"contracts": [""]}}, "links.contracts.0"),
    ],
)
async def test_a_wrong_profile_is_refused_by_name(
    intake: ServiceUnderTest, profile: dict[str, Any], field: str
) -> None:
    refused = await put_profile(intake, uuid4(), **profile)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_nobody_has_no_profile(intake: ServiceUnderTest) -> None:
    assert (await put_profile(intake, uuid4())).status_code == 404
    assert (await intake.client.get(f"/intake/v1/customers/{uuid4()}/profile")).status_code == 404
