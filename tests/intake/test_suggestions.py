"""The sender of a suggestion always hears what becomes of it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events.intake import SuggestionDecided
from shared.events.vocabulary import SuggestionOutcome
from tests.builders import closed, resolved
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, read

IDEA = "May I suggest a printer in the shop"


async def decide(intake: ServiceUnderTest, complaint_id: object, **body: Any) -> httpx.Response:
    path = f"/intake/v1/complaints/{complaint_id}/suggestion"
    return await intake.client.put(path, json={"by": "a1", "outcome": "ADOPTED"} | body)


async def undecided(intake: ServiceUnderTest) -> list[str]:
    found = await read(intake, "/intake/v1/suggestions/undecided")
    return [item["complaint_id"] for item in found["items"]]


@pytest.mark.parametrize(
    ("text", "outcome", "words"),
    [
        (IDEA, "ADOPTED", "Your suggestion was adopted"),
        (IDEA, "CONSIDERED", "Your suggestion is being considered"),
        ("建议增加自助打印机", "DECLINED", "您的建议暂未采纳"),
    ],
)
async def test_the_sender_of_a_suggestion_sees_the_outcome_in_their_language(
    intake: ServiceUnderTest, text: str, outcome: str, words: str
) -> None:
    found = await accepted(intake, text=text)
    assert (await decide(intake, found["complaint_id"], outcome=outcome)).status_code == 200
    assert words in (await intake.client.get(found["tracking_path"])).text
    [told] = await intake.said(SuggestionDecided)
    assert (str(told.customer_id), told.outcome) == (found["customer_id"], SuggestionOutcome(outcome))


async def test_a_suggestion_that_nobody_answered_is_listed_even_after_it_was_closed(
    intake: ServiceUnderTest,
) -> None:
    found = await accepted(intake, text=IDEA)
    await accepted(intake, text="my bill is wrong")
    complaint_id = UUID(found["complaint_id"])
    await intake.hears(resolved(complaint_id), closed(complaint_id))
    assert await undecided(intake) == [found["complaint_id"]]
    await decide(intake, complaint_id)
    assert await undecided(intake) == []


async def test_only_suggestions_are_decided_and_wrong_words_are_refused_by_name(
    intake: ServiceUnderTest,
) -> None:
    complaint = await accepted(intake, text="my bill is wrong")
    assert (await decide(intake, complaint["complaint_id"])).status_code == 409
    assert (await decide(intake, uuid4())).status_code == 404
    refused = await decide(intake, complaint["complaint_id"], outcome="PERHAPS")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "outcome")
    assert await intake.said(SuggestionDecided) == []
