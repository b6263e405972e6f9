"""`Idempotency-Key`: a success is not done again but said again; anything else leaves the key free."""

import asyncio
from typing import Any

import httpx
import pytest

from services.intake.app import OPEN_TO_ALL
from services.intake.contact_store import Accepted
from shared.events.intake import ComplaintReceived
from shared.runtime.idempotency_store import sweep
from tests.service_under_test import ServiceUnderTest, StartService

PATH = "/intake/v1/channels/web/contacts"


async def send(
    intake: ServiceUnderTest, key: str, number: int = 1, token: str = "", **fields: Any
) -> httpx.Response:
    body = {"contact_key": f"c{number}", "text": "my bill is wrong"} | fields
    headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {token}"} if token else {})
    return await intake.client.post(PATH, json=body, headers=headers)


async def complaints(intake: ServiceUnderTest) -> int:
    return len(await intake.said(ComplaintReceived))


async def move_back(intake: ServiceUnderTest, hours: float) -> None:
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE idempotency SET claimed_at = claimed_at - interval '{hours} hours'"
        )


async def test_a_success_is_said_again_with_a_marker(intake: ServiceUnderTest) -> None:
    first, again = await send(intake, "k"), await send(intake, "k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await complaints(intake) == 1


@pytest.mark.parametrize("change", [{"text": "something else"}, {"number": 2}, {"category": "x"}])
async def test_the_key_with_another_request_is_refused(
    intake: ServiceUnderTest, change: dict[str, Any]
) -> None:
    await send(intake, "k")
    refused = await send(intake, "k", **change)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await complaints(intake) == 1


async def test_the_key_at_another_door_is_refused_too(intake: ServiceUnderTest) -> None:
    await send(intake, "k")
    other = await intake.client.post(
        "/intake/v1/channels/phone/contacts",
        json={"call_id": "1", "text": "x"},
        headers={"Idempotency-Key": "k"},
    )
    assert other.status_code == 422


async def test_a_refusal_is_not_frozen(intake: ServiceUnderTest) -> None:
    assert (await send(intake, "k", text="")).status_code == 422
    assert (await send(intake, "k")).status_code == 201


async def test_a_failure_is_not_frozen(intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(_contact: object) -> Accepted:
        raise ConnectionResetError

    accepting = intake.service.app.state.accepting
    with monkeypatch.context() as patch:
        patch.setattr(accepting, "submit", down)
        assert (await send(intake, "k")).status_code == 503
    assert (await send(intake, "k")).status_code == 201


async def test_an_error_of_ours_is_not_frozen(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_contact: object) -> Accepted:
        raise ZeroDivisionError

    accepting = intake.service.app.state.accepting
    with monkeypatch.context() as patch:
        patch.setattr(accepting, "submit", broken)
        with pytest.raises(ZeroDivisionError):
            await send(intake, "k")
    assert (await send(intake, "k")).status_code == 201


async def test_twenty_at_the_same_time_do_it_once(intake: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*[send(intake, "k") for _ in range(20)])
    by_status = {answer.status_code for answer in answers}
    assert 201 in by_status
    assert by_status <= {201, 409}
    assert sum("Idempotent-Replayed" not in a.headers for a in answers if a.status_code == 201) == 1
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 409)
    assert await complaints(intake) == 1
    assert (await send(intake, "k")).headers["Idempotent-Replayed"] == "true"


async def test_while_the_first_is_at_work_the_second_is_told_to_wait(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepting = intake.service.app.state.accepting
    go_on, submit = asyncio.Event(), accepting.submit

    async def slow(contact: Any) -> Any:
        await go_on.wait()
        return await submit(contact)

    monkeypatch.setattr(accepting, "submit", slow)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(send(intake, "k"))
        while not await intake.rows("SELECT 1 FROM idempotency"):
            await asyncio.sleep(0)
        assert (await send(intake, "k")).status_code == 409
        go_on.set()
    assert first.result().status_code == 201


async def test_a_key_whose_process_died_is_free_for_the_same_request_after_a_minute(
    intake: ServiceUnderTest,
) -> None:
    await send(intake, "k")
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE idempotency SET status = NULL")
    assert (await send(intake, "k")).status_code == 409
    await move_back(intake, 0.02)
    again = await send(intake, "k")
    assert again.json()["outcome"] == "already_known"
    assert await complaints(intake) == 1


async def test_answers_are_kept_for_72_hours(intake: ServiceUnderTest) -> None:
    await send(intake, "k")
    await move_back(intake, 71.9)
    assert await sweep(intake.service.database) == 0
    assert (await send(intake, "k")).headers["Idempotent-Replayed"] == "true"
    await move_back(intake, 0.2)
    assert "Idempotent-Replayed" not in (await send(intake, "k")).headers
    await move_back(intake, 73)
    assert await sweep(intake.service.database) == 1


async def test_callers_with_other_tokens_do_not_see_each_others_answers(start_service: StartService) -> None:
    intake = await start_service("intake")
    first = await send(intake, "k", token="one")
    other = await send(intake, "k", token="two", number=2)
    assert other.status_code == 201
    assert other.json()["complaint_id"] != first.json()["complaint_id"]


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 201])
async def test_a_key_that_is_none_is_refused_by_name(intake: ServiceUnderTest, key: str) -> None:
    refused = await send(intake, key)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_database_that_is_away_means_not_done(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(intake.service.database, "fetch", away)
        refused = await send(intake, "k")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert await complaints(intake) == 0


async def test_every_post_that_needs_a_token_describes_the_header(intake: ServiceUnderTest) -> None:
    paths = (await intake.client.get("/intake/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        if "post" in operations and not path.startswith(OPEN_TO_ALL):
            names = [parameter["name"] for parameter in operations["post"]["parameters"]]
            assert names.count("Idempotency-Key") == 1, path
