"""What customers of an incident are told, and what is taken back, through the door of events."""

from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.builders import resolved
from tests.service_under_test import ServiceUnderTest

from .duties import (
    ended,
)
from .facts import DUE
from .hearing import hears_in_turn, owned, states
from .news import joined


async def sent(notify: ServiceUnderTest, complaint_id: UUID) -> None:
    """What waits was handed over."""
    async with notify.engine.begin() as connection:
        await connection.execute(
            text("UPDATE intent SET state = 'SENT' WHERE complaint_id = :id AND state = 'PENDING'"),
            {"id": complaint_id},
        )


async def test_rep_8_of_an_incident_that_was_none_it_is_taken_back(notify: ServiceUnderTest) -> None:
    incident = uuid4()
    heard, unheard, apart = [await owned(notify) for _ in range(3)]
    await notify.hears(joined(heard, incident))
    await sent(notify, heard)
    await notify.hears(joined(unheard, incident), joined(apart))
    for _ in range(2):
        await notify.hears(ended(incident))
        await notify.let_pass(DUE - DUE)
    kinds = "INCIDENT", "NO_INCIDENT"
    assert await states(notify, heard, *kinds) == [("INCIDENT", "SENT"), ("NO_INCIDENT", "PENDING")]
    assert await states(notify, unheard, *kinds) == [("INCIDENT", "SKIPPED")]
    assert await states(notify, apart, *kinds) == [("INCIDENT", "PENDING")]


async def test_rep_8_of_one_that_was_resolved_the_resolution_is_told_and_nothing_else(
    notify: ServiceUnderTest,
) -> None:
    incident, complaint_id = uuid4(), await owned(notify)
    await hears_in_turn(notify, joined(complaint_id, incident), ended(incident, resolved=True))
    assert await notify.let_pass(DUE - DUE) == 0
    await notify.hears(resolved(complaint_id))
    assert await states(notify, complaint_id, "INCIDENT", "NO_INCIDENT", "RESOLVED") == [
        ("INCIDENT", "SKIPPED"),
        ("RESOLVED", "PENDING"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_rep_8_in_any_order_that_the_log_allows_the_same_is_told(
    notify: ServiceUnderTest, order: tuple[int, ...]
) -> None:
    """An incident's end is about another subject than the complaints that joined it."""
    incident, complaint_id = uuid4(), await owned(notify)
    facts = [joined(complaint_id, incident), ended(incident), joined(await owned(notify), incident)]
    await hears_in_turn(notify, *(facts[i] for i in order))
    await notify.let_pass(DUE - DUE)
    assert await states(notify, complaint_id, "INCIDENT", "NO_INCIDENT") == [("INCIDENT", "SKIPPED")]
