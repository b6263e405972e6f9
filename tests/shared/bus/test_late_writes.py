"""What is written late goes with the events, and is there for whoever asks before."""

from uuid import uuid4

import pytest

from shared.bus.database import Database
from shared.bus.statement import Statement
from shared.bus.unit_of_work import LateWrites
from tests.service_under_test import NoLog
from tests.shared.bus.test_outbox import consent

from .small_service import SmallService, small, small_database

__all__ = ["small", "small_database"]

NOTE = LateWrites(
    "noted_now AS (INSERT INTO noted (subject, publisher, sequence) VALUES (:who, 'intake', :number))"
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
