"""Amazon Connect: records and events of one call, in any order and more than once, end in the same call."""

import asyncio
import json
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from services.intake.amazon_connect import AmazonConnect
from services.intake.provider_accounts import ProviderAccount
from services.intake.provider_payload import PayloadError, Posted
from shared.events.intake import CallBackNeeded, ComplaintReceived, CustomerCalled
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, read
from .providers_at_the_door import Request, account, call, fixture, intake_for
from .watching import Watched

KIND = "amazon-connect"
ROOT = "4a573372-0000-4000-8000-00000000000a"
LEG = "4a573372-0000-4000-8000-00000000000b"


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account(KIND))


def record(**changes: Any) -> Request:
    """The record of the fixture, with other values."""
    document = json.loads(fixture(KIND).body) | changes
    return fixture(KIND)._replace(body=json.dumps(document).encode())


def event(**changes: Any) -> Request:
    document = json.loads(fixture(KIND, "event").body)
    document["detail"] |= changes
    return fixture(KIND, "event")._replace(body=json.dumps(document).encode())


TRANSFER = record(
    ContactId=LEG,
    InitialContactId=ROOT,
    InitiationMethod="TRANSFER",
    DisconnectTimestamp="2026-11-20T01:40:00Z",
)


async def held(intake: ServiceUnderTest, call_id: str = ROOT) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/calls?call_id={call_id}&provider={KIND}-1")


async def test_five_at_the_same_time_are_one_part_of_one_call(intake: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*[call(intake, fixture(KIND)) for _ in range(5)])
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "")}
    assert len(await intake.rows("SELECT 1 FROM call_part")) == 1
    facts = (await held(intake))["facts"]
    assert (facts["caller_number"], facts["called_number"], facts["direction"]) == (
        "+8613800138000",
        "+861010086",
        "inbound",
    )
    assert (facts["agent_id"], facts["queue"], facts["answered_at"]) == (
        "a100",
        "complaints",
        "2026-11-20T01:31:05Z",
    )
    assert facts["recording"]["reference"] == "recordings-bucket/2026/11/20/4a573372.wav"


async def test_every_order_of_record_event_transfer_and_notes_ends_in_the_same_call_and_one_complaint(
    intake: ServiceUnderTest,
) -> None:
    seen = set()
    for number, order in enumerate(permutations(range(4))):
        root, leg = f"r-{number}", f"l-{number}"
        notes = {"call_id": root, "provider": f"{KIND}-1", "text": "no signal", "customer_id": root}
        for which in order:
            if which == 3:
                assert (await intake.client.post("/intake/v1/channels/phone/calls", json=notes)).is_success
                continue
            sent = (fixture(KIND), event(), TRANSFER)[which].saying(ROOT, root).saying(LEG, leg)
            assert (await call(intake, sent)).status_code == 200
        facts = json.dumps((await held(intake, root))["facts"], sort_keys=True)
        seen.add(facts.replace(f'"{root}"', "ROOT").replace(f'"{leg}"', "LEG"))
    assert len(seen) == 1
    await intake.let_pass(timedelta(minutes=1))
    told = await intake.said(ComplaintReceived)
    assert {(one.taken_by, one.occurred_at.isoformat()) for one in told} == {
        ("a100", "2026-11-20T01:30:00+00:00")
    }
    assert len(told) == 24


async def test_five_of_everything_before_and_after_are_one_complaint(intake: ServiceUnderTest) -> None:
    notes = {"call_id": ROOT, "provider": f"{KIND}-1", "text": "no signal since Monday"}
    for _ in range(2):
        told = [call(intake, one) for one in (fixture(KIND), event(), TRANSFER) for _ in range(5)]
        told += [intake.client.post("/intake/v1/channels/phone/calls", json=notes) for _ in range(5)]
        assert {answer.status_code for answer in await asyncio.gather(*told)} == {200}
        await intake.let_pass(timedelta(minutes=1))
    assert len(await intake.said(ComplaintReceived)) == 1


@pytest.mark.parametrize("told", ["record", "event and record"])
async def test_who_left_the_queue_is_called_back(intake: ServiceUnderTest, told: str) -> None:
    await call(intake, record(Agent=None, Recording=None))
    if told != "record":
        await call(intake, event(agentInfo=None))
    await intake.let_pass(timedelta(minutes=1))
    [task] = await intake.said(CallBackNeeded)
    assert (task.queue, task.address_hint) == ("complaints", "+86138****8000")


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({"ConnectedToSystemTimestamp": None, "Agent": None}, False),
        ({"AnsweringMachineDetectionStatus": "VOICEMAIL_BEEP"}, False),
        ({"AnsweringMachineDetectionStatus": "SIT_TONE_BUSY", "ConnectedToSystemTimestamp": None}, False),
        ({"AnsweringMachineDetectionStatus": "HUMAN_ANSWERED"}, True),
        ({}, True),
    ],
    ids=["no answer", "voicemail", "busy", "a person", "answered"],
)
async def test_pau_2_calls_that_we_made_tell_whether_the_customer_was_reached(
    intake: ServiceUnderTest, changes: dict[str, Any], reached: bool
) -> None:
    one = Watched(intake, await accepted(intake))
    about = {"redress_complaint": str(one.id)}
    await call(intake, record(InitiationMethod="OUTBOUND", Attributes=about, **changes))
    await intake.let_pass(timedelta(minutes=1))
    [told] = await intake.said(CustomerCalled)
    assert (told.complaint_id, told.reached) == (one.id, reached)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (fixture(KIND).saying('"ContactId"', '"Contact"'), "ContactId"),
        (fixture(KIND).saying('"VOICE"', '"CHAT"'), "Channel"),
        (fixture(KIND)._replace(body=b"[]"), "body"),
        (fixture(KIND)._replace(body=b"{"), "body"),
        (fixture(KIND, "event").saying('"contactId"', '"id"'), "contactId"),
    ],
    ids=["no id", "a chat", "a list", "half of it", "event without id"],
)
async def test_what_cannot_be_read_is_parked_once_and_answered_with_a_yes(
    intake: ServiceUnderTest, sent: Request, reason: str
) -> None:
    for _ in range(2):
        assert (await call(intake, sent)).status_code == 200
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    assert (item["kind"], item["reason"]) == (KIND, reason)
    assert await intake.rows("SELECT 1 FROM call") == []


@pytest.mark.parametrize("odd", ["soon", "", 5, None, "1999-01-01T00:00:00Z"])
async def test_odd_times_are_left_out_and_the_record_counts(intake: ServiceUnderTest, odd: object) -> None:
    sent = record(InitiationTimestamp=odd, LastUpdateTimestamp=odd, Agent=odd, Queue=odd, Attributes=odd)
    assert (await call(intake, sent)).status_code == 200
    facts = (await held(intake))["facts"]
    assert "started_at" not in facts
    assert facts["ended_at"] == "2026-11-20T01:35:00Z"


@pytest.mark.parametrize(
    ("key", "status"), [("a-key-of-eventbridge", 200), ("new-key", 200), ("x", 403), ("", 403)]
)
async def test_where_the_account_has_secrets_the_key_of_the_connection_must_be_one_of_them(
    start_service: StartService, tmp_path: Path, key: str, status: int
) -> None:
    secrets = ["a-key-of-eventbridge", "new-key"]
    intake = await intake_for(start_service, tmp_path, account(KIND, secrets=secrets))
    answer = await call(intake, fixture(KIND), **({"x-api-key": key} if key else {}))
    assert answer.status_code == status
    assert len(await intake.rows("SELECT 1 FROM call")) == (status == 200)


def test_it_is_posted_and_nothing_else() -> None:
    known = ProviderAccount(name="c", kind=KIND, tokens=("t" * 32,))
    provider = AmazonConnect()
    assert not provider.is_genuine(Posted("GET", "https://x", {}, b""), known)
    with pytest.raises(PayloadError):
        provider.read(Posted("POST", "https://x", {}, b"5"), known)
