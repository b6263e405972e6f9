"""Two people act at once, or on what is past: one of them wins, the other is told how the complaint stands now."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.events.routing import HandlerAssigned, OwnerChanged, RemedyApproved
from tests.service_under_test import ServiceUnderTest

from .people import FIRST_FOUR, PACKET, hand_over, offer, post, resolve, shown, taken_by

STEPS = [*FIRST_FOUR, "INVITE_FEEDBACK"]
COMMANDS: dict[str, dict[str, Any]] = {
    "steps": {"step": "VENT", "by": "f1"},
    "proposal": {"text": "We pay.", "by": "f1", "steps": FIRST_FOUR},
    "transfer": {"to": "b1", "reason": "ABSENT", "by": "f1"} | PACKET,
    "owner": {"to": "b1", "owner_id": "f1", "reason": "CUSTOMER_WISH", "text": "Asked for b1.", "by": "b9"},
    "wait": {"reason": "THIRD_PARTY", "by": "f1"},
    "rejection": {"reason": "NO_GROUND", "text": "It was right.", "by": "f1"},
    "cancellation": {"text": "Never mind.", "by": "f1"},
    "remedies": {"kind": "REFUND", "amount": 100, "text": "Charged twice.", "by": "f1"},
}


async def version(routing: ServiceUnderTest, complaint_id: UUID) -> int:
    number: int = (await shown(routing, complaint_id))["version"]
    return number


@pytest.mark.parametrize("what", COMMANDS)
async def test_of_two_who_act_at_once_on_the_same_version_one_wins(
    routing: ServiceUnderTest, what: str
) -> None:
    complaint_id = await taken_by(routing, "f1")
    seen = await version(routing, complaint_id)
    said = COMMANDS[what] | {"version": seen}
    answers = await asyncio.gather(*(post(routing, complaint_id, what, **said) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    now = await shown(routing, complaint_id)
    for answer in answers:
        if answer.status_code == 409:
            current = answer.json()["current"]
            assert {name: current[name] for name in ("version", "state", "round")} == {
                name: now[name] for name in ("version", "state", "round")
            }
            assert current["version"] > seen


@pytest.mark.parametrize("what", COMMANDS)
async def test_a_command_on_a_stale_version_changes_nothing(routing: ServiceUnderTest, what: str) -> None:
    complaint_id = await taken_by(routing, "f1")
    seen = await version(routing, complaint_id)
    await post(routing, complaint_id, "proposal", text="We explain.", by="f1", steps=FIRST_FOUR)
    told = await routing.said()
    refused = await post(routing, complaint_id, what, **(COMMANDS[what] | {"version": seen}))
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    current = refused.json()["current"]
    assert (current["state"], current["owner_id"], current["owner_name"], current["steps"]) == (
        *("PROPOSED", "f1", "Front desk 1"),
        FIRST_FOUR,
    )
    assert await routing.said() == told
    now = await post(routing, complaint_id, what, **(COMMANDS[what] | {"version": current["version"]}))
    assert now.status_code == 200


async def test_who_names_no_version_acts_on_whatever_is_there(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    for step in ("VENT", "APOLOGISE_THANK"):
        assert (await post(routing, complaint_id, "steps", step=step, by="f1")).status_code == 200


async def test_every_answer_to_a_command_says_the_version_that_it_made(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    done = await post(routing, complaint_id, "steps", step="VENT", by="f1")
    assert done.json()["version"] == await version(routing, complaint_id)
    again = await post(routing, complaint_id, "steps", step="VENT", by="f1", version=done.json()["version"])
    assert again.json()["version"] == done.json()["version"]


CONTRARY = [
    (
        "resolution",
        {"by": "f1", "text": "Paid.", "steps": STEPS},
        "resolution",
        {"by": "b1", "text": "Said."},
    ),
    ("resolution", {"by": "f1", "steps": STEPS}, "rejection", COMMANDS["rejection"] | {"by": "b1"}),
    ("rejection", COMMANDS["rejection"], "cancellation", COMMANDS["cancellation"] | {"by": "b1"}),
    ("wait", COMMANDS["wait"], "wait", COMMANDS["wait"] | {"by": "b1"}),
]


@pytest.mark.parametrize(("one", "by_one", "other", "by_other"), CONTRARY)
async def test_of_two_contrary_words_at_once_one_is_refused_with_the_state_it_met(
    routing: ServiceUnderTest, one: str, by_one: dict[str, Any], other: str, by_other: dict[str, Any]
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    await post(routing, complaint_id, "proposal", text="We pay.", by="b1", steps=FIRST_FOUR)
    by_other = by_other | ({"steps": STEPS} if other == "resolution" else {})
    answers = await asyncio.gather(
        post(routing, complaint_id, one, **by_one), post(routing, complaint_id, other, **by_other)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["current"]["state"] == (await shown(routing, complaint_id))["state"]


async def test_a_hand_over_is_accepted_or_disputed_never_both(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await offer(routing, complaint_id, "b1")
    answers = await asyncio.gather(
        post(routing, complaint_id, "transfer/acceptance", by="b1"),
        post(routing, complaint_id, "transfer/dispute", by="b1", text="Not mine."),
    )
    assert answers[0].status_code == 409 or answers[1].status_code == 409
    assert len(await routing.said(HandlerAssigned)) == 1


async def test_two_new_owners_at_once_are_one(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    wish = COMMANDS["owner"]
    answers = await asyncio.gather(
        *(post(routing, complaint_id, "owner", **(wish | {"to": to})) for to in ("b1", "b2"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [told] = await routing.said(OwnerChanged)
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["current"]["owner_id"] == told.owner_id


async def test_an_appeal_is_decided_once(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    await resolve(routing, complaint_id, "b1")
    await post(routing, complaint_id, "appeal", text="Not right.", by="f1")
    answers = await asyncio.gather(
        *(
            post(routing, complaint_id, "appeal/decision", upheld=upheld, text="Because.", by="b9")
            for upheld in (True, False)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_remedy_is_paid_once_whatever_two_say_at_once(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "f1")
    await post(routing, complaint_id, "remedies", **COMMANDS["remedies"])
    [granted] = await routing.said(RemedyApproved)
    path = f"remedies/{granted.remedy_id}/payment"
    answers = await asyncio.gather(
        *(post(routing, complaint_id, path, by="f1", payment=number) for number in ("P1", "P2"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize("wrong", ["7", -1, 1.5])
async def test_a_version_that_is_none_is_refused_with_its_field(
    routing: ServiceUnderTest, wrong: object
) -> None:
    complaint_id = await taken_by(routing, "f1")
    refused = await post(routing, complaint_id, "steps", step="VENT", by="f1", version=wrong)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "version")
