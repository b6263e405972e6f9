"""Who is told that a customer was not paid what they are owed (REM-7), through the door of events."""

from pathlib import Path

import pytest

from tests.builders import closed
from tests.service_under_test import ServiceUnderTest, StartService

from .facts import DUE_IN_CHINESE, DUE_IN_ENGLISH
from .hearing import HEAD, Messages, hears_in_turn, owned, told
from .news import granted, paid, unpaid

KIND = "REMEDY_UNPAID"


def _by_role(messages: Messages) -> dict[str, str]:
    return {message["role"]: message["address_hint"] for message in messages}


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", ("退款 12.50 元", DUE_IN_CHINESE)), ("en", ("a refund of CNY 12.50", DUE_IN_ENGLISH))],
)
async def test_rem_7_owner_and_who_granted_it_are_told_once_each_where_they_are_reached(
    start_service: StartService, tmp_path: Path, language: str, words: tuple[str, str]
) -> None:
    policy = HEAD + f"staff_language = '{language}'"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    event = unpaid(complaint_id)
    await hears_in_turn(notify, event, event)
    messages = await told(notify, complaint_id, KIND)
    assert _by_role(messages) == {"OWNER": "a***@example.com", "APPROVER": "a***@example.com"}
    assert all(word in message["text"] for word in words for message in messages)


async def test_rem_7_of_what_is_granted_and_paid_staff_are_told_nothing(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, granted(complaint_id), paid(complaint_id))
    assert await told(notify, complaint_id, KIND) == []


async def test_rem_7_an_owner_above_whom_nobody_is_hears_it_once(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(unpaid(complaint_id, approver_id="a100"))
    assert set(_by_role(await told(notify, complaint_id, KIND))) == {"OWNER"}


async def test_rem_7_each_remedy_is_told_of_also_after_the_complaint_has_ended(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, unpaid(complaint_id), closed(complaint_id), unpaid(complaint_id))
    states = [message["state"] for message in await told(notify, complaint_id, KIND)]
    assert states == ["PENDING"] * 4
