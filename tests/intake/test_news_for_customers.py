"""What customers are shown of what routing and sla do: moved times, other owners, waiting, other ends, appeals."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.customer_news import NEWS, REJECTED_FOR, WAITS_FOR, news_text
from services.intake.next_status import Status
from services.intake.tracking_page import _STATUSES
from shared.events import Event
from shared.events.routing import (
    AppealDecided,
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintPaused,
    ComplaintRejected,
    ComplaintResumed,
    HandlerAssigned,
    OwnerChanged,
    RemedyApproved,
    RemedyPaid,
    TransferAccepted,
    TransferDisputed,
    TransferRequested,
)
from shared.events.sla import (
    PromiseExtended,
    PromiseRecomputed,
    PromisesMade,
    PromisesPaused,
    PromisesResumed,
)
from shared.events.vocabulary import (
    Channel,
    OwnerChangeReason,
    PauseReason,
    PromiseKind,
    RejectionReason,
    RemedyKind,
    ReopenReason,
    TransferReason,
)
from tests.builders import closed, now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, post, read
from .journey import kept, promised

C1 = {"external_id": "c1"}


class Watched:
    """A complaint, and what staff and its customer see of it."""

    def __init__(self, intake: ServiceUnderTest, found: dict[str, Any]) -> None:
        self.intake = intake
        self.id = UUID(found["complaint_id"])
        self.path = found["tracking_path"]

    async def seen(self) -> dict[str, Any]:
        return await read(self.intake, f"/intake/v1/complaints/{self.id}")

    async def tracked(self) -> dict[str, Any]:
        answer = await self.intake.client.get(self.path, headers={"accept": "application/json"})
        found: dict[str, Any] = answer.json()
        return found

    async def page(self) -> str:
        return (await self.intake.client.get(self.path)).text

    async def news(self) -> list[str]:
        """The newest last."""
        return [line["what"] for line in (await self.tracked())["news"]][::-1]


@pytest.fixture
async def one(intake: ServiceUnderTest) -> Watched:
    """A complaint in English that has an owner."""
    watched = Watched(intake, await accepted(intake, customer=C1))
    await intake.hears(owner_named(watched.id, owner_name="Front desk 1"))
    return watched


def of(made: PromisesMade, which: int = 0) -> dict[str, Any]:
    promise = made.promises[which]
    return {"complaint_id": made.complaint_id, "promise_id": promise.promise_id, "kind": promise.kind}


def extended(made: PromisesMade, by: timedelta) -> PromiseExtended:
    due = made.promises[0].due_at
    return PromiseExtended(
        **of(made), was_due_at=due, due_at=due + by, number=1, approved_by="l1", extended_at=now()
    )


def recomputed(made: PromisesMade, by: timedelta) -> PromiseRecomputed:
    due = made.promises[0].due_at
    return PromiseRecomputed(
        **of(made),
        was_due_at=due,
        due_at=due + by,
        calendar="cn",
        calendar_version=2,
        provisional=False,
        notable=True,
        recomputed_at=now(),
    )


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


def paused(one: Watched, reason: PauseReason) -> ComplaintPaused:
    return ComplaintPaused(
        complaint_id=one.id,
        pause_id=uuid4(),
        reason=reason,
        evidence="letter 7",
        by="a100",
        paused_at=now(),
        resumes_at=now() + timedelta(days=2),
    )


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


async def test_another_owner_is_shown_and_the_handlers_name_is_not(one: Watched) -> None:
    transfer = {"complaint_id": one.id, "transfer_id": uuid4()}
    await one.intake.hears(
        owner_changed(one.id, "Front desk 2"),
        TransferRequested(
            **transfer,
            hop=1,
            from_id="a100",
            to_id="h1",
            to_name="IT desk 1",
            department="it",
            reason=TransferReason.NOT_COMPETENT,
            by="a100",
            promised_at=None,
            requested_at=now(),
            answer_by=now(),
            to_channel=Channel.EMAIL,
            to_reply_to=None,
        ),
        TransferAccepted(**transfer, to_id="h1", silently=False, accepted_at=now()),
        HandlerAssigned(
            complaint_id=one.id,
            handler_id="h1",
            handler_name="IT desk 1",
            department="it",
            reason=TransferReason.NOT_COMPETENT,
            assigned_at=now(),
        ),
        TransferDisputed(
            **transfer,
            by="h1",
            coordinator_id="l1",
            decide_by=now(),
            disputed_at=now(),
            coordinator_channel=Channel.EMAIL,
            coordinator_reply_to=None,
        ),
    )
    assert (await one.seen())["owner_name"] == "Front desk 2"
    assert await one.news() == ["owner_named", "owner_changed", "handler_assigned"]
    page = await one.page()
    assert "Front desk 2" in page
    assert "IT desk 1" not in page
    lines = (await read(one.intake, f"/intake/v1/complaints/{one.id}/history"))["items"]
    assert {"transfer_requested", "transfer_accepted", "transfer_disputed"} <= {
        line["what"] for line in lines
    }


def owner_changed(complaint_id: UUID, name: str) -> OwnerChanged:
    return OwnerChanged(
        complaint_id=complaint_id,
        from_id="a100",
        owner_id="a200",
        owner_name=name,
        department="front-desk",
        reason=OwnerChangeReason.ABSENT,
        by="l1",
        changed_at=now(),
        lead_id="l1",
        lead_name="Desk lead",
        staff_channel=Channel.EMAIL,
        owner_reply_to=None,
        lead_reply_to=None,
        policy_version="t",
    )


def rejected(one: Watched, reason: RejectionReason = RejectionReason.NO_GROUND) -> ComplaintRejected:
    return ComplaintRejected(
        complaint_id=one.id,
        reason=reason,
        by="a100",
        rejected_at=now(),
        appeal_until=now() + timedelta(days=15),
    )


def appealed(one: Watched) -> ComplaintAppealed:
    return ComplaintAppealed(
        complaint_id=one.id,
        round=1,
        decider_id="l9",
        decider_name="Quality desk",
        decide_by=now(),
        appealed_at=now(),
        decider_channel=Channel.EMAIL,
        decider_reply_to=None,
    )


def decided(one: Watched, *, upheld: bool) -> AppealDecided:
    return AppealDecided(complaint_id=one.id, upheld=upheld, by="l9", decided_at=now())


@pytest.mark.parametrize("reason", RejectionReason)
async def test_fc_22_a_rejection_is_shown_with_its_reason_and_the_time_for_an_appeal(
    one: Watched, reason: RejectionReason
) -> None:
    await one.intake.hears(promised(one.id, PromiseKind.SOLVE), rejected(one, reason))
    found = await one.tracked()
    assert (found["status"], found["rejection_reason"], found["next_promise"]) == ("REJECTED", reason, None)
    page = await one.page()
    assert REJECTED_FOR[reason][1] in page
    assert "You may appeal until" in page


async def test_fc_22_an_appeal_holds_it_open_until_it_is_decided(one: Watched) -> None:
    await one.intake.hears(rejected(one), appealed(one))
    assert ((await one.seen())["status"], (await one.seen())["resolved_at"]) == ("APPEALED", None)
    await one.intake.hears(decided(one, upheld=False), closed(one.id))
    found = await one.seen()
    assert found["status"] == "CLOSED"
    assert found["resolved_at"] == found["closed_at"]
    assert [line["text"] for line in (await one.tracked())["news"]][1] == "Your appeal was denied"


async def test_fc_22_an_upheld_appeal_opens_it_again(one: Watched) -> None:
    again = reopened(one.id, reason=ReopenReason.APPEAL_UPHELD)
    await one.intake.hears(resolved(one.id), appealed(one), decided(one, upheld=True), again)
    assert (await one.seen())["status"] == "REOPENED"


async def test_what_ended_at_the_customers_wish_or_without_ground_gets_no_more_contacts(one: Watched) -> None:
    intake = one.intake
    await intake.hears(ComplaintCancelled(complaint_id=one.id, by="a100", cancelled_at=now()))
    assert (await one.tracked())["status"] == "CANCELLED"
    second = Watched(intake, await accepted(intake, customer=C1))
    assert ((await second.seen())["repeat_of"], (await second.seen())["repeat_index"]) == (str(one.id), 2)
    await intake.hears(rejected(second))
    answer = await post(intake, customer=C1)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "created")
    await intake.hears(appealed(second))


async def test_a_contact_about_what_is_appealed_joins_it(one: Watched) -> None:
    await one.intake.hears(rejected(one), appealed(one))
    assert (await post(one.intake, customer=C1)).json()["outcome"] == "attached"


async def test_a_remedy_is_news_once_it_is_granted_and_once_it_is_paid(one: Watched) -> None:
    remedy = {"complaint_id": one.id, "remedy_id": uuid4(), "amount": 2000}
    await one.intake.hears(
        RemedyApproved(**remedy, kind=RemedyKind.REFUND, by=("l1",), approved_at=now(), pay_by=now()),
        RemedyPaid(**remedy, paid_at=now(), late=False),
    )
    assert await one.news() == ["owner_named", "remedy_approved", "remedy_paid"]


async def test_the_page_speaks_chinese_to_who_writes_chinese(intake: ServiceUnderTest) -> None:
    one = Watched(intake, await accepted(intake, text="账单不对，请核实", customer=C1))
    await intake.hears(owner_named(one.id), paused(one, PauseReason.WAIT_CUSTOMER))
    page = await one.page()
    assert "等待您的回复" in page
    assert "已确定负责人" in page


def test_every_state_and_every_line_has_words_in_both_languages() -> None:
    assert set(_STATUSES) == set(Status)
    for what in NEWS:
        assert all(news_text(what, None))
    assert set(WAITS_FOR) == set(PauseReason)
    assert set(REJECTED_FOR) == set(RejectionReason)
    assert news_text("complaint_rejected", "A_NEW_REASON") == NEWS["complaint_rejected"]


def test_only_events_are_news() -> None:
    assert {kind.type.split(".")[2] for kind in _all(Event)} >= set(NEWS)


def _all(kind: type[Event]) -> list[type[Event]]:
    found = [sub for sub in kind.__subclasses__() if not sub.__name__.startswith("_")]
    return found + [deeper for sub in kind.__subclasses__() for deeper in _all(sub)]


async def test_fc_22_an_appeal_against_a_close_is_shown_as_open_again(one: Watched) -> None:
    await one.intake.hears(closed(one.id), appealed(one))
    assert (await one.seen())["status"] == "APPEALED"
