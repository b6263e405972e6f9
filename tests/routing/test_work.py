"""The six steps to a resolution, as staff take them over HTTP."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.events.routing import (
    ComplaintClosed,
    ComplaintResolved,
    OwnerNamed,
    SolutionProposed,
    StepsTaken,
)
from tests.builders import answered
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, PACKET, post, resolve, shown, staff_file, taken_by

FIVE = [*FIRST_FOUR, "INVITE_FEEDBACK"]


async def steps_told(routing: ServiceUnderTest) -> list[str]:
    told = [
        one
        for one in await routing.said()
        if isinstance(one, StepsTaken | SolutionProposed | ComplaintResolved)
    ]
    return [step for one in told for step in one.steps]


async def take(routing: ServiceUnderTest, complaint_id: UUID, steps: Sequence[str], by: str = "f1") -> None:
    for step in steps:
        answer = await post(routing, complaint_id, "steps", step=step, by=by)
        assert answer.status_code == 200, answer.text


async def test_the_steps_are_taken_in_order_and_each_is_told(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    answer = await post(routing, complaint_id, "steps", step="VENT", by="f1")
    assert (answer.json()["state"], answer.json()["steps"]) == ("IN_PROGRESS", ["VENT"])
    await take(routing, complaint_id, FIVE[1:])
    assert await steps_told(routing) == FIVE


async def test_a_step_taken_twice_is_told_once(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await take(routing, complaint_id, ["VENT", "VENT", "APOLOGISE_THANK", "VENT"])
    assert await steps_told(routing) == ["VENT", "APOLOGISE_THANK"]


async def test_a_step_out_of_order_is_refused_and_names_what_is_missing(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await take(routing, complaint_id, ["VENT"])
    refused = await post(routing, complaint_id, "steps", step="OWN_AND_PROPOSE", by="f1")
    assert refused.status_code == 409
    assert refused.json()["detail"] == "these steps come first: APOLOGISE_THANK, ASK_CAUSE"
    assert await steps_told(routing) == ["VENT"]


async def test_refusals_speak_chinese_to_those_who_read_it(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await routing.client.post(
        f"/routing/v1/complaints/{complaint_id}/steps",
        json={"step": "APOLOGISE_THANK", "by": "f1"},
        headers={"Accept-Language": "zh-CN"},
    )
    assert refused.json()["detail"] == "请先完成以下步骤：倾听发泄（VENT）"


async def test_a_colleague_may_note_a_step_but_not_propose_or_resolve(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await take(routing, complaint_id, FIRST_FOUR, by="b1")
    proposed = await post(routing, complaint_id, "proposal", text="We pay it back.", by="b1")
    resolved = await post(routing, complaint_id, "resolution", by="b1", steps=["INVITE_FEEDBACK"])
    assert (proposed.status_code, resolved.status_code) == (409, 409)
    assert "f1" in proposed.json()["detail"]


async def test_a_proposal_takes_the_steps_it_names_and_is_itself_the_fourth(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    answer = await post(
        routing, complaint_id, "proposal", text="We pay it back.", by="f1", steps=FIRST_FOUR[:3]
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "PROPOSED")
    [told] = await routing.said(SolutionProposed)
    assert (told.round, told.by, list(told.steps)) == (1, "f1", FIRST_FOUR)
    assert await routing.said(StepsTaken) == []
    assert "pay" not in told.model_dump_json()
    assert (await shown(routing, complaint_id))["solution"]["text"] == "We pay it back."


async def test_a_proposal_before_the_cause_was_asked_is_refused_and_notes_nothing(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await post(routing, complaint_id, "proposal", text="We pay it back.", by="f1", steps=["VENT"])
    assert refused.status_code == 409
    assert "ASK_CAUSE" in refused.json()["detail"]
    assert await steps_told(routing) == []
    assert (await shown(routing, complaint_id))["state"] == "ASSIGNED"


async def test_the_same_proposal_again_is_told_once_and_another_one_is_told_too(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    for text in ("We pay it back.", "We pay it back.", "We pay it back twice."):
        answer = await post(routing, complaint_id, "proposal", text=text, by="f1", steps=FIRST_FOUR)
        assert answer.status_code == 200
    assert len(await routing.said(SolutionProposed)) == 2
    assert await steps_told(routing) == FIRST_FOUR


async def test_two_who_act_at_once_never_both_win(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    same = [
        post(routing, complaint_id, "proposal", text="We pay.", by="f1", steps=FIRST_FOUR) for _ in range(6)
    ]
    answers = await asyncio.gather(*same)
    assert {answer.status_code for answer in answers} == {200}
    assert len(await routing.said(SolutionProposed)) == 1
    assert await steps_told(routing) == FIRST_FOUR
    ends = [
        post(routing, complaint_id, "resolution", text=text, by="f1", steps=["INVITE_FEEDBACK"])
        for text in ("Paid.", "Not paid.", "Paid twice.")
    ]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*ends))
    assert statuses == [200, 409, 409]
    assert len(await routing.said(ComplaintResolved)) == 1


async def test_a_resolution_needs_a_proposal_and_the_first_five_steps(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await post(routing, complaint_id, "resolution", by="f1", steps=["VENT"])
    assert refused.status_code == 409
    assert refused.json()["detail"].endswith("APOLOGISE_THANK, ASK_CAUSE, OWN_AND_PROPOSE, INVITE_FEEDBACK")
    await take(routing, complaint_id, FIVE)
    refused = await post(routing, complaint_id, "resolution", by="f1")
    assert "propose a solution first" in refused.json()["detail"]
    assert await routing.said(ComplaintResolved) == []
    await resolve(routing, complaint_id, "f1")
    [told] = await routing.said(ComplaintResolved)
    assert (told.round, told.by) == (1, "f1")


async def test_how_many_steps_come_before_the_resolution_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.work]\nsteps_before_resolution=4",
        staff_file=staff_file(tmp_path),
    )
    complaint_id = await taken_by(routing, "f1")
    await post(routing, complaint_id, "proposal", text="We pay it back.", by="f1", steps=FIRST_FOUR)
    assert (await post(routing, complaint_id, "resolution", by="f1")).status_code == 200


async def test_the_same_resolution_again_is_told_once_and_another_is_refused(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await post(routing, complaint_id, "proposal", text="We pay it back.", by="f1", steps=FIRST_FOUR)
    said = {"by": "f1", "text": "Paid.", "reason": "COMPENSATED", "steps": ["INVITE_FEEDBACK"]}
    first, again = [await post(routing, complaint_id, "resolution", **said) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    other = await post(routing, complaint_id, "resolution", **(said | {"text": "Not paid."}))
    assert other.status_code == 409
    await routing.hears(answered(complaint_id))
    assert (await post(routing, complaint_id, "resolution", **said)).status_code == 200
    assert len(await routing.said(ComplaintResolved)) == 1


async def test_the_follow_up_comes_after_the_resolution(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await take(routing, complaint_id, FIVE)
    assert (await post(routing, complaint_id, "steps", step="FOLLOW_UP", by="f1")).status_code == 409
    await resolve(routing, complaint_id, "f1")
    followed = await post(routing, complaint_id, "steps", step="FOLLOW_UP", by="f1")
    assert (followed.status_code, followed.json()["state"]) == (200, "FOLLOWED_UP")


async def test_fc_21_a_resolution_does_not_close_and_nothing_staff_can_do_does(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await resolve(routing, complaint_id, "f1")
    await take(routing, complaint_id, ["FOLLOW_UP"])
    assert (await shown(routing, complaint_id))["state"] == "FOLLOWED_UP"
    assert await routing.said(ComplaintClosed) == []
    paths = (await routing.client.get("/routing/openapi.json")).json()["paths"]
    assert not [path for path in paths if "clos" in path]


@pytest.mark.parametrize(
    ("text", "reason", "status"),
    [
        ("This is  NOT our\nbusiness.", None, 422),
        ("这个问题不归我们管，请找别人。", None, 422),
        ("We paid it back.", None, 200),
        ("Not our business, but we called the network for you.", "EXPLAINED", 200),
        (None, None, 200),
        (None, "NOT_OUR_BUSINESS", 422),
    ],
)
async def test_fc_12_not_our_business_resolves_nothing(
    routing: ServiceUnderTest, text: str | None, reason: str | None, status: int
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await post(routing, complaint_id, "proposal", text="We look.", by="f1", steps=FIRST_FOUR)
    said = {"by": "f1", "steps": ["INVITE_FEEDBACK"], "text": text, "reason": reason}
    answer = await post(routing, complaint_id, "resolution", **said)
    assert answer.status_code == status, answer.text
    assert len(await routing.said(ComplaintResolved)) == (status == 200)
    if status == 422:
        assert answer.json()["errors"][0]["field"] in {"text", "reason"}


async def test_fc_12_which_words_resolve_nothing_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.work]\nno_reason_by_themselves=['bad luck']",
        staff_file=staff_file(tmp_path),
    )
    complaint_id = await taken_by(routing, "f1")
    await post(routing, complaint_id, "proposal", text="We look.", by="f1", steps=FIVE[:4])
    refused = await post(routing, complaint_id, "resolution", by="f1", text="Bad luck!", steps=FIVE)
    accepted = await post(routing, complaint_id, "resolution", by="f1", text="Not our business", steps=FIVE)
    assert (refused.status_code, accepted.status_code) == (422, 200)


VALID = {"by": "f1", "text": "We pay it back.", "step": "VENT", "handler_id": "b1", "reason": "ABSENT"} | {
    **PACKET,
    "to": "b1",
}
FIELDS = {
    "steps": ["step", "by"],
    "proposal": ["text", "by"],
    "resolution": ["text", "by"],
    "transfer": ["to", "reason", "by", *PACKET],
    "transfer/acceptance": ["by"],
    "transfer/dispute": ["by", "text"],
    "transfer/decision": ["by", "handler_id"],
}


@pytest.mark.parametrize("door", sorted(FIELDS))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("by", "stranger"),
        ("by", ""),
        ("by", 7),
        ("text", " "),
        ("text", "\x00"),
        ("text", "x" * 5001),
        ("step", "SING"),
        ("steps", ["SING"]),
        ("steps", "VENT"),
        ("handler_id", "stranger"),
        ("to", "stranger"),
        ("facts", ""),
        ("promised_at", "soon"),
        ("promised_at", "2099-01-01T00:00:00"),
        ("reason", "TIRED"),
        ("colour", "red"),
    ],
)
async def test_a_wrong_value_is_refused_with_its_field_and_nothing_is_stored(
    routing: ServiceUnderTest, door: str, field: str, value: object
) -> None:
    complaint_id = await taken_by(routing, "f1")
    body: dict[str, object] = {name: VALID[name] for name in FIELDS[door]}
    refused = await post(routing, complaint_id, door, **(body | {field: value}))
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"].split(".")[0] == field
    assert [type(told) for told in await routing.said()] == [OwnerNamed]


@pytest.mark.parametrize("door", sorted(FIELDS))
async def test_an_unknown_complaint_is_not_found_and_leaves_no_trace(
    routing: ServiceUnderTest, door: str
) -> None:
    body = {name: VALID[name] for name in FIELDS[door]}
    assert (await post(routing, uuid4(), door, **body)).status_code == 404
    assert await routing.rows("SELECT * FROM stream") == []
