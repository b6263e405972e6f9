"""Calls that we make: whether the customer was reached is told about their complaint, once, in any order (PAU-2)."""

import asyncio
import json
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from services.intake.judge_outgoing import judge_outgoing
from shared.events.intake import ComplaintReceived, CustomerCalled
from tests.builders import resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post
from .phone_calls import ANSWER, BEGIN, END, call, let_it_be_quiet, tell
from .providers_at_the_door import Request, account, fixture, intake_for
from .providers_at_the_door import call as provider_calls
from .watching import Watched

NUMBER = "13800138000"
IN_VAIN: dict[str, Any] = {
    "direction": "outbound",
    "caller_number": "10086",
    "called_number": NUMBER,
    "started_at": BEGIN,
    "ended_at": ANSWER,
    "agent_id": "a100",
    "hangup_reason": "NO_ANSWER",
}
SID = "CA0123456789abcdef0123456789abcdef"


@pytest.fixture
async def one(intake: ServiceUnderTest) -> Watched:
    """A complaint of somebody who gave a number."""
    return Watched(intake, await accepted(intake, customer={"phone": NUMBER}))


async def test_pau_2_a_call_in_vain_is_told_about_the_only_open_complaint_of_who_was_called(
    one: Watched,
) -> None:
    await tell(one.intake, **IN_VAIN)
    await let_it_be_quiet(one.intake)
    [told] = await one.intake.said(CustomerCalled)
    assert (told.complaint_id, told.reached, told.by, told.talked) == (one.id, False, "a100", None)
    assert told.called_at.isoformat() == "2026-11-20T01:30:00+00:00"
    assert (await call(one.intake))["fate"] == "CALLED"
    assert "We called you and did not reach you" in await one.page()
    assert NUMBER not in told.model_dump_json()


async def test_pau_2_a_call_that_was_answered_is_told_with_how_long_they_talked(one: Watched) -> None:
    await tell(one.intake, **IN_VAIN | {"answered_at": ANSWER, "ended_at": END})
    await let_it_be_quiet(one.intake)
    [told] = await one.intake.said(CustomerCalled)
    assert (told.reached, told.talked) == (True, 540)


async def test_pau_2_an_inbound_call_shows_nothing(one: Watched) -> None:
    await tell(one.intake, **IN_VAIN | {"direction": "inbound", "caller_number": NUMBER})
    await let_it_be_quiet(one.intake)
    assert await one.intake.said(CustomerCalled) == []


@pytest.mark.parametrize("disposition", ["voicemail", "failed", "abandoned"])
def test_pau_2_whom_only_a_machine_answered_is_not_reached(disposition: str) -> None:
    made = judge_outgoing(IN_VAIN | {"answered_at": ANSWER, "disposition": disposition})
    assert made is not None
    assert (made.reached, made.talked) == (False, None)


def test_a_call_that_lasts_is_not_judged() -> None:
    assert judge_outgoing({"direction": "outbound", "answered_at": ANSWER}) is None


async def test_of_several_open_complaints_only_the_one_that_is_named_is_meant(one: Watched) -> None:
    other = Watched(
        one.intake, await accepted(one.intake, text="no signal at all", customer={"phone": NUMBER})
    )
    await tell(one.intake, "c1", **IN_VAIN)
    receipt = (await other.seen())["receipt_number"]
    await tell(one.intake, "c2", complaint=receipt, **IN_VAIN)
    await tell(one.intake, "c3", complaint=str(one.id), **IN_VAIN)
    await let_it_be_quiet(one.intake)
    told = await one.intake.said(CustomerCalled)
    assert {event.complaint_id for event in told} == {one.id, other.id}
    assert len(told) == 2
    assert (await call(one.intake, "c1"))["fate"] == "NOTHING"


@pytest.mark.parametrize("named", ["", "nothing-known", "0190aaaa-0000-7000-8000-000000000000"])
async def test_who_has_no_open_complaint_was_called_about_none(one: Watched, named: str) -> None:
    await one.intake.hears(resolved(one.id))
    await tell(one.intake, **IN_VAIN | ({"complaint": named} if named else {}))
    await let_it_be_quiet(one.intake)
    assert await one.intake.said(CustomerCalled) == []


async def test_what_was_said_on_a_call_about_a_complaint_makes_no_second_one(one: Watched) -> None:
    said = {"transcript": {"text": "I wanted to ask you about the bill"}}
    await tell(one.intake, **IN_VAIN | said | {"answered_at": ANSWER})
    await let_it_be_quiet(one.intake)
    assert len(await one.intake.said(ComplaintReceived)) == 1
    assert len(await one.intake.said(CustomerCalled)) == 1


async def test_what_staff_noted_on_a_call_that_names_no_complaint_is_a_complaint_of_who_was_called(
    intake: ServiceUnderTest,
) -> None:
    noted = {"text": "On the phone she says that nobody repaired the line"}
    await tell(intake, **IN_VAIN | noted | {"answered_at": ANSWER})
    await let_it_be_quiet(intake)
    [told] = await intake.said(ComplaintReceived)
    assert told.address_hint == "+86138****8000"
    [called] = await intake.said(CustomerCalled)
    assert (called.complaint_id, called.reached) == (told.complaint_id, True)


async def test_what_staff_post_of_a_call_that_they_made_is_the_customers_and_tells_that_they_were_reached(
    one: Watched,
) -> None:
    made = {"direction": "outbound", "caller_number": "10086", "called_number": NUMBER}
    times = {"started_at": BEGIN, "answered_at": ANSWER, "ended_at": END}
    posted = await post(one.intake, "phone", agent_id="a100", **made, **times)
    assert posted.json()["outcome"] == "attached"
    [told] = await one.intake.said(CustomerCalled)
    assert (told.complaint_id, told.reached, told.by) == (one.id, True, "a100")


async def test_every_order_of_the_parts_tells_the_same_once(one: Watched) -> None:
    parts = [
        {"direction": "outbound", "called_number": NUMBER, "started_at": BEGIN},
        {"ended_at": ANSWER, "told_at": ANSWER},
        {"agent_id": "a100", "disposition": "failed", "hangup_reason": "USER_BUSY"},
    ]
    for number, order in enumerate(permutations(parts)):
        for part in order:
            await tell(one.intake, f"c{number}", **part)
    await let_it_be_quiet(one.intake)
    told = await one.intake.said(CustomerCalled)
    assert len({event.call_ref for event in told}) == len(told) == 6
    assert {(event.reached, event.by, event.complaint_id) for event in told} == {(False, "a100", one.id)}


async def test_a_part_that_comes_late_is_told_only_if_it_makes_a_difference(one: Watched) -> None:
    await tell(one.intake, **IN_VAIN)
    await let_it_be_quiet(one.intake)
    await tell(one.intake, recording={"reference": "r1"})
    await let_it_be_quiet(one.intake)
    assert len(await one.intake.said(CustomerCalled)) == 1
    await tell(one.intake, answered_at=ANSWER, leg_id="b")
    await let_it_be_quiet(one.intake)
    assert [event.reached for event in await one.intake.said(CustomerCalled)] == [False, True]
    lines = [line["text"] for line in (await one.tracked())["news"]]
    assert lines[0] == "We talked to you on the telephone"


def twilio(status: str, **fields: str) -> Request:
    """As a call that we made reports how it ended, to the address that names the complaint."""
    made = {"CallSid": SID, "CallStatus": status, "Direction": "outbound-api", "From": "+15005550006"}
    told = {"To": f"+86{NUMBER}", "Timestamp": "Fri, 20 Nov 2026 01:35:00 +0000", "CallDuration": "60"}
    return fixture("twilio-voice")._replace(body=urlencode(made | told | fields).encode())


@pytest.mark.parametrize(
    ("request_", "reached"),
    [
        (twilio("no-answer"), False),
        (twilio("busy"), False),
        (twilio("completed"), True),
        (twilio("completed", AnsweredBy="machine_end_beep"), False),
    ],
    ids=["no answer", "busy", "answered", "machine"],
)
async def test_pau_2_twilio_tells_of_calls_that_we_made_five_times_and_it_counts_once(
    start_service: StartService, tmp_path: Path, request_: Request, reached: bool
) -> None:
    intake = await intake_for(start_service, tmp_path, account("twilio-voice"))
    one = Watched(intake, await accepted(intake))
    named = request_._replace(query=f"complaint={one.id}")
    for _ in range(2):
        answers = await asyncio.gather(*[provider_calls(intake, named) for _ in range(5)])
        assert {answer.status_code for answer in answers} == {200}
        await intake.let_pass(timedelta(minutes=1))
    [told] = await intake.said(CustomerCalled)
    assert (told.complaint_id, told.reached) == (one.id, reached)


def cdr(**variables: str) -> Request:
    record = json.loads(fixture("freeswitch-cdr").body)
    record["variables"] = {"uuid": "leg-1", "start_uepoch": "1795138200000000"} | variables
    record["variables"]["end_uepoch"] = "1795138500000000"
    return fixture("freeswitch-cdr")._replace(body=json.dumps(record).encode())


@pytest.mark.parametrize(
    ("legs", "reached"),
    [
        ([cdr(direction="outbound", destination_number=NUMBER, hangup_cause="NO_ANSWER")], False),
        ([cdr(direction="outbound", destination_number=NUMBER, answer_uepoch="1795138205000000")], True),
        ([cdr(direction="inbound", redress_complaint="{id}", hangup_cause="NO_ANSWER")], False),
        (
            [
                cdr(direction="inbound", redress_complaint="{id}", answer_uepoch="1795138205000000"),
                cdr(uuid="leg-2", originating_leg_uuid="leg-1", direction="outbound"),
            ],
            False,
        ),
        (
            [
                cdr(direction="inbound", redress_complaint="{id}"),
                cdr(uuid="leg-2", originating_leg_uuid="leg-1", answer_uepoch="1795138205000000"),
            ],
            True,
        ),
    ],
    ids=["dialled, no answer", "dialled, answered", "desk, alone", "desk, no answer", "desk, answered"],
)
async def test_pau_2_freeswitch_tells_of_calls_that_we_made_leg_by_leg(
    start_service: StartService, tmp_path: Path, legs: list[Request], reached: bool
) -> None:
    intake = await intake_for(start_service, tmp_path, account("freeswitch-cdr"))
    one = Watched(intake, await accepted(intake, customer={"phone": NUMBER}))
    for leg in [*legs, *legs]:
        assert (
            await provider_calls(intake, leg.saying("%7Bid%7D", str(one.id)).saying("{id}", str(one.id)))
        ).status_code == 200
    await intake.let_pass(timedelta(minutes=1))
    [told] = await intake.said(CustomerCalled)
    assert (told.complaint_id, told.reached) == (one.id, reached)
