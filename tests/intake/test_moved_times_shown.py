"""What customers are shown of moved times and of waiting, through the door of events."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.intake.customer_news import WAITS_FOR
from shared.events.routing import (
    ComplaintResumed,
)
from shared.events.sla import (
    PromisesPaused,
    PromisesResumed,
)
from shared.events.vocabulary import (
    PauseReason,
    PromiseKind,
)
from tests.builders import now

from .doors import read
from .journey import kept, promised
from .watching import Watched, extended, paused, recomputed


@pytest.mark.parametrize(
    ("moves", "what"), [(extended, "promise_extended"), (recomputed, "promise_recomputed")]
)
async def test_a_moved_due_time_is_shown_with_the_one_before(one: Watched, moves: Any, what: str) -> None:
    made = promised(one.id, PromiseKind.SOLVE, due_at=now() + timedelta(hours=5))
    await one.intake.hears(made)
    assert (await one.seen())["next_promise"]["was_due_at"] is None
    await one.intake.hears(moves(made, timedelta(hours=48)))
    shown = (await one.tracked())["next_promise"]
    assert shown["seconds_left"] > 52 * 3600
    assert shown["was_due_at"] < shown["due_at"]
    assert await one.news() == ["owner_named", what]
    assert "before it was" in await one.page()


async def test_a_kept_promise_whose_time_was_moved_stays_kept(one: Watched) -> None:
    made = promised(one.id, PromiseKind.SOLVE)
    await one.intake.hears(made, kept(made), extended(made, timedelta(hours=1)))
    assert [promise["state"] for promise in (await one.seen())["promises"]] == ["KEPT"]


async def test_a_pause_stops_the_promises_it_names_until_it_ends(one: Watched) -> None:
    made = promised(one.id, PromiseKind.SOLVE, PromiseKind.UPDATE, due_at=now() + timedelta(hours=5))
    pause = {"complaint_id": one.id, "pause_id": uuid4(), "reason": PauseReason.WAIT_CUSTOMER}
    ends = now() + timedelta(days=3)
    await one.intake.hears(
        made, PromisesPaused(**pause, kinds=(PromiseKind.SOLVE,), paused_at=now(), ends_by=ends)
    )
    assert {p["kind"]: p["paused"] for p in (await one.seen())["promises"]} == {
        "SOLVE": True,
        "UPDATE": False,
    }
    moved = made.promises[0].model_copy(update={"due_at": now() + timedelta(hours=9)})
    await one.intake.hears(
        PromisesResumed(
            **pause, because="CUSTOMER", promises=(moved,), told=(), paused_at=now(), resumed_at=now()
        )
    )
    promises = {p["kind"]: p for p in (await one.seen())["promises"]}
    assert not promises["SOLVE"]["paused"]
    assert promises["SOLVE"]["due_at"] > promises["UPDATE"]["due_at"]


async def test_a_pause_that_ends_with_nothing_left_to_promise_is_only_noted(one: Watched) -> None:
    pause = {"complaint_id": one.id, "pause_id": uuid4(), "reason": PauseReason.WAIT_CUSTOMER}
    await one.intake.hears(
        PromisesPaused(**pause, kinds=(), paused_at=now(), ends_by=now()),
        PromisesResumed(**pause, because="RESOLVED", promises=(), told=(), paused_at=now(), resumed_at=now()),
    )
    lines = (await read(one.intake, f"/intake/v1/complaints/{one.id}/history"))["items"]
    assert [line["what"] for line in lines][-2:] == ["promises_paused", "promises_resumed"]


@pytest.mark.parametrize("reason", PauseReason)
async def test_a_customer_sees_why_it_waits_and_until_when(one: Watched, reason: PauseReason) -> None:
    await one.intake.hears(paused(one, reason))
    assert (await one.tracked())["waits_for"] == reason
    assert WAITS_FOR[reason][1] in await one.page()
    await one.intake.hears(
        ComplaintResumed(
            complaint_id=one.id,
            pause_id=uuid4(),
            reason=reason,
            because="STAFF",
            paused_at=now(),
            resumed_at=now(),
        )
    )
    assert (await one.tracked())["waits_for"] is None
    assert await one.news() == ["owner_named", "complaint_paused", "complaint_resumed"]
