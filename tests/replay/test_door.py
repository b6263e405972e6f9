"""One contact and its door, over real HTTP: what is tried again, what is not, and when it is given up."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from services.command.replay.door import Door, StoppedError
from services.command.replay.make_contact import Contact, Dated
from services.command.replay.rejects import Reason, Reject, RejectError
from services.command.replay.replay_error import ReplayError
from services.command.replay.tally import Outcome
from shared.events.vocabulary import Channel

from .fake_services import FakeServices

TEXT = "my bill is wrong"


def contact(key: str = "k1", **body: Any) -> Contact:
    return Contact(7, Channel.WEB, key, {"contact_key": key, "text": TEXT, **body}, key, Dated.NONE)


def problem(status: int, **error: str) -> Response:
    return JSONResponse({"detail": "no", "errors": [error] if error else []}, status)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=2) as one:
        yield one


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def door(fake: FakeServices, client: httpx.AsyncClient, stopping: asyncio.Event) -> Door:
    return Door(client, fake.address, stopping, patience=5, longest_wait=0.02)


async def test_the_first_post_creates_and_the_second_is_known(door: Door, fake: FakeServices) -> None:
    first, second = await door.post(contact()), await door.post(contact())
    assert (first.outcome, second.outcome) == (Outcome.CREATED, Outcome.ALREADY_KNOWN)
    assert first.complaint_id == second.complaint_id
    assert len(fake.bodies) == 1


async def test_a_message_that_only_refuses_offers_is_told_and_not_asked_again(
    door: Door, fake: FakeServices
) -> None:
    fake.answers = [JSONResponse({"customer_id": str(uuid4()), "outcome": "offers_refused"}, 202)]
    with pytest.raises(RejectError) as why:
        await door.post(contact(text="td"))
    assert (why.value.reason, fake.posts) == (Reason.REFUSES_OFFERS, 1)
    assert "STOP" in Reject(7, why.value).detail("en")
    assert "退订" in Reject(7, why.value).detail("zh-CN")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_the_same_contact_is_posted_again_while_intake_is_busy(
    door: Door, fake: FakeServices, status: int
) -> None:
    fake.answers = [Response(status_code=status, headers={"Retry-After": "0"}) for _ in range(4)]
    assert (await door.post(contact())).outcome is Outcome.CREATED
    assert (fake.posts, len(fake.bodies)) == (5, 1)


async def test_retry_after_is_waited_for(door: Door, fake: FakeServices) -> None:
    fake.answers = [Response(status_code=503, headers={"Retry-After": "1"})]
    began = asyncio.get_running_loop().time()
    await door.post(contact())
    assert asyncio.get_running_loop().time() - began >= 1


async def test_a_lost_answer_is_asked_for_again(fake: FakeServices, stopping: asyncio.Event) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=0.2) as hasty:
        fake.delay = 0.5
        asyncio.get_running_loop().call_later(0.1, setattr, fake, "delay", 0.0)
        answer = await Door(hasty, fake.address, stopping, longest_wait=0.02).post(contact())
    assert answer.complaint_id in fake.taken.values()
    assert fake.posts == 2


@pytest.mark.parametrize(
    ("answer", "reason", "column", "detail"),
    [
        (
            problem(422, field="occurred_at", message="must not be in the future"),
            "",
            "occurred_at",
            "must not",
        ),
        (
            problem(422, field="text", code="string_too_long", message="x"),
            Reason.TOO_LONG,
            "text",
            "too long",
        ),
        (problem(413), Reason.TOO_LONG, "body", "too long"),
        (problem(409), "", "", "no"),
        (PlainTextResponse("?", 400), "", "", "400"),
        (JSONResponse([], 422), "", "", "422"),
    ],
)
async def test_a_refused_contact_is_not_tried_again(
    door: Door, fake: FakeServices, answer: Response, reason: str, column: str, detail: str
) -> None:
    fake.answers = [answer]
    with pytest.raises(RejectError) as why:
        await door.post(contact())
    assert why.value.reason == (reason or Reason.REFUSED_BY_INTAKE)
    assert why.value.column == column
    assert detail in Reject(7, why.value).detail("en")
    assert fake.posts == 1


async def test_a_refusal_that_repeats_the_text_is_not_passed_on(door: Door, fake: FakeServices) -> None:
    fake.answers = [problem(422, field="text", message=f"cannot take {TEXT!r}")]
    with pytest.raises(RejectError) as why:
        await door.post(contact())
    assert TEXT not in Reject(7, why.value).detail("en")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_missing_token_ends_the_replay(door: Door, fake: FakeServices, status: int) -> None:
    fake.answers = [Response(status_code=status)]
    with pytest.raises(ReplayError, match="REDRESS_API_TOKEN"):
        await door.post(contact())


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=404),
        Response(status_code=302, headers={"Location": "/login"}),
        PlainTextResponse("hello"),
        JSONResponse({"outcome": "created"}, 201),
        JSONResponse({"outcome": "swallowed", "complaint_id": "x"}, 201),
        JSONResponse(["created"], 201),
    ],
)
async def test_an_answer_of_something_else_ends_the_replay(
    door: Door, fake: FakeServices, answer: Response
) -> None:
    fake.answers = [answer]
    with pytest.raises(ReplayError, match="is no intake of Redress"):
        await door.post(contact())


async def test_a_contact_on_which_intake_fails_alone_is_rejected(door: Door, fake: FakeServices) -> None:
    fake.refuse = lambda body: Response(status_code=500) if body["contact_key"] == "bad" else None
    posting = asyncio.create_task(door.post(contact("bad")))
    while not posting.done():
        await door.post(contact("good"))
    with pytest.raises(RejectError) as why:
        await posting
    assert why.value.reason is Reason.FAILED_IN_INTAKE


async def test_an_intake_that_fails_on_everything_is_given_up(
    fake: FakeServices, client: httpx.AsyncClient, stopping: asyncio.Event
) -> None:
    fake.refuse = lambda _body: Response(status_code=500)
    with pytest.raises(ReplayError, match=r"took nothing for 0\.2 s: it answers 500"):
        await Door(client, fake.address, stopping, patience=0.2, longest_wait=0.02).post(contact())


async def test_an_intake_that_is_gone_is_given_up(client: httpx.AsyncClient, stopping: asyncio.Event) -> None:
    with pytest.raises(ReplayError, match="took nothing for"):
        await Door(client, "http://127.0.0.1:1", stopping, patience=0.1, longest_wait=0.02).post(contact())


async def test_a_stop_ends_the_trying(door: Door, fake: FakeServices, stopping: asyncio.Event) -> None:
    fake.refuse = lambda _body: Response(status_code=503, headers={"Retry-After": "30"})
    posting = asyncio.create_task(door.post(contact()))
    asyncio.get_running_loop().call_later(0.1, stopping.set)
    with pytest.raises(StoppedError):
        await posting
