"""The comparison of sets: every kind of loss is found, and nothing else."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.command.replay.conservation import Finding, Ledger, Place, differences
from services.command.replay.make_contact import Contact, Dated
from services.command.replay.rejects import Reason
from services.command.replay.tally import Answer, Outcome, Tally
from shared.events.vocabulary import Channel

CONTACT = Contact(2, Channel.WEB, "k", {}, "k", Dated.GIVEN)
ARRIVED: dict[Place, dict[str, Any]] = {
    Place.RECEIVED: {},
    Place.OWNED: {"owner_id": "a1"},
    Place.PROMISED: {"promises": {"ACK": 1, "SOLVE": 1}},
    Place.ACKNOWLEDGED: {"state": "SENT", "reason": None},
}


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


def tally_of(*complaints: UUID, outcome: Outcome = Outcome.CREATED) -> Tally:
    tally = Tally()
    for one in complaints:
        tally.read += 1
        tally.answered(CONTACT, Answer(outcome, one))
    return tally


def see(ledger: Ledger, place: Place, complaint_id: UUID, **other: Any) -> None:
    ledger.saw(place, {"complaint_id": str(complaint_id), **ARRIVED[place], **other})


def whole(tally: Tally) -> Ledger:
    """A ledger in which everything arrived."""
    ledger = Ledger(tally.complaints, tally.created)
    for place in Place:
        for one in tally.complaints:
            see(ledger, place, one)
    return ledger


def found(tally: Tally, ledger: Ledger) -> list[tuple[Finding, list[UUID]]]:
    return [(one.finding, list(one.ids)) for one in differences(tally, ledger)]


def test_what_intake_says_of_each_complaint_is_counted_once() -> None:
    ledger = Ledger(tally_of(*ids(1, 2, 3)).complaints)
    for _ in range(2):
        see(ledger, Place.RECEIVED, UUID(int=1), tells_of_trouble=False, kind="SUGGESTION")
        see(ledger, Place.RECEIVED, UUID(int=2), tells_of_trouble=True, kind="COMPLAINT")
        see(ledger, Place.RECEIVED, UUID(int=3), tells_of_trouble=None)
    assert ledger.without_trouble == 1
    assert ledger.kinds == {"SUGGESTION": 1, "COMPLAINT": 2}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_arrived_everywhere_balances(outcome: Outcome) -> None:
    tally = tally_of(*ids(1, 2, 3), outcome=outcome)
    assert found(tally, whole(tally)) == []


@pytest.mark.parametrize(
    ("place", "finding"),
    [
        (Place.RECEIVED, Finding.NOT_RECEIVED),
        (Place.OWNED, Finding.NOT_OWNED),
        (Place.PROMISED, Finding.NOT_PROMISED),
        (Place.ACKNOWLEDGED, Finding.NOT_ACKNOWLEDGED),
    ],
)
def test_a_complaint_that_one_place_lacks_is_found(place: Place, finding: Finding) -> None:
    tally = tally_of(*ids(1, 2, 3))
    ledger = Ledger(tally.complaints, tally.created)
    for everywhere in Place:
        for one in ids(1, 2, 3):
            if (everywhere, one) != (place, UUID(int=2)):
                see(ledger, everywhere, one)
    assert found(tally, ledger) == [(finding, ids(2))]


@pytest.mark.parametrize(
    ("place", "item", "finding"),
    [
        (Place.OWNED, {"owner_id": None}, Finding.NOT_OWNED),
        (Place.PROMISED, {"promises": {"ACK": 1, "SOLVE": 0}}, Finding.NOT_PROMISED),
        (Place.PROMISED, {"promises": {}}, Finding.NOT_PROMISED),
        (Place.ACKNOWLEDGED, {"state": "PENDING", "reason": None}, Finding.NOT_ACKNOWLEDGED),
        (Place.ACKNOWLEDGED, {"state": "SKIPPED", "reason": None}, Finding.NOT_ACKNOWLEDGED),
        (Place.ACKNOWLEDGED, {"state": "FAILED", "reason": "550"}, Finding.RECEIPT_FAILED),
        (Place.ACKNOWLEDGED, {"state": "UNKNOWN", "reason": None}, Finding.RECEIPT_UNKNOWN),
    ],
)
def test_a_complaint_that_is_listed_without_what_it_was_listed_for_is_found(
    place: Place, item: dict[str, Any], finding: Finding
) -> None:
    tally = tally_of(*ids(1))
    ledger = Ledger(tally.complaints)
    for everywhere in Place:
        see(ledger, everywhere, UUID(int=1), **(item if everywhere is place else {}))
    assert found(tally, ledger) == [(finding, ids(1))]


def test_a_receipt_skipped_with_a_reason_is_an_acknowledgement() -> None:
    tally = tally_of(*ids(1))
    ledger = Ledger(tally.complaints)
    for place in Place:
        item = {"state": "SKIPPED", "reason": "NO_ADDRESS"} if place is Place.ACKNOWLEDGED else {}
        see(ledger, place, UUID(int=1), **item)
    assert found(tally, ledger) == []
    assert ledger.skipped == {"NO_ADDRESS": 1}


def test_a_receipt_that_failed_is_not_waited_for() -> None:
    ledger = Ledger(ids(1, 2))
    see(ledger, Place.ACKNOWLEDGED, UUID(int=1), state="FAILED")
    assert ledger.waits_for(Place.ACKNOWLEDGED) == set(ids(2))
    assert ledger.arrived(Place.ACKNOWLEDGED) == 0


def test_two_rows_that_created_one_complaint_are_a_lost_complaint() -> None:
    tally = tally_of(*ids(1, 1, 2))
    assert found(tally, whole(tally)) == [(Finding.CREATED_TWICE, ids(1))]


def test_two_rows_attached_to_one_complaint_are_none() -> None:
    tally = tally_of(*ids(1, 1), outcome=Outcome.ATTACHED)
    assert found(tally, whole(tally)) == []


def test_a_row_of_which_nothing_became_is_found() -> None:
    tally = tally_of(*ids(1))
    tally.read += 2
    tally.rejected[Reason.BAD_DATE] += 1
    [one] = differences(tally, whole(tally))
    assert (one.finding, one.total) == (Finding.ROWS_UNACCOUNTED, 1)


@pytest.mark.parametrize(
    ("reason", "expected"), [(Reason.REFUSED_BY_INTAKE, []), (Reason.FAILED_IN_INTAKE, [Finding.ROWS_FAILED])]
)
def test_a_row_that_is_refused_is_accounted_for_and_one_at_which_intake_fails_is_not(
    reason: Reason, expected: list[Finding]
) -> None:
    tally = tally_of(*ids(1))
    tally.read += 1
    tally.rejected[reason] += 1
    assert [one.finding for one in differences(tally, whole(tally))] == expected


@pytest.mark.parametrize(
    ("place", "finding"),
    [
        (Place.OWNED, Finding.OWNED_BUT_NEVER_RECEIVED),
        (Place.PROMISED, Finding.PROMISED_BUT_NEVER_RECEIVED),
        (Place.ACKNOWLEDGED, Finding.ACKNOWLEDGED_BUT_NEVER_RECEIVED),
    ],
)
def test_a_complaint_that_only_another_place_knows_is_found(place: Place, finding: Finding) -> None:
    tally = tally_of(*ids(1, 5))
    ledger = whole(tally)
    see(ledger, place, UUID(int=3))
    assert found(tally, ledger) == [(finding, ids(3))]


def test_complaints_of_other_people_are_no_finding() -> None:
    tally = tally_of(*ids(2, 5))
    ledger = whole(tally)
    for place in (Place.OWNED, Place.PROMISED, Place.ACKNOWLEDGED, Place.RECEIVED):
        see(ledger, place, UUID(int=3))
        see(ledger, place, UUID(int=9))
    assert found(tally, ledger) == []


@given(some.data())
def test_exactly_what_is_missing_is_found(data: some.DataObject) -> None:
    complaints = data.draw(some.sets(some.integers(1, 30)))
    tally = tally_of(*ids(*sorted(complaints)))
    ledger = Ledger(tally.complaints, tally.created)
    missing = {}
    for place in Place:
        seen = data.draw(some.sets(some.sampled_from(sorted(complaints)))) if complaints else set()
        missing[place] = sorted(complaints - seen)
        for number in seen:
            see(ledger, place, UUID(int=number))
    expected = [
        (finding, ids(*missing[place]))
        for place, finding in zip(
            Place,
            (Finding.NOT_RECEIVED, Finding.NOT_OWNED, Finding.NOT_PROMISED, Finding.NOT_ACKNOWLEDGED),
            strict=True,
        )
        if missing[place]
    ]
    assert found(tally, ledger) == expected
