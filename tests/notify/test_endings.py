"""What people are told at the end of a complaint, through the door of events."""

from pathlib import Path

import pytest

from shared.events.routing import (
    ComplaintCancelled,
)
from shared.events.vocabulary import (
    ClosingGround,
    SuggestionOutcome,
)
from tests.builders import closed, now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .duties import (
    appeal_decided,
    closed_by_silence,
    decided,
)
from .facts import DUE, broken
from .hearing import HEAD, hears_in_turn, owned, states, told
from .news import appealed, joined, passed_on, rejected


async def test_fc_22_after_a_rejection_the_reason_is_told_and_nothing_else(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, rejected(complaint_id), broken(complaint_id), joined(complaint_id))
    states = {message["kind"]: message["state"] for message in await told(notify, complaint_id)}
    assert states == {
        "RECEIPT": "PENDING",
        "OWNER_NAMED": "SKIPPED",
        "REJECTED": "PENDING",
        "LATE": "SKIPPED",
        "INCIDENT": "SKIPPED",
    }


async def test_fc_22_after_an_appeal_people_are_told_again(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, rejected(complaint_id), appealed(complaint_id), broken(complaint_id))
    [late] = await told(notify, complaint_id, "LATE")
    assert late["state"] == "PENDING"


async def test_fc_22_customer_and_decider_hear_of_each_person_to_whom_an_appeal_goes(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, appealed(complaint_id), passed_on(complaint_id))
    noted = await told(notify, complaint_id, "APPEAL_NOTED")
    assert ["Head of service" in message["text"] for message in noted] == [False, True]
    assert len(await told(notify, complaint_id, "APPEAL_TO_DECIDE")) == 2
    await hears_in_turn(notify, passed_on(complaint_id, decide_by=None, overdue_at=DUE))
    assert len(await told(notify, complaint_id, "APPEAL_NOTED")) == 2
    assert len(await told(notify, complaint_id, "APPEAL_TO_DECIDE")) == 3


async def test_who_withdraws_a_complaint_hears_no_more_of_it(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    cancelled = ComplaintCancelled(complaint_id=complaint_id, by="a100", cancelled_at=now())
    await hears_in_turn(notify, cancelled, broken(complaint_id))
    states = [message["state"] for message in await told(notify, complaint_id)]
    assert states == ["PENDING", "SKIPPED", "SKIPPED"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (SuggestionOutcome.ADOPTED, "adopted"),
        (SuggestionOutcome.CONSIDERED, "being considered"),
        (SuggestionOutcome.DECLINED, "not adopted"),
    ],
)
async def test_the_sender_of_a_suggestion_hears_its_outcome_also_after_the_end(
    notify: ServiceUnderTest, outcome: SuggestionOutcome, words: str
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, resolved(complaint_id), closed(complaint_id), decided(complaint_id, outcome))
    [message] = await told(notify, complaint_id, "SUGGESTION_DECIDED")
    assert message["state"] == "PENDING"
    assert words in message["text"]


async def test_fc_22_the_outcome_of_an_appeal_is_told_whichever_it_is(notify: ServiceUnderTest) -> None:
    upheld, denied = await owned(notify), await owned(notify)
    await notify.hears(appeal_decided(upheld, upheld=True), appeal_decided(denied))
    await notify.hears(closed(denied, ground=ClosingGround.APPEAL_DENIED))
    [one], [other] = (
        await told(notify, upheld, "APPEAL_DECIDED"),
        await told(notify, denied, "APPEAL_DECIDED"),
    )
    assert "take it up again" in one["text"]
    assert ("decision stands" in other["text"], other["state"]) == (True, "PENDING")


async def test_fu_8_whose_silence_closed_a_complaint_hears_until_when_they_may_appeal(
    notify: ServiceUnderTest,
) -> None:
    silent, confirmed = await owned(notify), await owned(notify)
    await notify.hears(closed_by_silence(silent), closed(confirmed, appeal_until=DUE))
    assert await states(notify, silent, "CLOSED") == [("CLOSED", "PENDING")]
    assert await told(notify, confirmed, "CLOSED") == []


async def test_fc_22_where_no_appeal_is_possible_none_is_told_of(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(closed(complaint_id, ground=ClosingGround.SILENCE))
    assert await told(notify, complaint_id, "CLOSED") == []


async def test_fu_8_after_which_closes_the_right_to_appeal_is_told_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", HEAD + "closing_told_on = ['CONFIRMED']", outbound_folder=tmp_path)
    silent, confirmed = await owned(notify), await owned(notify)
    await notify.hears(closed_by_silence(silent), closed(confirmed, appeal_until=DUE))
    assert await told(notify, silent, "CLOSED") == []
    [message] = await told(notify, confirmed, "CLOSED")
    assert "you said that it was put right" in message["text"]
