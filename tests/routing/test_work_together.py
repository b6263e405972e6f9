"""Staff who work on complaints at the same moment: one transaction, an answer for each, nobody held up by another."""

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.bus.headers import unpack
from shared.bus.unit_of_work import UnitOfWork
from shared.events.routing import ComplaintResolved, SolutionProposed
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, post, shown, staff_file, taken_by


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", staff_file=staff_file(tmp_path))


async def propose(routing: ServiceUnderTest, complaint_id: UUID, by: str = "f1", **body: object) -> Any:
    said = {"text": "We pay it back.", "by": by, "steps": FIRST_FOUR} | body
    return await post(routing, complaint_id, "proposal", **said)


async def test_those_who_come_while_others_are_served_share_a_transaction(routing: ServiceUnderTest) -> None:
    complaints = [await taken_by(routing, "f1") for _ in range(20)]
    with patch.object(UnitOfWork, "begin", autospec=True, side_effect=UnitOfWork.begin) as begun:
        answers = await asyncio.gather(*(propose(routing, one) for one in complaints))
    assert begun.call_count < 20
    assert {answer.json()["complaint_id"] for answer in answers} == {str(one) for one in complaints}
    assert {answer.json()["state"] for answer in answers} == {"PROPOSED"}
    assert len(await routing.said(SolutionProposed)) == 20
    [row] = await routing.rows(
        "SELECT sum(contacts) AS contacts FROM staff_load WHERE counted_by LIKE '%/api'"
    )
    assert row["contacts"] == 20


async def test_what_one_may_not_do_holds_nobody_else_up(routing: ServiceUnderTest) -> None:
    complaints = [await taken_by(routing, "f1") for _ in range(6)]
    answers = await asyncio.gather(
        *(propose(routing, one, by="b1" if place == 3 else "f1") for place, one in enumerate(complaints)),
        propose(routing, uuid4()),
        propose(routing, complaints[0], text="Something else.", version=99),
    )
    assert [answer.status_code for answer in answers] == [200, 200, 200, 409, 200, 200, 404, 409]
    assert len(await routing.said(SolutionProposed)) == 5
    assert (await shown(routing, complaints[3]))["state"] == "ASSIGNED"


async def test_what_is_done_to_one_case_at_once_is_done_in_turn(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await propose(routing, complaint_id)
    answers = await asyncio.gather(
        *(propose(routing, complaint_id, text=f"We pay {number}.") for number in range(5)),
        post(routing, complaint_id, "resolution", by="f1", steps=["INVITE_FEEDBACK"]),
        *(propose(routing, complaint_id, text=f"We pay {number}.") for number in range(5, 8)),
    )
    versions = [answer.json()["version"] for answer in answers if answer.status_code == 200]
    assert len(versions) == len(set(versions))
    assert len(await routing.said(ComplaintResolved)) == 1
    told = len(await routing.said(SolutionProposed))
    assert told == sum(
        answer.status_code == 200 for answer in answers
    )  # with the first, without the resolution


async def test_every_event_keeps_the_trace_of_the_request_that_led_to_it(routing: ServiceUnderTest) -> None:
    complaints = [await taken_by(routing, "f1") for _ in range(5)]
    traces = {str(one): f"00-{one.hex}-{'0' * 15}1-01" for one in complaints}
    await asyncio.gather(
        *(
            routing.client.post(
                f"/routing/v1/complaints/{one}/proposal",
                json={"text": "We pay it back.", "by": "f1", "steps": FIRST_FOUR},
                headers={"traceparent": traces[str(one)]},
            )
            for one in complaints
        )
    )
    rows = await routing.rows(
        "SELECT subject, headers FROM outbox WHERE type = :type", type="redress.routing.solution_proposed.v1"
    )
    kept = {row["subject"]: dict(unpack(row["headers"]))["traceparent"].decode() for row in rows}
    assert kept == traces


async def test_where_nobody_knows_whether_it_was_stored_the_same_may_be_said_again(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    execute = asyncpg.pool.PoolConnectionProxy.execute

    async def cut_off(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        done = await execute(self, query, *args, **kwargs)
        if query == "COMMIT":
            raise asyncpg.ConnectionDoesNotExistError("cut off")
        return done

    routing.client._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
    with patch.object(asyncpg.pool.PoolConnectionProxy, "execute", cut_off):
        unknown = await propose(routing, complaint_id)
    assert (unknown.status_code, unknown.headers["Retry-After"]) == (503, "1")
    again = await propose(routing, complaint_id)
    assert (again.status_code, again.json()["state"]) == (200, "PROPOSED")
    assert len(await routing.said(SolutionProposed)) == 1
