"""The rules of marketing, by cases."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from services.marketing.choose_offer import Choice, Need, choose_offer, fit_of
from services.marketing.gate import Situation, gate
from services.marketing.latest_consent import Word, latest_words
from services.marketing.policy import FitPolicy, MarketingPolicy
from shared.events.vocabulary import Channel, ClosingGround, Grade, Severity, WithholdReason
from shared.runtime.policy import load_policy

POLICY = load_policy(MarketingPolicy, "marketing")
WELL_SERVED = Situation(
    ground=ClosingGround.CONFIRMED,
    satisfied=True,
    severity=Severity.S3,
    case_type="COMPLAINT",
    category=None,
    repeat_index=1,
    reopenings=0,
    other_open=0,
    complaints=1,
    offers=0,
    consent=True,
)
NEED = Need("BILLING", "bill/roaming", Grade.V, Severity.S3, Channel.PHONE)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_well_served_customer_passes_every_gate() -> None:
    assert gate(WELL_SERVED, POLICY) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ground": ClosingGround.SILENCE}, WithholdReason.NOT_CONFIRMED),
        ({"satisfied": False}, WithholdReason.NOT_SATISFIED),
        ({"satisfied": None}, WithholdReason.NOT_SATISFIED),
        ({"other_open": 1}, WithholdReason.OTHER_COMPLAINT_OPEN),
        ({"severity": Severity.S1}, WithholdReason.SEVERE_FAILURE),
        ({"repeat_index": 2}, WithholdReason.SECOND_FAILURE),
        ({"reopenings": 1}, WithholdReason.SECOND_FAILURE),
        ({"complaints": 2}, WithholdReason.SECOND_FAILURE),
        ({"consent": False}, WithholdReason.NO_CONSENT),
        ({"offers": 2}, WithholdReason.ALREADY_OFFERED),
    ],
)
def test_each_gate_bites_by_itself(change: dict[str, Any], reason: WithholdReason) -> None:
    assert gate(WELL_SERVED._replace(**change), POLICY) == (reason,)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"severity": Severity.S1}, (WithholdReason.SEVERE_FAILURE,)),
        ({"severity": Severity.S2}, ()),
        ({"case_type": "STAFF_CONDUCT"}, (WithholdReason.SEVERE_FAILURE,)),
        ({"case_type": "UNORDERED_SERVICE"}, (WithholdReason.SEVERE_FAILURE,)),
        ({"case_type": "BILLING"}, ()),
        ({"category": "mobile/PRIVACY/leak"}, (WithholdReason.SEVERE_FAILURE,)),
        ({"category": "mobile/privacy-notice"}, ()),
    ],
)
def test_of_5_nothing_is_offered_after_a_severe_failure_or_one_that_destroys_trust(
    change: dict[str, Any], reasons: tuple[WithholdReason, ...]
) -> None:
    assert gate(WELL_SERVED._replace(**change), POLICY) == reasons


def test_of_5_which_failures_are_severe_is_policy() -> None:
    milder = POLICY.gate.model_copy(
        update={"never_after_severities": (), "never_after_case_types": ("BILLING",)}
    )
    policy = POLICY.model_copy(update={"gate": milder})
    assert gate(WELL_SERVED._replace(severity=Severity.S1), policy) == ()
    assert gate(WELL_SERVED._replace(case_type="BILLING"), policy) == (WithholdReason.SEVERE_FAILURE,)


def test_every_gate_that_does_not_hold_is_a_reason_in_the_order_of_the_rules() -> None:
    worst = Situation(ClosingGround.SILENCE, None, Severity.S1, "FRAUD", None, 3, 2, 4, 5, 6, consent=False)
    assert gate(worst, POLICY) == tuple(reason for reason in WithholdReason if reason != "NOTHING-FITS")


@pytest.mark.parametrize(
    ("listed", "fit"),
    [
        ({"case_types": ["BILLING"]}, 1.0),
        ({"case_types": ["BILLING"], "grades": ["S"]}, 0.5),
        ({"case_types": ["FAULT"], "grades": ["V"], "severities": ["S3"]}, 0.0),
        ({"grades": ["V"], "severities": ["S3"], "channels": ["sms"]}, 2 / 3),
        ({"categories": ["bill/roaming"]}, 1.0),
        ({"channels": ["web", "sms"]}, 0.0),
    ],
)
def test_fit_is_the_share_of_listed_needs_that_are_met(listed: dict[str, Any], fit: float) -> None:
    assert fit_of(FitPolicy(**listed), NEED) == pytest.approx(fit)


@pytest.mark.parametrize(
    ("change", "template"),
    [
        ({}, "even_bill"),
        ({"case_type": "FAULT"}, "direct_line"),
        ({"case_type": "CONTRACT"}, "short_tenure"),
        ({"case_type": "SUSPENSION"}, "reminder_prepay"),
        ({"case_type": "SUGGESTION"}, "idea_reward"),
        ({"case_type": "COMPLAINT"}, "double_points"),
        ({"case_type": "COMPLAINT", "grade": Grade.K}, "account_review"),
        ({"case_type": "SAFETY"}, None),
    ],
)
def test_the_best_fitting_offer_of_the_catalogue_is_chosen_or_none(
    change: dict[str, Any], template: str | None
) -> None:
    choice = choose_offer(NEED._replace(**change), POLICY)
    assert (choice and choice.template) == template


def test_of_two_that_fit_alike_the_first_in_the_catalogue_is_chosen() -> None:
    offers = dict.fromkeys(("second", "first"), POLICY.offers["even_bill"])
    both = POLICY.model_copy(update={"offers": offers})
    assert choose_offer(NEED, both) == Choice("second", 1.0)


def test_an_offer_that_fits_nothing_is_not_chosen_even_without_a_threshold() -> None:
    careless = POLICY.model_copy(update={"choice": POLICY.choice.model_copy(update={"min_fit": 0})})
    assert choose_offer(NEED._replace(case_type="SAFETY"), careless) is None


def test_of_7_the_last_word_counts_and_of_two_at_once_the_refusal() -> None:
    customer = UUID(int=1)
    agreed, refused = Word(customer, True, NOON), Word(customer, False, NOON)
    later = Word(customer, True, NOON + timedelta(seconds=1))
    for order in permutations([agreed, refused]):
        assert latest_words(order) == [refused]
    for order in permutations([agreed, refused, later]):
        assert latest_words(order) == [later]


def test_a_policy_is_written_alike_in_every_process() -> None:
    """Its digest is compared at every start, and sets have another order in every process."""
    assert not holds_a_set(POLICY.model_dump())


def holds_a_set(value: object) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return isinstance(value, set | frozenset) or any(holds_a_set(part) for part in parts)
