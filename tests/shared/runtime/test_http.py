"""What stands before every application: sizes, tokens, strict JSON, problems, route templates."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from pydantic import Field

from shared.bus.transience import OutcomeUnknownError
from shared.runtime.errors import ConflictError
from shared.runtime.service import Service, Together, service_router
from shared.runtime.settings import Settings
from shared.runtime.strict_json import CleanText, StrictBody, Whole
from tests.service_under_test import NoLog


class Note(StrictBody):
    text: CleanText = Field(min_length=1, max_length=100)
    count: Whole = Field(ge=0, le=10)


router = service_router("intake")


@router.post("/notes")
async def take_note(note: Note) -> dict[str, Any]:
    return {"text": note.text}


@router.get("/notes/{number}")
async def read_note(number: int) -> dict[str, Any]:
    if number == 13:
        raise ConflictError("thirteen is taken", "十三已被占用", field="number")
    return {"number": number}


@router.get("/broken")
async def broken() -> None:
    raise ZeroDivisionError


@router.get("/cut-off")
async def cut_off() -> None:
    raise OutcomeUnknownError


def client_of(**changes: Any) -> httpx.AsyncClient:
    settings_ = Settings(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none", **changes)
    service = Service("intake", settings_, NoLog())
    service.serves(router)
    app = Together([service], settings_)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://redress"
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of() as client:
        yield client


GOOD = {"text": "好", "count": 1}


async def test_a_good_request_is_answered(client: httpx.AsyncClient) -> None:
    assert (await client.post("/intake/v1/notes", json=GOOD)).json() == {"text": "好"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"text": "x"}', "count"),
        (b'{"text": "x", "count": 11}', "count"),
        (b'{"text": "x", "count": "1"}', "count"),
        (b'{"text": "x", "count": 1.5}', "count"),
        (b'{"text": "x", "count": NaN}', "body"),
        (b'{"text": "", "count": 1}', "text"),
        (b'{"text": "   ", "count": 1}', "text"),
        (b'{"text": "a\\u0000b", "count": 1}', "text"),
        (b'{"text": "\\ud800", "count": 1}', "body"),
        (b'{"text": 5, "count": 1}', "text"),
        (b'{"text": "x", "count": 1, "colour": "red"}', "colour"),
        (b'{"text": "\xff\xfe", "count": 1}', "body"),
        (b"[" * 100_000 + b"]" * 100_000, "body"),
        (b"[1, 2]", "body"),
        (b"null", "body"),
        (b"", "body"),
        (b"{", "body"),
    ],
)
async def test_a_bad_body_is_refused_with_the_field_that_is_wrong(
    client: httpx.AsyncClient, body: bytes, field: str
) -> None:
    answer = await client.post("/intake/v1/notes", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


async def test_a_refusal_does_not_repeat_what_was_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post("/intake/v1/notes", json={"text": "13800138000" * 20, "count": 1})
    assert "13800138000" not in answer.text


async def test_a_refusal_speaks_chinese_to_those_who_ask_for_it(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/intake/v1/notes", json={"text": "x"}, headers={"accept-language": "zh-CN,zh;q=0.9"}
    )
    assert answer.json()["errors"][0]["message"] == "必须填写"


async def test_an_expected_conflict_is_a_problem_with_its_field(client: httpx.AsyncClient) -> None:
    answer = await client.get("/intake/v1/notes/13")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "number")


@pytest.mark.parametrize("path", ["/intake/v1/nothing", "/nothing", "/", "//", "/intake"])
async def test_an_unknown_path_is_a_problem_too(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_body_over_the_limit_is_refused_by_its_announced_size(client: httpx.AsyncClient) -> None:
    answer = await client.post("/intake/v1/notes", content=b"x" * 300_000)
    assert answer.status_code == 413


async def test_a_body_over_the_limit_is_refused_while_it_is_streamed_in(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 64 * 1024
            yield b"x" * 64 * 1024

    answer = await client.post("/intake/v1/notes", content=endless())
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_error_of_ours_is_a_problem_without_details(client: httpx.AsyncClient) -> None:
    answer = await client.get("/intake/v1/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "ZeroDivision" not in answer.text


async def test_what_passes_by_itself_is_to_be_tried_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/intake/v1/cut-off")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:redress:problem:unavailable")
    assert answer.headers["Retry-After"] == "1"


async def test_with_a_token_only_its_holders_come_in() -> None:
    token = "a-token-of-enough-length"
    async with client_of(host="0.0.0.0", api_token=token) as client:
        answers = [
            (await client.get("/intake/v1/notes/1", headers=headers)).status_code
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Bearer {token}"})
        ]
        assert answers == [401, 401, 200]
        assert (await client.get("/health/live")).status_code == 200


async def test_requests_are_counted_by_route_template_never_by_path(client: httpx.AsyncClient) -> None:
    labels = {"service": "intake", "method": "GET", "route": "/intake/v1/notes/{number}", "status": "2xx"}
    before = REGISTRY.get_sample_value("redress_http_request_seconds_count", labels) or 0
    for number in range(3):
        await client.get(f"/intake/v1/notes/{number}")
    await client.get("/intake/v1/secret-13800138000")
    assert REGISTRY.get_sample_value("redress_http_request_seconds_count", labels) == before + 3
    routes = {
        sample.labels["route"]
        for metric in REGISTRY.collect()
        if metric.name == "redress_http_request_seconds"
        for sample in metric.samples
    }
    assert not any("13800138000" in route for route in routes)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(repr).map(str.encode)
)
async def test_no_body_whatever_makes_us_fail(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/intake/v1/notes", content=body, headers={"content-type": "application/json"})
    assert answer.status_code < 500
