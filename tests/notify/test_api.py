"""What operators may read of notify."""

from pathlib import Path
from uuid import uuid4

import pytest

from shared.events.vocabulary import SkipReason
from tests.builders import complaint_received
from tests.service_under_test import ServiceUnderTest, StartService


@pytest.fixture
async def notify(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("notify", outbound_folder=tmp_path)


async def test_every_intent_is_read_in_pages_with_its_address_masked(notify: ServiceUnderTest) -> None:
    await notify.hears(*(complaint_received() for _ in range(5)))
    pages, after = [], ""
    while after is not None:
        page = (await notify.client.get(f"/notify/v1/intents?limit=2{after and f'&after={after}'}")).json()
        pages.append(page["items"])
        after = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    intents = [intent for page in pages for intent in page]
    assert len({intent["intent_id"] for intent in intents}) == 5
    assert {intent["address_hint"] for intent in intents} == {"+86138****8000"}
    assert not {"reply_to", "link", "text"} & set(intents[0])


async def test_intents_are_found_by_complaint_kind_and_state(notify: ServiceUnderTest) -> None:
    here, away = uuid4(), uuid4()
    await notify.hears(complaint_received(here), complaint_received(away, reply_to=None))

    async def found(query: str) -> list[str]:
        answer = await notify.client.get(f"/notify/v1/intents?{query}")
        return [intent["complaint_id"] for intent in answer.json()["items"]]

    assert await found(f"complaint_id={here}") == [str(here)]
    assert await found("state=SKIPPED&kind=RECEIPT") == [str(away)]
    assert await found("kind=LATE") == []


@pytest.mark.parametrize(
    "query", ["state=LOST", "kind=x", "complaint_id=1", "limit=0", "limit=1001", "after=x"]
)
async def test_a_wrong_question_is_refused_by_its_field(notify: ServiceUnderTest, query: str) -> None:
    answer = await notify.client.get(f"/notify/v1/intents?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.split("=", maxsplit=1)[0]


async def test_a_complaint_nobody_was_told_of_has_no_messages(notify: ServiceUnderTest) -> None:
    assert (await notify.client.get(f"/notify/v1/complaints/{uuid4()}/messages")).json() == []


async def test_operators_see_what_waits_and_what_became_of_messages(notify: ServiceUnderTest) -> None:
    await notify.hears(complaint_received(), complaint_received(reply_to=None))
    metrics = (await notify.client.get("/metrics")).text
    assert 'redress_intents{state="PENDING"} 1.0' in metrics
    assert "redress_intents_oldest_pending_seconds" in metrics
    assert 'redress_messages_total{kind="RECEIPT",outcome="SKIPPED"}' in metrics
    assert SkipReason.NO_ADDRESS not in metrics
