"""Who in the house hears what a customer's earlier complaints ask for (REP-5, REP-10), through the door of events."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.vocabulary import Tag
from shared.runtime.policy import PolicyError
from tests.builders import closed, complaint_received, owner_named
from tests.service_under_test import ServiceUnderTest, StartService

from .hearing import HEAD, hears_in_turn, told

KIND = "EARLIER_COMPLAINTS"
AGAIN, REVIEW, MANY = Tag.TEAM_LEAD_INFORMED, Tag.CASE_REVIEW, Tag.MANY_OPEN
QUALITY = HEAD + "[notify.desks]\nSERVICE_QUALITY = { channel = 'email', address = 'quality@example.com' }\n"


async def taken(notify: ServiceUnderTest, *tags: Tag, **owner: Any) -> UUID:
    """A complaint with these tags that has an owner."""
    complaint_id = uuid4()
    received = complaint_received(complaint_id, tags=tags)
    await hears_in_turn(notify, received, owner_named(complaint_id, **owner))
    return complaint_id


async def said(notify: ServiceUnderTest, complaint_id: UUID) -> dict[str, str]:
    """What each role reads of the customer's earlier complaints."""
    return {message["role"]: message["text"] for message in await told(notify, complaint_id, KIND)}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ("（负责人：Front desk 1）", "同一问题再次投诉")),
        ("en", ("Front desk 1", "the same trouble again")),
    ],
)
async def test_rep_5_a_repeat_is_told_once_to_the_team_lead_in_the_language_of_the_staff(
    start_service: StartService, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    policy = HEAD + f"staff_language = '{language}'"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await taken(notify, AGAIN, Tag.BROKEN_PROMISE)
    await notify.hears(owner_named(complaint_id, owner_id="a200", owner_name="Front desk 2"))
    [message] = await told(notify, complaint_id, KIND)
    assert (message["role"], message["state"], message["address_hint"]) == (
        "TEAM_LEAD",
        "PENDING",
        "l***@example.com",
    )
    assert all(word in message["text"] for word in ("R26112100000001", *words))


async def test_rep_5_the_quality_desk_reviews_what_came_a_third_time_and_the_team_lead_hears_all_in_one(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", QUALITY, outbound_folder=tmp_path)
    texts = await said(notify, await taken(notify, AGAIN, REVIEW))
    assert set(texts) == {"TEAM_LEAD", "SERVICE_QUALITY"}
    assert "同一问题再次投诉、同一问题多次投诉须复核" in texts["TEAM_LEAD"]
    assert "再次投诉" not in texts["SERVICE_QUALITY"]


async def test_rep_10_the_team_lead_hears_of_a_customer_with_many_open_complaints(
    notify: ServiceUnderTest,
) -> None:
    assert "多件投诉尚未解决" in (await said(notify, await taken(notify, MANY)))["TEAM_LEAD"]


async def test_rep_5_rep_10_of_a_first_complaint_the_team_lead_hears_nothing(
    notify: ServiceUnderTest,
) -> None:
    assert await said(notify, await taken(notify)) == {}
    assert await said(notify, await taken(notify, Tag.DANGER, Tag.HIGH_FREQUENCY)) == {}


async def test_rep_5_nobody_is_told_before_there_is_an_owner(notify: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await notify.hears(complaint_received(complaint_id, tags=(AGAIN,)))
    assert await said(notify, complaint_id) == {}


async def test_rep_5_an_owner_who_leads_the_team_is_told_too_and_once(
    start_service: StartService, tmp_path: Path
) -> None:
    both = HEAD + "past_told = { TEAM_LEAD_INFORMED = ['OWNER', 'TEAM_LEAD'] }"
    notify = await start_service("notify", both, outbound_folder=tmp_path)
    assert set(await said(notify, await taken(notify, AGAIN, lead_id="a100"))) == {"OWNER"}
    assert set(await said(notify, await taken(notify, AGAIN))) == {"OWNER", "TEAM_LEAD"}


async def test_rep_5_it_is_still_told_when_the_complaint_has_ended_meanwhile(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await taken(notify, AGAIN)
    await notify.hears(closed(complaint_id))
    [message] = await told(notify, complaint_id, KIND)
    assert message["state"] == "PENDING"


async def test_rep_5_rep_10_who_hears_of_it_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = HEAD + "past_told = { TEAM_LEAD_INFORMED = [], MANY_OPEN = ['OWNER'] }"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    assert set(await said(notify, await taken(notify, AGAIN, MANY))) == {"OWNER"}


async def test_rep_5_only_who_is_reached_about_every_complaint_can_be_named(
    start_service: StartService,
) -> None:
    with pytest.raises(PolicyError, match="past_told"):
        await start_service("notify", HEAD + "past_told = { CASE_REVIEW = ['CUSTOMER'] }")
