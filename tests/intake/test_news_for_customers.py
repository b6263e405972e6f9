"""What customers are shown of what routing and sla do: moved times, other owners, waiting, other ends, appeals."""

from uuid import uuid4

from services.intake.customer_news import NEWS, REJECTED_FOR, WAITS_FOR, news_text
from services.intake.next_status import Status
from services.intake.tracking_page import _STATUSES
from shared.events import Event
from shared.events.routing import (
    HandlerAssigned,
    RemedyApproved,
    RemedyPaid,
    TransferAccepted,
    TransferDisputed,
    TransferRequested,
)
from shared.events.vocabulary import (
    Channel,
    PauseReason,
    RejectionReason,
    RemedyKind,
    TransferReason,
)
from tests.builders import now, owner_named
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, read
from .watching import C1, Watched, owner_changed, paused


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


async def test_the_page_is_in_the_complaints_language_and_leads_to_the_other(one: Watched) -> None:
    await one.intake.hears(owner_named(one.id))
    chinese, english = news_text("owner_named", None)
    own = await one.page()
    assert english in own
    assert f'href="{one.path}?lang=zh-CN"' in own
    other = (await one.intake.client.get(f"{one.path}?lang=zh-CN")).text
    assert chinese in other
    assert f'href="{one.path}?lang=en"' in other
    assert (await one.intake.client.get(f"{one.path}?lang=fr")).status_code == 422
