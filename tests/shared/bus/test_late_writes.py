"""What is written late goes with the events, and is there for whoever asks before."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from shared.bus.database import Database
from shared.bus.statement import Statement
from shared.bus.unit_of_work import LateWrites, Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintReceived
from tests.service_under_test import NoLog

from .small_service import SmallService, small, small_database, stored
from .test_consumer import received
from .test_outbox import consent

__all__ = ["small", "small_database"]

NOTE = LateWrites(
    "noted_now AS (INSERT INTO noted (subject, publisher, sequence) VALUES (:who, 'intake', :number))"
)
REFUSED = LateWrites(
    "noted_now AS (INSERT INTO noted (subject, publisher, sequence)"
    " VALUES (:who, 'intake', CAST(:number AS int) / 0))"
)
COUNT = Statement("SELECT count(*) FROM noted")
STATEMENTS = Statement(
    "SELECT count(DISTINCT xmin::text || '.' || cmin::text) FROM (SELECT xmin, cmin FROM noted"
    " UNION ALL SELECT xmin, cmin FROM outbox) AS written"
)


async def test_late_writes_are_committed_in_the_statement_of_the_events(small: SmallService) -> None:
    customer = uuid4()
    async with small.unit_of_work.begin(str(customer)) as tx:
        await tx.write_late(NOTE, {"who": str(customer), "number": 1})
        tx.publish(consent(customer))
    assert await small.noted(customer) == [("intake", 1)]
    assert await small.count("outbox") == 1
    [(statements,)] = await small.database.fetch(STATEMENTS, {})
    assert statements == 1


async def test_who_asks_in_the_same_transaction_sees_them(small: SmallService) -> None:
    customer = uuid4()
    async with small.unit_of_work.begin(str(customer)) as tx:
        await tx.write_late(NOTE, {"who": str(customer), "number": 1})
        assert [tuple(row) for row in await tx.fetch(COUNT, {})] == [(1,)]
        tx.publish(consent(customer))
    assert await small.noted(customer) == [("intake", 1)]
    assert await small.count("outbox") == 1


async def test_several_are_written_in_their_order(small: SmallService) -> None:
    customer = uuid4()
    async with small.unit_of_work.begin(str(customer)) as tx:
        for number in (1, 2):
            await tx.write_late(NOTE, {"who": str(customer), "number": number})
    assert await small.noted(customer) == [("intake", 1), ("intake", 2)]


async def test_they_are_written_though_there_is_no_event(small_database: Database) -> None:
    service = SmallService(small_database, NoLog())
    async with service.unit_of_work.begin() as tx:
        await tx.write_late(NOTE, {"who": "somebody", "number": 1})
    assert await service.count("noted") == 1


async def test_a_transaction_that_fails_leaves_none(small: SmallService) -> None:
    async def fail_after_writing() -> None:
        async with small.unit_of_work.begin() as tx:
            await tx.write_late(NOTE, {"who": "somebody", "number": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_writing()
    assert await small.count("noted") == 0


async def test_an_event_whose_late_writes_fail_is_parked_and_the_others_are_applied(
    small: SmallService,
) -> None:
    poison, good = uuid4(), uuid4()

    async def note_late(tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> None:
        for one in envelopes:
            bad = one.event.complaint_id == poison
            await tx.write_late(REFUSED if bad else NOTE, {"who": one.subject, "number": one.sequence})

    small.consumer.reacts_with({ComplaintReceived: note_late})
    await small.consumer.apply(stored(received(poison), received(good)))
    assert await small.noted() == [("intake", 1)]
    [letter] = await small.dead_letters.list()
    assert letter.subject == str(poison)
    assert "DivisionByZero" in letter.reason
