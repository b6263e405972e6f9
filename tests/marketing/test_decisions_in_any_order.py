"""Whatever the order in which closings and words on consent arrive, together or apart, the decision is the same one."""

import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from shared.events import Envelope
from shared.events.marketing import OfferProposed
from tests.builders import answered, closed, complaint_received, now, reopened
from tests.service_under_test import ServiceUnderTest, StartService

from .deciding import PATIENT, consent, decided, reasons_for, served


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
