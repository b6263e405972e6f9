"""Calls told bit by bit: every order ends in the same complaint, and a caller nobody answered is called back."""

import asyncio
from datetime import timedelta
from importlib import import_module
from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.merge_call import Fate, Part, judge_call, merge_call, when_to_judge, words_of
from services.intake.policy import CallPolicy
from shared.events.intake import CallBackEnded, CallBackNeeded, ComplaintReceived
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import another_process, post, read
from .steady import STEADY

BEGIN, ANSWER, END = "2026-11-20T01:30:00Z", "2026-11-20T01:31:00Z", "2026-11-20T01:40:00Z"
PARTS: list[dict[str, Any]] = [
    {"caller_number": "13800138000", "called_number": "10086", "started_at": BEGIN, "queue": "complaints"},
    {"agent_id": "a100", "answered_at": ANSWER, "leg_id": "agent", "ended_at": END, "told_at": END},
    {"recording": {"reference": "s3://recordings/1.wav", "duration": 540.5}, "consent_recorded": True},
    {
        "transcript": {
            "segments": [
                {"speaker": "customer", "text": "宽带断网三天了", "at": 3.5, "confidence": 0.93},
                {"speaker": "agent", "text": "马上派人", "at": 9, "language": "zh-CN"},
            ]
        }
    },
]


async def tell(intake: ServiceUnderTest, call_id: str = "c1", **part: Any) -> httpx.Response:
    path = "/intake/v1/channels/phone/calls"
    answer = await intake.client.post(path, json={"call_id": call_id} | part)
    assert answer.status_code == 200, answer.text
    return answer


async def call(intake: ServiceUnderTest, call_id: str = "c1", provider: str = "") -> dict[str, Any]:
    return await read(intake, f"/intake/v1/calls?call_id={call_id}&provider={provider}")


async def let_it_be_quiet(intake: ServiceUnderTest) -> None:
    await intake.let_pass(timedelta(seconds=31))


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


CSV = f"""call_id,caller_number,started_at,ended_at,agent_id
c1,13800138000,{BEGIN},{END},a100
c2,13900139000,{BEGIN},{END},
"""


async def reconcile(intake: ServiceUnderTest, text: str) -> httpx.Response:
    path, csv = "/intake/v1/calls/reconciliation", {"content-type": "text/csv"}
    return await intake.client.post(path, content=text, headers=csv)


async def test_calls_that_only_the_systems_list_tells_of_are_filled_in_and_counted(
    intake: ServiceUnderTest,
) -> None:
    await tell(intake, "c1", agent_id="a100")
    assert (await reconcile(intake, CSV)).json() == {"calls": 2, "missing": ["c2"]}
    assert (await reconcile(intake, CSV)).json() == {"calls": 2, "missing": []}
    await let_it_be_quiet(intake)
    [task] = (await read(intake, "/intake/v1/call-backs"))["items"]
    assert task["call_id"] == "c2"


@pytest.mark.parametrize(
    ("old", "new", "place"), [("call_id,", "id,", "body.1"), (END, "soon", "body.2.ended_at")]
)
async def test_a_list_that_cannot_be_read_is_refused_by_line_and_changes_nothing(
    intake: ServiceUnderTest, old: str, new: str, place: str
) -> None:
    refused = await reconcile(intake, CSV.replace(old, new))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, place)
    assert await intake.rows("SELECT 1 FROM call") == []


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"transcript": {}}, "transcript"),
        ({"transcript": {"text": "x", "segments": [{"speaker": "agent", "text": "x"}]}}, "transcript"),
        ({"transcript": {"segments": [{"speaker": "dog", "text": "x"}]}}, "transcript.segments.0.speaker"),
        ({"recording": {"reference": ""}}, "recording.reference"),
        ({"disposition": "eaten"}, "disposition"),
        ({"ended_at": "yesterday"}, "ended_at"),
        ({"ivr_path": [{"digits": "1"}]}, "ivr_path.0.menu"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_part_is_refused_by_name(
    intake: ServiceUnderTest, part: dict[str, Any], field: str
) -> None:
    refused = await intake.client.post("/intake/v1/channels/phone/calls", json={"call_id": "c"} | part)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await intake.rows("SELECT 1 FROM call") == []


def parts(*facts: dict[str, Any]) -> list[Part]:
    return [Part(one.get("told_at", ""), str(number), one) for number, one in enumerate(facts)]


@STEADY
@given(
    st.lists(st.sampled_from(parts(*PARTS, {"text": "a"}, {"text": "b", "told_at": END})), min_size=1),
    st.randoms(),
)
def test_any_order_and_repetition_of_parts_say_the_same(told: list[Part], random: Any) -> None:
    shuffled = told * 2
    random.shuffle(shuffled)
    assert merge_call(shuffled) == merge_call(told)


def test_of_two_values_the_one_told_later_holds_whenever_it_came() -> None:
    early, late = parts({"queue": "a", "told_at": "1"}, {"queue": "b", "told_at": "2"})
    assert merge_call([late, early])["queue"] == merge_call([early, late])["queue"] == "b"


def test_notes_and_transcript_are_both_kept_and_the_same_words_once() -> None:
    assert words_of({"text": "noted", "transcript": "said"}) == "noted\n\nsaid"
    assert words_of({"text": "said", "transcript": "said"}) == "said"
    assert words_of({"recording": {"reference": "r"}}) == ""


def test_a_call_that_goes_on_is_open_and_waited_for_longer() -> None:
    policy, moment = CallPolicy(quiet=30, longest=900), now()
    assert judge_call({"caller_number": "1"}, can_be_called=True) is Fate.OPEN
    assert when_to_judge({}, moment, policy) - moment == timedelta(seconds=900)
    assert when_to_judge({"ended_at": END}, moment, policy) - moment == timedelta(seconds=30)
