"""What people are told of a promised time that moves, or of a pause that ends, through the door of events."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from shared.events.vocabulary import (
    PromiseKind,
)
from tests.builders import complaint_received, owner_named
from tests.service_under_test import ServiceUnderTest, StartService

from .facts import DUE, promised
from .hearing import hears_in_turn, owned, told
from .news import extended, paused_until_the_limit, recomputed


async def test_cal_6_a_notable_move_of_the_result_is_told_and_a_small_one_is_not(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(recomputed(complaint_id, notable=False))
    await notify.hears(recomputed(complaint_id, kind=PromiseKind.UPDATE))
    assert await told(notify, complaint_id, "DUE_MOVED") == []
    await notify.hears(recomputed(complaint_id))
    assert len(await told(notify, complaint_id, "DUE_MOVED")) == 1


async def test_cal_6_of_which_promises_a_move_is_told_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[notify]\nversion='t'\nmoved_told_for=['UPDATE']"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(recomputed(complaint_id))
    assert await told(notify, complaint_id, "DUE_MOVED") == []
    await notify.hears(extended(complaint_id, kind=PromiseKind.UPDATE))
    assert len(await told(notify, complaint_id, "DUE_MOVED")) == 1


async def test_each_move_of_one_promise_is_told(notify: ServiceUnderTest) -> None:
    complaint_id, promise_id = await owned(notify), uuid4()
    for days in (1, 2, 2):
        await notify.hears(extended(complaint_id, promise_id=promise_id, due_at=DUE + timedelta(days=days)))
    assert len(await told(notify, complaint_id, "DUE_MOVED")) == 2


async def test_who_is_named_later_is_named_with_the_time_that_was_moved(notify: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    later = DUE + timedelta(days=1)
    await hears_in_turn(notify, complaint_received(complaint_id), promised(complaint_id))
    await hears_in_turn(notify, recomputed(complaint_id, due_at=later), owner_named(complaint_id))
    [message] = await told(notify, complaint_id, "OWNER_NAMED")
    assert "24 Nov 2026, 15:30" in message["text"]


async def test_pau_5_a_pause_that_somebody_ended_is_told_to_nobody(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(paused_until_the_limit(complaint_id, because="CUSTOMER", told=()))
    assert await told(notify, complaint_id, "PAUSE_ENDED") == []
