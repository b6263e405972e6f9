"""OF-7: what two customers said of offers before they were found to be one; a refusal holds until they speak again."""

from typing import Any
from uuid import UUID

import pytest

from shared.events.intake import ComplaintReceived, ConsentChanged
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, post, read

PHONE, ID = {"phone": "13800138000"}, {"external_id": "c1"}


async def customer(intake: ServiceUnderTest, who: dict[str, Any], consent: bool | None) -> str:
    """The id of a customer who said this of offers, if anything."""
    said = {} if consent is None else {"marketing_consent": consent}
    return str((await accepted(intake, customer=who | said))["customer_id"])


async def merge(intake: ServiceUnderTest, source: str, into: str) -> str:
    body = {"into": into, "by": "m1", "although_ids_differ": True}
    answer = await intake.client.post(f"/intake/v1/customers/{source}/merge", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["merge_id"])


async def undo(intake: ServiceUnderTest, merge_id: str) -> None:
    answer = await intake.client.post(f"/intake/v1/merges/{merge_id}/undo", json={"by": "m1"})
    assert answer.status_code == 200, answer.text


async def consent(intake: ServiceUnderTest, customer_id: str) -> bool | None:
    found: bool | None = (await read(intake, f"/intake/v1/customers/{customer_id}"))["marketing_consent"]
    return found


async def say(intake: ServiceUnderTest, customer_id: str, *, marketing: bool) -> bool:
    """Say it at the door of consents; true if it was news."""
    path = f"/intake/v1/customers/{customer_id}/consent"
    answer = await intake.client.put(path, json={"marketing": marketing, "source": "phone"})
    changed: bool = answer.json()["changed"]
    return changed


async def changes(intake: ServiceUnderTest) -> list[tuple[str, bool]]:
    return [(str(event.customer_id), event.marketing) for event in await intake.said(ConsentChanged)]


async def test_of_7_who_agrees_again_after_a_merge_with_a_refusal_is_heard(intake: ServiceUnderTest) -> None:
    refused, agreed = await customer(intake, PHONE, False), await customer(intake, ID, True)
    await merge(intake, refused, agreed)
    assert await consent(intake, agreed) is None
    assert await say(intake, agreed, marketing=True) is True
    assert await say(intake, agreed, marketing=True) is False
    assert await changes(intake) == [(agreed, True)]
    assert await consent(intake, agreed) is True


async def test_of_7_a_contact_that_agrees_again_after_the_merge_is_heard_as_well(
    intake: ServiceUnderTest,
) -> None:
    refused, agreed = await customer(intake, PHONE, False), await customer(intake, ID, True)
    await merge(intake, refused, agreed)
    await post(intake, text="no signal at home", customer=ID)
    await post(intake, text="the shop closes early", customer=PHONE | {"marketing_consent": True})
    await post(intake, text="roaming abroad failed", customer=ID | {"marketing_consent": True})
    assert await changes(intake) == [(agreed, True)]
    told = [event.marketing_consent for event in await intake.said(ComplaintReceived)]
    assert told == [False, True, False, True, True]


@pytest.mark.parametrize(
    ("source", "into", "after", "news"),
    [
        (True, True, True, False),
        (None, True, True, False),
        (True, None, None, True),
        (True, False, False, True),
        (False, False, False, True),
    ],
)
async def test_of_7_a_merge_sets_no_consent_aside_where_nobody_refused_or_nobody_agreed(
    intake: ServiceUnderTest, source: bool | None, into: bool | None, after: bool | None, news: bool
) -> None:
    one, other = await customer(intake, PHONE, source), await customer(intake, ID, into)
    await merge(intake, one, other)
    assert await consent(intake, other) is after
    assert await say(intake, other, marketing=True) is news


async def test_of_7_undoing_the_merge_gives_the_consent_back_unless_the_person_spoke_since(
    intake: ServiceUnderTest,
) -> None:
    refused, agreed = await customer(intake, PHONE, False), await customer(intake, ID, True)
    await undo(intake, await merge(intake, refused, agreed))
    assert (await consent(intake, refused), await consent(intake, agreed)) == (False, True)
    again = await merge(intake, refused, agreed)
    assert await say(intake, agreed, marketing=False) is True
    await undo(intake, again)
    assert await consent(intake, agreed) is False
    assert await changes(intake) == [(agreed, False)]


async def test_of_7_a_refusal_further_down_a_chain_of_merges_counts_too(intake: ServiceUnderTest) -> None:
    first, second = await customer(intake, PHONE, False), await customer(intake, ID, None)
    third = await customer(intake, {"external_id": "c2"}, True)
    await merge(intake, first, second)
    merged = await merge(intake, second, third)
    assert await consent(intake, third) is None
    await undo(intake, merged)
    assert await consent(intake, third) is True
    assert UUID(third) != UUID(second)


@pytest.mark.parametrize("word", [True, False])
async def test_of_7_who_was_merged_away_speaks_for_both_and_for_themselves_after_the_undo(
    intake: ServiceUnderTest, word: bool
) -> None:
    away, stays = await customer(intake, PHONE, not word), await customer(intake, ID, not word)
    merged = await merge(intake, away, stays)
    assert await say(intake, away, marketing=word) is True
    assert await say(intake, away, marketing=word) is False
    assert (await consent(intake, away), await consent(intake, stays)) == (word, word)
    assert sorted(await changes(intake)) == sorted([(away, word), (stays, word)])
    await undo(intake, merged)
    assert (await consent(intake, away), await consent(intake, stays)) == (word, not word)
    assert (await changes(intake))[2:] == [(stays, not word)]


async def test_of_7_a_complaint_after_it_tells_what_was_said_on_the_id_merged_away(
    intake: ServiceUnderTest,
) -> None:
    away, stays = await customer(intake, PHONE, None), await customer(intake, ID, None)
    await merge(intake, away, stays)
    await say(intake, away, marketing=True)
    await post(intake, text="no signal at home", customer=ID)
    assert [event.marketing_consent for event in await intake.said(ComplaintReceived)] == [False, False, True]


@pytest.mark.parametrize(("other", "door"), [(False, True), (True, False)])
async def test_of_7_one_s_own_word_after_the_other_s_stays_when_the_merge_is_undone(
    intake: ServiceUnderTest, other: bool, door: bool
) -> None:
    away, stays = await customer(intake, PHONE, True), await customer(intake, ID, True)
    merged = await merge(intake, away, stays)
    await say(intake, away, marketing=other)
    if door:
        await say(intake, stays, marketing=False)
    else:
        await post(intake, text="no signal at home", customer=ID | {"marketing_consent": False})
    await undo(intake, merged)
    assert (await consent(intake, away), await consent(intake, stays)) == (other, False)


async def test_of_7_along_a_chain_everybody_further_up_is_spoken_for(intake: ServiceUnderTest) -> None:
    first, second = await customer(intake, PHONE, None), await customer(intake, ID, None)
    third = await customer(intake, {"external_id": "c2"}, True)
    await merge(intake, first, second)
    last = await merge(intake, second, third)
    await say(intake, first, marketing=False)
    assert [await consent(intake, one) for one in (first, second, third)] == [False] * 3
    await undo(intake, last)
    assert [await consent(intake, one) for one in (first, second, third)] == [False, False, True]


async def test_of_7_a_yes_that_was_set_aside_comes_back_though_the_other_agreed_meanwhile(
    intake: ServiceUnderTest,
) -> None:
    away, stays = await customer(intake, PHONE, False), await customer(intake, ID, True)
    merged = await merge(intake, away, stays)
    await say(intake, away, marketing=True)
    await undo(intake, merged)
    assert (await consent(intake, away), await consent(intake, stays)) == (True, True)
    assert sorted(await changes(intake)) == sorted([(away, True), (stays, True)])


async def stop(intake: ServiceUnderTest, sender: str = PHONE["phone"]) -> None:
    answer = await post(intake, "sms", sender=sender, text="STOP")
    assert (answer.status_code, answer.json()["outcome"]) == (202, "offers_refused")


async def test_of_7_stop_from_a_number_that_came_with_a_merge_counts_for_both_and_stays_with_the_number(
    intake: ServiceUnderTest,
) -> None:
    away, stays = await customer(intake, PHONE, True), await customer(intake, ID, True)
    third = await customer(intake, {"external_id": "c2"}, True)
    merged = await merge(intake, away, stays)
    last = await merge(intake, stays, third)
    await stop(intake)
    assert [await consent(intake, one) for one in (away, stays, third)] == [False] * 3
    await undo(intake, last)
    assert [await consent(intake, one) for one in (away, stays, third)] == [False, False, True]
    await undo(intake, merged)
    assert [await consent(intake, one) for one in (away, stays, third)] == [False, True, True]
    await stop(intake)
    assert [value for one, value in await changes(intake) if one == away] == [False], "it is no news"


async def test_of_7_stop_from_one_s_own_number_stays_with_who_was_merged_into(
    intake: ServiceUnderTest,
) -> None:
    away, stays = await customer(intake, ID, True), await customer(intake, PHONE, True)
    merged = await merge(intake, away, stays)
    await stop(intake)
    await undo(intake, merged)
    assert (await consent(intake, away), await consent(intake, stays)) == (True, False)
