"""What is told in pieces, in any order, again and again, with restarts and long silences between, ends in one complaint."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import another_process, read
from .providers_at_the_door import account, call, fixture, intake_for

THROUGH_THE_DOOR = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
END = "2026-11-20T01:40:00Z"
CALL: Sequence[dict[str, Any]] = (
    {"caller_number": "13800138000", "queue": "complaints", "started_at": "2026-11-20T01:30:00Z"},
    {"agent_id": "a100", "leg_id": "agent", "answered_at": "2026-11-20T01:31:00Z", "ended_at": END},
    {"recording": {"reference": "s3://recordings/1.wav", "duration": 540.5}, "consent_recorded": True},
    {"text": "宽带断网三天", "told_at": "2026-11-20T01:41:00Z"},
    {"transcript": {"segments": [{"speaker": "customer", "text": "没有人来修", "at": 3.5}]}},
    {"transcript": {"segments": [{"speaker": "agent", "text": "马上派人", "at": 9}]}},
)
WORDS = "宽带断网三天\n\ncustomer: 没有人来修\nagent: 马上派人"
BETWEEN = st.sampled_from(["silence", "restart"])
_numbers = count(1)


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account("vonage-sms"))


def in_any_order(pieces: int) -> st.SearchStrategy[list[Any]]:
    """Every piece at least once, some more often, with silences and restarts between them."""
    again = st.lists(st.integers(0, pieces - 1), max_size=4)
    doings = st.tuples(again, st.lists(BETWEEN, max_size=4))
    return doings.flatmap(lambda both: st.permutations([*range(pieces), *both[0], *both[1]]))


@asynccontextmanager
async def one_after_the_other(intake: ServiceUnderTest) -> AsyncIterator[list[ServiceUnderTest]]:
    """The processes that are born on the way; the last one is the living one."""
    born = [intake]
    try:
        yield born
    finally:
        for process in born[1:]:
            await process.close()


async def go_through(born: list[ServiceUnderTest], doings: Sequence[Any], tell: Any) -> None:
    """Do one thing after the other, then be silent until nothing is open."""
    for doing in doings:
        if doing == "silence":
            await born[-1].let_pass(timedelta(hours=1))
        elif doing == "restart":
            born.append(another_process(born[0]))
        else:
            await tell(born[-1], doing)
    await born[-1].let_pass(timedelta(hours=1))


@THROUGH_THE_DOOR
@given(doings=in_any_order(len(CALL)))
async def test_the_parts_of_a_call_in_any_order_end_in_the_same_complaint(
    intake: ServiceUnderTest, doings: list[Any]
) -> None:
    call_id = f"call-{next(_numbers)}"  # so that none repeats the other

    async def tell(process: ServiceUnderTest, number: int) -> None:
        body = CALL[number] | {"call_id": call_id, "customer_id": call_id}
        answer = await process.client.post("/intake/v1/channels/phone/calls", json=body)
        assert answer.status_code == 200

    async with one_after_the_other(intake) as born:
        await go_through(born, doings, tell)
    rows = await intake.rows("SELECT text, complaint_id FROM contact WHERE contact_key = :key", key=call_id)
    assert [row["text"] for row in rows] == [WORDS]
    told = [one.complaint_id for one in await intake.said(ComplaintReceived)]
    assert told.count(rows[0]["complaint_id"]) == 1
    facts = (await read(intake, f"/intake/v1/calls?call_id={call_id}"))["facts"]
    assert (facts["agent_id"], facts["queue"], facts["ended_at"]) == ("a100", "complaints", END)
    tasks = await intake.rows("SELECT 1 FROM call_back JOIN call USING (call_ref) WHERE done_at IS NULL")
    assert tasks == []


@THROUGH_THE_DOOR
@given(
    pieces=st.lists(
        st.text("账单有误abc ", min_size=1, max_size=5).filter(str.strip), min_size=2, max_size=5
    ),
    choices=st.data(),
)
async def test_the_parts_of_a_message_in_any_order_end_in_the_same_complaint(
    intake: ServiceUnderTest, pieces: list[str], choices: st.DataObject
) -> None:
    number = next(_numbers)
    sender = f"86139{number:08d}"

    async def tell(process: ServiceUnderTest, part: int) -> None:
        body = {
            "msisdn": sender,
            "to": "447700900001",
            "messageId": f"{number}-{part}",
            "text": pieces[part],
            "type": "text",
            "concat": "true",
            "concat-ref": "7",
            "concat-total": str(len(pieces)),
            "concat-part": str(part + 1),
        }
        request = fixture("vonage-sms")._replace(body=json.dumps(body).encode())
        answers = await asyncio.gather(call(process, request), call(process, request))
        assert {answer.status_code for answer in answers} == {200}

    async with one_after_the_other(intake) as born:
        await go_through(born, choices.draw(in_any_order(len(pieces))), tell)
    rows = await intake.rows(
        "SELECT text, complaint_id FROM contact WHERE origin_e164 = :sender", sender=f"+{sender}"
    )
    assert [row["text"].strip() for row in rows] == ["".join(pieces).strip()]
    told = [one.complaint_id for one in await intake.said(ComplaintReceived)]
    assert told.count(rows[0]["complaint_id"]) == 1
