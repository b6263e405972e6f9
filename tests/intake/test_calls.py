"""Calls told bit by bit: every order ends in the same complaint, and a caller nobody answered is called back."""

import asyncio
from datetime import timedelta
from importlib import import_module
from itertools import permutations
from typing import Any

import pytest

from shared.events.intake import CallBackEnded, CallBackNeeded, ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import another_process, post, read
from .phone_calls import ANSWER, BEGIN, END, PARTS, call, let_it_be_quiet, tell


async def test_every_order_of_the_parts_ends_in_the_same_complaint(intake: ServiceUnderTest) -> None:
    orders = list(permutations(PARTS))
    for number, order in enumerate(orders):
        customer = f"cu{number}"  # so that none repeats the other
        for part in order:
            await tell(intake, f"c{number}", customer_id=customer, **part)
    assert await intake.said(ComplaintReceived) == []
    await let_it_be_quiet(intake)
    told = await intake.said(ComplaintReceived)
    assert len(told) == len(orders) == 24
    same = {
        (one.taken_by, one.case_type, one.severity, one.language, one.occurred_at, one.address_hint)
        for one in told
    }
    assert len(same) == 1
    texts = await intake.rows("SELECT DISTINCT text FROM contact")
    assert [row["text"] for row in texts] == ["customer: 宽带断网三天了\nagent: 马上派人"]
    calls = [(await call(intake, f"c{number}"))["facts"] for number in range(24)]
    for facts in calls:
        facts.pop("customer_id")
        facts["legs"]["agent"].pop("customer_id")
    assert all(facts == calls[0] for facts in calls)


async def test_five_of_each_part_at_the_same_time_are_one_complaint(intake: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*[tell(intake, **part) for part in PARTS * 5])
    outcomes = [answer.json()["outcome"] for answer in answers]
    assert (outcomes.count("kept"), outcomes.count("already_known")) == (4, 16)
    await let_it_be_quiet(intake)
    await asyncio.gather(*[tell(intake, **part) for part in PARTS * 5])
    await let_it_be_quiet(intake)
    [told] = await intake.said(ComplaintReceived)
    assert (await call(intake))["complaint_id"] == str(told.complaint_id)


async def test_a_restart_between_the_parts_loses_nothing(intake: ServiceUnderTest) -> None:
    await tell(intake, **PARTS[3])
    restarted = another_process(intake)
    try:
        await tell(restarted, **PARTS[1])
        await let_it_be_quiet(restarted)
    finally:
        await restarted.close()
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_a_crash_after_the_complaint_and_before_the_call_knows_it_makes_no_second_one(
    intake: ServiceUnderTest,
) -> None:
    await tell(intake, text="My bill is wrong", ended_at=END)
    await let_it_be_quiet(intake)
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE call SET complaint_id = NULL, fate = 'OPEN'")
        await connection.exec_driver_sql("UPDATE timer SET armed = true, fired_at = NULL")
    await let_it_be_quiet(intake)
    assert (await call(intake))["fate"] == "COMPLAINT"
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_what_comes_after_the_complaint_completes_it_and_is_no_second_one(
    intake: ServiceUnderTest,
) -> None:
    await tell(intake, text="No signal at home", ended_at=END)
    await let_it_be_quiet(intake)
    told = await tell(intake, transcript={"text": "since Monday"}, recording={"reference": "r1"})
    assert told.json()["complaint_id"]
    [row] = await intake.rows("SELECT text FROM contact")
    assert row["text"] == "No signal at home\n\nsince Monday"
    await let_it_be_quiet(intake)
    assert len(await intake.said(ComplaintReceived)) == 1
    assert (await call(intake))["facts"]["recording"]["reference"] == "r1"


async def test_staff_post_the_contact_at_once_and_the_system_tells_the_rest_of_the_call(
    intake: ServiceUnderTest,
) -> None:
    receipt = (
        await post(intake, "phone", call_id="c1", text="No signal", agent_id="a100", queue="q", ended_at=END)
    ).json()
    await tell(intake, transcript={"text": "a long talk"})
    await let_it_be_quiet(intake)
    held = await call(intake)
    assert (held["complaint_id"], held["fate"]) == (receipt["complaint_id"], "COMPLAINT")
    assert (held["facts"]["queue"], held["facts"]["agent_id"]) == ("q", "a100")
    [row] = await intake.rows("SELECT text FROM contact")
    assert row["text"] == "No signal\n\na long talk"
    assert len(await intake.said(ComplaintReceived)) == 1


async def test_a_contact_without_anything_of_the_call_makes_no_call(intake: ServiceUnderTest) -> None:
    await post(intake, "phone", call_id="c1", text="No signal", agent_id="a100")
    assert await intake.rows("SELECT 1 FROM call") == []
    await tell(intake, transcript={"text": "a long talk"})
    [row] = await intake.rows("SELECT text FROM contact")
    assert row["text"] == "No signal\n\na long talk"


async def test_a_caller_nobody_answered_is_called_back_and_did_not_complain(intake: ServiceUnderTest) -> None:
    await tell(intake, caller_number="13800138000", queue="complaints", started_at=BEGIN, ended_at=END)
    await let_it_be_quiet(intake)
    assert await intake.said(ComplaintReceived) == []
    [task] = (await read(intake, "/intake/v1/call-backs"))["items"]
    assert (task["number"], task["queue"], task["call_id"]) == ("+8613800138000", "complaints", "c1")
    path = f"/intake/v1/call-backs/{task['call_ref']}/done"
    assert (await intake.client.post(path, json={"by": "a100"})).status_code == 422
    assert (await intake.client.post(path, json={"by": "a100", "reached": False})).status_code == 200
    assert (await intake.client.post(path, json={"by": "a100", "reached": True})).status_code == 409
    assert (await read(intake, "/intake/v1/call-backs"))["items"] == []


async def test_others_hear_that_a_caller_is_to_be_called_back_once_and_what_became_of_it(
    intake: ServiceUnderTest,
) -> None:
    part = {"caller_number": "13800138000", "queue": "complaints", "started_at": BEGIN, "ended_at": END}
    for _ in range(2):
        await asyncio.gather(*[tell(intake, provider="pbx", **part) for _ in range(5)])
        await let_it_be_quiet(intake)
    [needed] = await intake.said(CallBackNeeded)
    assert (needed.provider, needed.queue, needed.address_hint) == ("pbx", "complaints", "+86138****8000")
    assert needed.called_at.isoformat() == "2026-11-20T01:30:00+00:00"
    path = f"/intake/v1/call-backs/{needed.call_ref}/done"
    await asyncio.gather(*[intake.client.post(path, json={"by": "a100", "reached": True}) for _ in range(5)])
    [ended] = await intake.said(CallBackEnded)
    assert (ended.call_ref, ended.why, ended.by, ended.reached) == (needed.call_ref, "CALLED", "a100", True)


async def test_others_hear_that_a_caller_complained_after_all(intake: ServiceUnderTest) -> None:
    for number in ("c1", "c2"):
        await tell(intake, number, caller_number="13800138000", disposition="abandoned", customer_id=number)
    await let_it_be_quiet(intake)
    await tell(intake, "c1", text="left a message: no signal", customer_id="c1")
    await let_it_be_quiet(intake)
    await post(
        intake, "phone", call_id="c2", text="No signal", agent_id="a100", customer={"external_id": "c2"}
    )
    await tell(intake, "c2", queue="complaints")
    await let_it_be_quiet(intake)
    complaints = [one.complaint_id for one in await intake.said(ComplaintReceived)]
    ended = await intake.said(CallBackEnded)
    assert {(one.why, one.complaint_id) for one in ended} == {("COMPLAINED", one) for one in complaints}
    assert len(ended) == len(await intake.said(CallBackNeeded)) == 2
    assert (await read(intake, "/intake/v1/call-backs"))["items"] == []


async def test_a_call_that_waited_before_calls_were_subjects_of_events_is_judged_all_the_same(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(intake, caller_number="13800138000", ended_at=END)
    revision = import_module("services.intake.migrations.versions.0014_calls_are_subjects")
    before = [
        "UPDATE stream SET subject = 'call:' || subject",
        "UPDATE timer SET subject = 'call:' || subject",
    ]
    monkeypatch.setattr(revision.op, "execute", before.append)
    revision.upgrade()
    async with intake.engine.begin() as connection:
        for statement in before:
            await connection.exec_driver_sql(statement)
    await let_it_be_quiet(intake)
    assert len(await intake.said(CallBackNeeded)) == 1


async def test_who_complained_or_was_answered_is_not_told_of(intake: ServiceUnderTest) -> None:
    await tell(intake, "c1", caller_number="13800138000", text="No signal", ended_at=END)
    await tell(intake, "c2", caller_number="13800138000", agent_id="a100", ended_at=END)
    await let_it_be_quiet(intake)
    assert await intake.said(CallBackNeeded) == []


async def test_a_call_back_is_not_needed_when_words_come_after_all(intake: ServiceUnderTest) -> None:
    await tell(intake, caller_number="13800138000", disposition="abandoned")
    await let_it_be_quiet(intake)
    await tell(intake, text="left a message: no signal")
    await let_it_be_quiet(intake)
    assert (await read(intake, "/intake/v1/call-backs"))["items"] == []
    assert len(await intake.said(ComplaintReceived)) == 1


@pytest.mark.parametrize(
    "part",
    [
        {"caller_number": "anonymous"},
        {"caller_number": "13800138000", "caller_presentation": "withheld"},
        {"caller_number": "10086"},
        {"caller_number": "13800138000", "direction": "outbound"},
        {"caller_number": "13800138000", "disposition": "answered"},
        {"caller_number": "13800138000", "answered_at": ANSWER},
        {"caller_number": "13800138000", "agent_id": "a100"},
    ],
)
async def test_who_cannot_be_called_or_was_answered_is_not_called_back(
    intake: ServiceUnderTest, part: dict[str, Any]
) -> None:
    await tell(intake, ended_at=END, **part)
    await let_it_be_quiet(intake)
    assert (await read(intake, "/intake/v1/call-backs"))["items"] == []
    assert ((await call(intake))["fate"], await intake.said(ComplaintReceived)) == ("NOTHING", [])


async def test_a_withheld_number_is_not_answered_although_the_system_knows_it(
    intake: ServiceUnderTest,
) -> None:
    await tell(
        intake, caller_number="13800138000", caller_presentation="withheld", text="No signal", ended_at=END
    )
    await let_it_be_quiet(intake)
    [told] = await intake.said(ComplaintReceived)
    assert told.reply_channel is None


async def test_how_long_quiet_is_waited_for_is_policy(start_service: StartService) -> None:
    policy = "[intake]\nversion='t'\n[intake.calls]\nquiet=300\nlongest=600"
    intake = await start_service("intake", policy)
    await tell(intake, "over", text="No signal", ended_at=END)
    await tell(intake, "not over", text="No signal at all")
    for seconds, complaints in ((290, 0), (20, 1), (300, 2)):
        await intake.let_pass(timedelta(seconds=seconds))
        assert len(await intake.rows("SELECT 1 FROM contact")) == complaints


async def test_the_longest_talk_and_a_clock_that_is_wrong_keep_no_call_from_being_heard(
    start_service: StartService,
) -> None:
    intake = await start_service(
        "intake", "[intake]\nversion='t'\n[intake.door]\nearliest=2026-11-21T00:00:00Z"
    )
    segments = [{"speaker": "customer", "text": f"{at} " + "x" * 900, "at": at} for at in range(250)]
    await tell(intake, "long", transcript={"segments": segments}, text="noted", ended_at=END)
    await tell(intake, "old", text="no signal", started_at=BEGIN, ended_at=END)
    await tell(intake, "future", text="no signal", started_at="2099-01-01T00:00:00Z", ended_at=END)
    await let_it_be_quiet(intake)
    rows = await intake.rows("SELECT length(text) AS long, started_at FROM contact ORDER BY long DESC")
    assert [(row["long"], row["started_at"]) for row in rows] == [(200_000, None), (9, None), (9, None)]
