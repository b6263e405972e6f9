"""Telephone systems: what FreeSWITCH and Twilio tell of a call, leg by leg and late, ends in one call."""

import asyncio
import base64
import json
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from services.intake.freeswitch_cdr import read_record
from services.intake.provider_payload import PayloadError
from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .providers_at_the_door import TOKENS, Request, account, call, fixture, intake_for, signed

ROOT = "8c1f2d50-0000-4000-8000-00000000000a"
SID = "CA0123456789abcdef0123456789abcdef"


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account("twilio-voice"), account("freeswitch-cdr"))


async def held(intake: ServiceUnderTest, kind: str) -> dict[str, Any]:
    call_id = SID if kind == "twilio-voice" else ROOT
    return await read(intake, f"/intake/v1/calls?call_id={call_id}&provider={kind}-1")


def twilio(**fields: str) -> Request:
    return fixture("twilio-voice")._replace(body=urlencode({"CallSid": SID, **fields}).encode())


def cdr(**variables: str | None) -> Request:
    record = json.loads(fixture("freeswitch-cdr").body)
    for name, value in variables.items():
        record["variables"].pop(name, None)
        if value is not None:
            record["variables"][name] = quote(value)
    return fixture("freeswitch-cdr")._replace(body=json.dumps(record).encode())


AGENT_LEG = cdr(
    uuid="8c1f2d50-0000-4000-8000-00000000000b",
    cc_member_session_uuid=ROOT,
    cc_side="agent",
    cc_agent="a100@default",
    start_uepoch="1795138260000000",
    answer_uepoch="1795138265000000",
    end_uepoch="1795138499000000",
    cc_queue=None,
    cc_cause=None,
    cc_record_filename=None,
)


@pytest.mark.parametrize("kind", ["twilio-voice", "freeswitch-cdr"])
async def test_five_at_the_same_time_are_one_part_of_one_call(intake: ServiceUnderTest, kind: str) -> None:
    answers = await asyncio.gather(*[call(intake, fixture(kind)) for _ in range(5)])
    assert {answer.status_code for answer in answers} == {200}
    if kind == "twilio-voice":
        assert answers[0].text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert len(await intake.rows("SELECT 1 FROM call_part")) == 1
    facts = (await held(intake, kind))["facts"]
    assert facts["caller_number"] == "+8613800138000"
    assert facts["ended_at"] == "2026-11-20T01:35:00Z"


async def test_five_of_everything_with_words_are_one_complaint_and_one_event(
    intake: ServiceUnderTest,
) -> None:
    said = twilio(TranscriptionText="no signal since Monday", TranscriptionStatus="completed")
    await asyncio.gather(*[call(intake, one) for one in (fixture("twilio-voice"), said) for _ in range(5)])
    await intake.let_pass(timedelta(minutes=1))
    await asyncio.gather(*[call(intake, one) for one in (fixture("twilio-voice"), said) for _ in range(5)])
    await intake.let_pass(timedelta(minutes=1))
    [told] = await intake.said(ComplaintReceived)
    assert (told.address_hint, told.occurred_at.isoformat()) == (
        "+86138****8000",
        "2026-11-20T01:30:00+00:00",
    )
    assert (await held(intake, "twilio-voice"))["complaint_id"] == str(told.complaint_id)


async def test_freeswitch_five_of_each_leg_and_of_the_agents_notes_are_one_complaint_and_one_event(
    intake: ServiceUnderTest,
) -> None:
    notes = {"call_id": ROOT, "provider": "freeswitch-cdr-1", "text": "no signal since Monday"}
    for _ in range(2):
        told = [call(intake, one) for one in (cdr(), AGENT_LEG) for _ in range(5)]
        told += [intake.client.post("/intake/v1/channels/phone/calls", json=notes) for _ in range(5)]
        assert {answer.status_code for answer in await asyncio.gather(*told)} == {200}
        await intake.let_pass(timedelta(minutes=1))
    [one] = await intake.said(ComplaintReceived)
    assert (one.taken_by, one.address_hint) == ("a100", "+86138****8000")
    assert (await held(intake, "freeswitch-cdr"))["complaint_id"] == str(one.complaint_id)


@pytest.mark.parametrize("order", list(permutations((0, 1))))
async def test_freeswitch_two_legs_are_one_call_that_an_agent_answered(
    intake: ServiceUnderTest, order: tuple[int, int]
) -> None:
    for number in order:
        assert (await call(intake, (cdr(), AGENT_LEG)[number])).status_code == 200
    facts = (await held(intake, "freeswitch-cdr"))["facts"]
    assert (facts["agent_id"], facts["queue"], facts["called_number"]) == (
        "a100",
        "complaints@default",
        "10086",
    )
    assert (facts["answered_at"], facts["ended_at"]) == ("2026-11-20T01:31:05Z", "2026-11-20T01:35:00Z")
    assert facts["recording"]["reference"] == "/recordings/8c1f2d50.wav"
    assert len(facts["legs"]) == 2
    await intake.let_pass(timedelta(minutes=1))
    assert (await held(intake, "freeswitch-cdr"))["fate"] == "NOTHING"


async def test_freeswitch_who_left_the_queue_is_called_back(intake: ServiceUnderTest) -> None:
    await call(intake, cdr(cc_cause="cancel"))
    await intake.let_pass(timedelta(minutes=1))
    [task] = (await read(intake, "/intake/v1/call-backs"))["items"]
    assert (task["number"], task["queue"]) == ("+8613800138000", "complaints@default")
    assert await intake.said(ComplaintReceived) == []


@pytest.mark.parametrize(
    "privacy", [{"privacy_hide_number": "true"}, {"origination_privacy": "hide_name:hide_number"}]
)
def test_freeswitch_a_hidden_number_is_withheld(privacy: dict[str, str]) -> None:
    told = read_record(json.loads(cdr(**privacy).body))
    assert told.facts["caller_presentation"] == "withheld"


@pytest.mark.parametrize("wrap", ["plain", "form", "base64"])
async def test_freeswitch_is_read_whichever_way_it_is_encoded(intake: ServiceUnderTest, wrap: str) -> None:
    body = fixture("freeswitch-cdr").body
    wrapped = {
        "plain": body,
        "form": b"cdr=" + quote(body).encode(),
        "base64": b"cdr=" + base64.b64encode(body),
    }[wrap]
    assert (await call(intake, fixture("freeswitch-cdr")._replace(body=wrapped))).status_code == 200
    assert (await held(intake, "freeswitch-cdr"))["facts"]["hangup_reason"] == "NORMAL_CLEARING"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("freeswitch-cdr", '"variables"', '"variable"'),
        ("freeswitch-cdr", '"uuid":"8c1f2d50-0000-4000-8000-00000000000a","channel', '"channel'),
        ("freeswitch-cdr", "{", "["),
        ("freeswitch-cdr", '{"core', 'cdr=!{"core'),
        ("twilio-voice", "CallSid", "Sid"),
    ],
)
async def test_a_broken_record_is_parked_once_and_answered_with_a_yes(
    intake: ServiceUnderTest, kind: str, old: str, new: str
) -> None:
    broken = fixture(kind).saying(old, new)
    for _ in range(2):
        assert (await call(intake, broken)).status_code == 200
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    retry = await intake.client.post(f"/intake/v1/parked/{item['parked_id']}/retry")
    assert (item["kind"], retry.status_code) == (kind, 409)
    assert await intake.rows("SELECT 1 FROM call") == []


@pytest.mark.parametrize(
    "variables", [{"start_uepoch": "x"}, {"end_uepoch": "9" * 30}, {"caller_id_number": None}]
)
def test_freeswitch_odd_values_are_left_out_and_the_record_counts(variables: dict[str, str | None]) -> None:
    assert read_record(json.loads(cdr(**variables).body)).call_id == ROOT


@pytest.mark.parametrize("record", [None, [], {}, {"variables": []}, {"variables": {"uuid": 5}}])
def test_freeswitch_what_is_no_record_is_refused(record: object) -> None:
    with pytest.raises(PayloadError):
        read_record(record)


async def test_twilio_every_order_of_its_callbacks_ends_in_the_same_call(intake: ServiceUnderTest) -> None:
    recording = twilio(
        RecordingSid="RE1",
        RecordingUrl="https://api.example.com/RE1",
        RecordingStatus="completed",
        RecordingDuration="290",
    )
    words = twilio(TranscriptionText="no signal", TranscriptionStatus="completed")
    queued = twilio(QueueSid="QU1", QueueResult="bridged", QueueTime="60")
    seen = set()
    for number, order in enumerate(permutations((fixture("twilio-voice"), recording, words, queued))):
        sid = f"CA{number:032d}"
        for request in order:
            assert (await call(intake, request.saying(SID, sid))).status_code == 200
        shown = await read(intake, f"/intake/v1/calls?call_id={sid}&provider=twilio-voice-1")
        seen.add(json.dumps(shown["facts"]).replace(sid, "SID"))
    assert len({json.dumps(json.loads(one), sort_keys=True) for one in seen}) == 1
    [facts] = [json.loads(one) for one in {json.dumps(json.loads(one), sort_keys=True) for one in seen}]
    assert (facts["recording"]["duration"], facts["transcript"], facts["disposition"]) == (
        290,
        "no signal",
        "answered",
    )


async def test_twilio_who_hung_up_in_the_queue_is_called_back(intake: ServiceUnderTest) -> None:
    await call(intake, fixture("twilio-voice"))
    await call(intake, twilio(QueueSid="QU1", QueueResult="hangup", From="+8613800138000"))
    await intake.let_pass(timedelta(minutes=1))
    [task] = (await read(intake, "/intake/v1/call-backs"))["items"]
    assert (task["number"], task["queue"]) == ("+8613800138000", "QU1")


async def test_twilio_a_number_that_stands_for_anonymous_is_withheld(intake: ServiceUnderTest) -> None:
    await call(intake, fixture("twilio-voice").saying("%2B8613800138000", "%2B266696687"))
    assert (await held(intake, "twilio-voice"))["facts"]["caller_presentation"] == "withheld"


async def test_twilio_an_outgoing_leg_belongs_to_the_call_it_was_made_for(intake: ServiceUnderTest) -> None:
    await call(intake, fixture("twilio-voice"))
    leg = (
        fixture("twilio-voice")
        .saying(SID, "CA" + "b" * 32)
        .saying("Direction=inbound", "Direction=outbound-dial")
    )
    await call(intake, leg._replace(body=leg.body + f"&ParentCallSid={SID}".encode()))
    facts = (await held(intake, "twilio-voice"))["facts"]
    assert (facts["direction"], len(facts["legs"])) == ("inbound", 2)


async def test_twilio_only_what_is_signed_is_heard(intake: ServiceUnderTest) -> None:
    path = f"/intake/v1/providers/twilio-voice/{TOKENS['twilio-voice']}"
    wrong = signed(fixture("twilio-voice"), path, secret="another")
    assert (await call(intake, fixture("twilio-voice"), **wrong)).status_code == 403
    assert await intake.rows("SELECT 1 FROM call") == []
