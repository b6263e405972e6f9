"""Customers who turned out to be one person, through the door of events: the stricter word holds, counts are common."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.marketing.person_consent import Said, consents
from shared.events import Envelope, Event
from shared.events.intake import CustomersMerged, MergeUndone
from tests.builders import closed, now
from tests.service_under_test import ServiceUnderTest, StartService

from .deciding import PATIENT, closed_for, consent, served

MANY = "[marketing]\nversion='t'\n[marketing.gate]\nmost_complaints=99\n[marketing.cap]\nmost_offers=99"
DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def marketing(start_service: StartService) -> ServiceUnderTest:
    return await start_service("marketing", MANY)


def merged(into: UUID, source: UUID, merge_id: UUID | None = None) -> CustomersMerged:
    facts: dict[str, Any] = {"merge_id": merge_id or uuid4(), "merged_id": source, "complaints": 1}
    return CustomersMerged(customer_id=into, by="a100", merged_at=now(), **facts)


def undone(merge: CustomersMerged) -> MergeUndone:
    facts = merge.model_dump(include={"customer_id", "merge_id", "merged_id", "by"})
    return MergeUndone(undone_at=now(), **facts)


def later(marketing: ServiceUnderTest, event: Event, seconds: int) -> Envelope[Event]:
    envelope = marketing.envelope(event)
    return envelope._replace(recorded_at=envelope.recorded_at + timedelta(seconds=seconds))


async def reasons(marketing: ServiceUnderTest, customer_id: UUID, *, agreed: bool = True) -> list[str]:
    decision = await closed_for(marketing, customer_id=customer_id, marketing_consent=agreed)
    return list(decision["reasons"])


async def known(marketing: ServiceUnderTest, *customers: UUID, agreed: bool = True) -> None:
    """Customers whom marketing knows by a complaint that has ended."""
    for customer_id in customers:
        await closed_for(marketing, customer_id=customer_id, marketing_consent=agreed)


async def test_of_7_a_withdrawal_by_either_holds_for_both_until_the_merge_is_undone(
    marketing: ServiceUnderTest,
) -> None:
    one, other = uuid4(), uuid4()
    await known(marketing, one, other)
    await marketing.hears(consent(other, False))
    assert await reasons(marketing, one) == []
    merge = merged(one, other)
    await marketing.hears(merge)
    assert await reasons(marketing, one) == ["OF-7"]
    await marketing.hears(undone(merge))
    assert await reasons(marketing, one) == []
    assert await reasons(marketing, other, agreed=False) == ["OF-7"]


async def test_of_7_a_withdrawal_after_the_merge_holds_for_both_too(marketing: ServiceUnderTest) -> None:
    one, other = uuid4(), uuid4()
    await known(marketing, one, other)
    await marketing.hears(merged(one, other))
    assert await reasons(marketing, other) == []
    await marketing.hears(consent(one, False))
    assert await reasons(marketing, other) == ["OF-7"]


async def test_of_7_who_was_never_asked_takes_nothing_back(marketing: ServiceUnderTest) -> None:
    one, other = uuid4(), uuid4()
    await known(marketing, one)
    await known(marketing, other, agreed=False)
    await marketing.hears(merged(one, other))
    assert await reasons(marketing, one) == []


async def test_of_7_who_agrees_again_after_the_merge_hears_of_offers_again(
    marketing: ServiceUnderTest,
) -> None:
    one, other = uuid4(), uuid4()
    await known(marketing, one, other)
    await marketing.hears(consent(other, False))
    await marketing.hears(merged(one, other))
    await marketing.receives(later(marketing, consent(one, True), 5))
    assert await reasons(marketing, one) == []


async def test_of_7_an_offer_is_not_presented_once_the_person_withdrew_as_another_customer(
    marketing: ServiceUnderTest,
) -> None:
    one, other = uuid4(), uuid4()
    offer_id = (await closed_for(marketing, customer_id=one))["offer_id"]
    await known(marketing, other)
    await marketing.hears(merged(other, one))

    async def may_be_presented() -> bool:
        answer = await marketing.client.get(f"/marketing/v1/offers/{offer_id}")
        return bool(answer.json()["may_be_presented"])

    assert await may_be_presented()
    await marketing.hears(consent(other, False))
    assert not await may_be_presented()


async def test_of_4_the_person_has_an_open_complaint_as_another_customer(marketing: ServiceUnderTest) -> None:
    one, other = uuid4(), uuid4()
    await served(marketing, customer_id=other)
    merge = merged(one, other)
    await marketing.hears(merge)
    assert await reasons(marketing, one) == ["OF-4"]
    await marketing.hears(undone(merge))
    assert await reasons(marketing, one) == []


async def test_cap_2_offers_are_counted_over_the_person_until_the_merge_is_undone(
    start_service: StartService,
) -> None:
    marketing = await start_service("marketing", PATIENT)
    one, other = uuid4(), uuid4()
    await known(marketing, other)
    merge = merged(one, other)
    await marketing.hears(merge)
    assert await reasons(marketing, one) == ["CAP-1"]
    await marketing.hears(undone(merge))
    assert await reasons(marketing, one) == []


async def test_of_6_complaints_are_counted_over_the_person(start_service: StartService) -> None:
    policy = MANY.replace("most_complaints=99", "most_complaints=1")
    marketing = await start_service("marketing", policy)
    one, other = uuid4(), uuid4()
    await known(marketing, other)
    await marketing.hears(merged(one, other))
    assert await reasons(marketing, one) == ["OF-6"]


async def test_two_complaints_of_one_person_that_close_in_one_batch_get_one_offer(
    marketing: ServiceUnderTest,
) -> None:
    one, other, at = uuid4(), uuid4(), now()
    pair = [await served(marketing, customer_id=customer) for customer in (one, other)]
    await marketing.hears(merged(one, other))
    await marketing.hears(*(closed(complaint_id, closed_at=at) for complaint_id in pair))
    assert sorted([event.type.split(".")[2] for event in await marketing.said()]) == [
        "offer_proposed",
        "offer_withheld",
    ]


async def test_a_merge_that_is_heard_before_the_customers_holds_all_the_same(
    marketing: ServiceUnderTest,
) -> None:
    one, other = uuid4(), uuid4()
    await marketing.hears(merged(one, other))
    await marketing.hears(consent(other, False))
    assert await reasons(marketing, one) == ["OF-7"]


async def persons(marketing: ServiceUnderTest, customers: Sequence[UUID]) -> list[set[int]]:
    """Which customers are one person, by their places; in order."""
    rows = await marketing.rows("SELECT customer_id, person_id FROM customer")
    named = {row["customer_id"]: row["person_id"] for row in rows}
    groups: dict[UUID, set[int]] = {}
    for place, customer in enumerate(customers):
        groups.setdefault(named.get(customer, customer), set()).add(place)
    return sorted(groups.values(), key=min)


async def test_chains_of_merges_are_one_person_whatever_the_order_of_arrival(
    marketing: ServiceUnderTest,
) -> None:
    """Merges into different customers are about different subjects, so they may arrive in any order."""
    for order in permutations(range(3)):
        a, b, c, d = customers = [uuid4() for _ in range(4)]
        chain = [merged(b, a), merged(c, b), merged(d, c)]
        for place in order:
            await marketing.hears(chain[place])
        assert await persons(marketing, customers) == [{0, 1, 2, 3}], order
        await marketing.hears(undone(chain[1]))
        assert await persons(marketing, customers) == [{0, 1}, {2, 3}], order


def standing(pairs: Sequence[tuple[int, int]], undone_ones: set[int], of: int) -> list[set[int]]:
    """The persons that follow from the merges that stand."""
    groups = [{place} for place in range(of)]
    for nth, (source, into) in enumerate(pairs):
        if nth in undone_ones:
            continue
        mine = [group for group in groups if source in group or into in group]
        groups = [group for group in groups if group not in mine] + [set().union(*mine)]
    return sorted(groups, key=min)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_order_of_merges_and_undoings_that_the_log_allows_ends_in_the_same_persons(
    data: st.DataObject, marketing: ServiceUnderTest
) -> None:
    customers = [uuid4() for _ in range(5)]
    place = st.integers(0, 4)
    pairs = data.draw(
        st.lists(st.tuples(place, place).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=6)
    )
    back = data.draw(st.sets(st.integers(0, len(pairs) - 1)))
    merges = [merged(customers[into], customers[source]) for source, into in pairs]
    streams: dict[UUID, list[Event]] = {}
    for nth, merge in enumerate(merges):
        streams.setdefault(merge.customer_id, []).extend([merge, undone(merge)] if nth in back else [merge])
    while streams:
        # By their places: the ids differ from run to run, and an example must not.
        subject = data.draw(st.sampled_from([one for one in customers if one in streams]))
        await marketing.hears(streams[subject].pop(0))
        if not streams[subject]:
            del streams[subject]
    assert await persons(marketing, customers) == standing(pairs, back, 5)


WORDS = st.builds(
    Said,
    marketing=st.booleans(),
    withdrawn_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    agreed_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(said=st.lists(WORDS, min_size=1, max_size=5), order=st.randoms(use_true_random=False))
def test_of_7_the_order_of_customers_does_not_matter(said: list[Said], order: Any) -> None:
    shuffled = list(said)
    order.shuffle(shuffled)
    assert consents(said, START) == consents(shuffled, START)


@given(said=st.lists(WORDS, min_size=1, max_size=5))
def test_of_7_one_more_withdrawal_never_opens_the_gate(said: list[Said]) -> None:
    withdrawal = Said(False, datetime(9999, 1, 1, tzinfo=UTC))
    assert not consents([*said, withdrawal], START)


@pytest.mark.parametrize(
    ("said", "merged_at", "agreed"),
    [
        ([Said(True)], None, True),
        ([Said(False)], None, False),
        ([Said(True), Said(False)], START, True),
        ([Said(True), Said(False, START)], START + DAY, False),
        ([Said(True, agreed_at=START + DAY), Said(False, START)], START + 2 * DAY, False),
        ([Said(True, agreed_at=START + 3 * DAY), Said(False, START)], START + 2 * DAY, True),
        ([Said(True, START, START + DAY)], None, True),
    ],
)
def test_of_7_the_stricter_word_holds(said: list[Said], merged_at: datetime | None, agreed: bool) -> None:
    assert consents(said, merged_at) is agreed
