"""The customer has one contact: what is written to them carries the owner's name, and the owner's consent (FC-13)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.routing.open_hours import after_open_time
from services.routing.policy import RoutingPolicy
from shared.events.routing import AnswerHeld, AnswerReleased, AnswerReturned
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy
from tests.builders import answered
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .people import hand_over, post, resolve, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing")
A_WEEK = timedelta(days=7)


async def handled(routing: ServiceUnderTest, **facts: object) -> UUID:
    """f1 answers for it, b1 works on it."""
    complaint_id = await taken_by(routing, "f1", **facts)
    await hand_over(routing, complaint_id, "b1")
    return complaint_id


async def write(routing: ServiceUnderTest, complaint_id: UUID, by: str) -> dict[str, Any]:
    answer = await post(routing, complaint_id, "answers", text="We have found it.", by=by)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["items"][-1]
    return found


async def test_fc_13_what_the_owner_writes_goes_out_at_once_in_the_owners_name(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await write(routing, complaint_id, "f1"))["state"] == "RELEASED"
    [told] = await routing.said(AnswerReleased)
    assert (told.owner_name, told.written_by, told.by) == ("Front desk 1", "f1", "f1")
    assert SEALER.open(told.text, str(complaint_id)) == "We have found it."
    assert "found" not in told.model_dump_json()


async def test_fc_13_what_a_handler_writes_waits_for_the_owner(routing: ServiceUnderTest) -> None:
    complaint_id = await handled(routing)
    written = await write(routing, complaint_id, "b1")
    assert written["state"] == "HELD"
    [held] = await routing.said(AnswerHeld)
    assert (held.owner_id, held.by) == ("f1", "b1")
    assert held.release_at == after_open_time(held.held_at, 3600, POLICY.hours)
    assert await routing.said(AnswerReleased) == []
    path = f"answers/{written['answer_id']}/release"
    refused = await post(routing, complaint_id, path, by="b1")
    assert (refused.status_code, "f1" in refused.json()["detail"]) == (409, True)
    answers = [await post(routing, complaint_id, path, by="f1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 404]
    [told] = await routing.said(AnswerReleased)
    assert (told.owner_name, told.written_by, told.by) == ("Front desk 1", "b1", "f1")
    assert await routing.let_pass(A_WEEK, complaint_id) == 0


@pytest.mark.parametrize(("severity", "seconds"), [(Severity.S1, 600), (Severity.S2, None)])
async def test_fc_13_it_goes_out_by_itself_after_an_open_hour_and_of_s1_after_ten_minutes(
    routing: ServiceUnderTest, severity: Severity, seconds: int | None
) -> None:
    complaint_id = await handled(routing, severity=severity)
    await write(routing, complaint_id, "b1")
    [held] = await routing.said(AnswerHeld)
    if seconds:
        assert held.release_at - held.held_at == timedelta(seconds=seconds)
    else:
        assert held.release_at == after_open_time(held.held_at, 3600, POLICY.hours)
    assert await routing.let_pass(timedelta(minutes=9), complaint_id) == 0
    assert await routing.let_pass(A_WEEK, complaint_id) == 1
    [told] = await routing.said(AnswerReleased)
    assert (told.by, told.owner_name) == (None, "Front desk 1")


async def test_fc_13_it_goes_out_in_the_name_of_who_answers_then(routing: ServiceUnderTest) -> None:
    complaint_id = await handled(routing)
    await write(routing, complaint_id, "b1")
    wish = {"to": "b9", "owner_id": "f1", "reason": "CUSTOMER_WISH", "text": "Asked.", "by": "b9"}
    assert (await post(routing, complaint_id, "owner", **wish)).status_code == 200
    await routing.let_pass(A_WEEK, complaint_id)
    [told] = await routing.said(AnswerReleased)
    assert told.owner_name == "Billing lead"


async def test_fc_13_what_the_owner_returns_never_goes_out(routing: ServiceUnderTest) -> None:
    complaint_id = await handled(routing)
    written = await write(routing, complaint_id, "b1")
    path = f"answers/{written['answer_id']}/return"
    assert (await post(routing, complaint_id, path, by="b1", text="Yes.")).status_code == 409
    returned = await post(routing, complaint_id, path, by="f1", text="Name the amount.")
    [item] = returned.json()["items"]
    assert (item["state"], item["settled_text"]) == ("RETURNED", "Name the amount.")
    [told] = await routing.said(AnswerReturned)
    assert (told.written_by, told.by) == ("b1", "f1")
    await routing.let_pass(A_WEEK, complaint_id)
    assert await routing.said(AnswerReleased) == []


async def test_fc_13_nothing_goes_out_after_the_end(routing: ServiceUnderTest) -> None:
    complaint_id = await handled(routing)
    await write(routing, complaint_id, "b1")
    await resolve(routing, complaint_id, "b1")
    await routing.hears(answered(complaint_id))
    await routing.let_pass(A_WEEK, complaint_id)
    assert await routing.said(AnswerReleased) == []
    refused = await post(routing, complaint_id, "answers", text="One more.", by="f1")
    assert (refused.status_code, refused.json()["current"]["state"]) == (409, "CLOSED")


async def test_fc_13_the_release_and_its_times_are_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    text = "[routing]\nversion='t'\n[routing.answer]\n"
    soon = await start_service("routing", f"{text}release_within_s1=60", staff_file=staff_file(tmp_path))
    await write(soon, await handled(soon, severity=Severity.S1), "b1")
    [held] = await soon.said(AnswerHeld)
    assert held.release_at - held.held_at == timedelta(seconds=60)
    free = await start_service("routing", f"{text}owner_releases=false", staff_file=staff_file(tmp_path))
    await write(free, await handled(free), "b1")
    assert len(await free.said(AnswerReleased)) == 1


async def test_the_owner_sees_what_waits_for_their_word(routing: ServiceUnderTest) -> None:
    first, second = await handled(routing), await handled(routing)
    written = [await write(routing, complaint_id, "b1") for complaint_id in (first, second)]
    await post(routing, first, f"answers/{written[0]['answer_id']}/release", by="f1")
    for owner, waiting in (("f1", [str(second)]), ("b9", [])):
        page = await routing.client.get("/routing/v1/answers", params={"owner_id": owner})
        assert [item["complaint_id"] for item in page.json()["items"]] == waiting
    page = await routing.client.get("/routing/v1/answers", params={"state": "RELEASED"})
    assert [item["complaint_id"] for item in page.json()["items"]] == [str(first)]


async def test_only_who_works_on_it_writes_and_unknown_answers_are_not_found(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    assert (await post(routing, complaint_id, "answers", text="x", by="b2")).status_code == 409
    assert (await post(routing, complaint_id, "answers", text="", by="f1")).status_code == 422
    assert (await post(routing, complaint_id, f"answers/{uuid4()}/release", by="f1")).status_code == 404
    assert (await post(routing, uuid4(), "answers", text="x", by="f1")).status_code == 404
