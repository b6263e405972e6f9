"""What people are told beside the ordinary journey, through the door of events; each bites, or does not."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.notices import EVENTS
from shared.events.intake import ComplaintJoinedIncident
from shared.events.routing import (
    AnswerHeld,
    AnswerReleased,
    AppealOverdue,
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintRejected,
    ContactPassedOn,
    HandlerChased,
    OwnerChanged,
    RemedyApproved,
    RemedyPaid,
    SuperiorInformed,
    TaskAsked,
    TaskOverdue,
    TaskRefused,
    TransferDisputed,
    TransferFailed,
    TransferRequested,
)
from shared.events.sla import PromiseExtended, PromiseRecomputed, PromisesMade, PromisesResumed
from shared.events.vocabulary import (
    Channel,
    EscalationLevel,
    OwnerChangeReason,
    PauseReason,
    PromiseKind,
    RejectionReason,
    RemedyKind,
    Role,
    Severity,
    TransferReason,
)
from tests.builders import complaint_received, now, owner_named
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .duties import (
    appeal_decided,
    at_risk,
    closed_by_silence,
    decided,
    freeze_asked,
    not_urgent,
    overdue,
    progress,
    unroutable,
    urgent,
)
from .facts import DUE, DUE_IN_CHINESE, DUE_IN_ENGLISH, broken, escalated, promised
from .test_messages import Messages, hears_in_turn, told

WAS = DUE - timedelta(days=1)


WITH_DESKS = """[notify]
version = 't'
overdue_told = { IDENTIFY_CUSTOMER = ['OWNER'], FREEZE_SERVICE = ['FRAUD_DESK'] }
[notify.desks]
SERVICE_QUALITY = { channel = 'email', address = 'quality@example.com' }
FRAUD_DESK = { channel = 'email', address = 'fraud@example.com' }
"""


@pytest.fixture
async def notify(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("notify", outbound_folder=tmp_path)


async def owned(notify: ServiceUnderTest, **changes: Any) -> UUID:
    """A complaint with an owner and a promised time."""
    complaint_id = uuid4()
    await hears_in_turn(
        notify, complaint_received(complaint_id, **changes), owner_named(complaint_id), promised(complaint_id)
    )
    return complaint_id


def staff(complaint_id: UUID, who: str) -> dict[str, Any]:
    """Where a member of staff is reached, as an event says it."""
    return {
        f"{who}_channel": Channel.EMAIL,
        f"{who}_reply_to": SEALER.seal(f"{who}@example.com", str(complaint_id)),
    }


def extended(complaint_id: UUID, **changes: Any) -> PromiseExtended:
    facts = {"promise_id": uuid4(), "kind": PromiseKind.SOLVE, "was_due_at": WAS, "due_at": DUE, "number": 1}
    facts |= {"approved_by": "l1", "extended_at": now()}
    return PromiseExtended(**({"complaint_id": complaint_id} | facts | changes))


def recomputed(complaint_id: UUID, **changes: Any) -> PromiseRecomputed:
    facts = {"promise_id": uuid4(), "kind": PromiseKind.SOLVE, "was_due_at": WAS, "due_at": DUE}
    facts |= {"calendar": "cn-default", "calendar_version": 2, "provisional": False, "notable": True}
    return PromiseRecomputed(**({"complaint_id": complaint_id, "recomputed_at": now()} | facts | changes))


def paused_until_the_limit(complaint_id: UUID, **changes: Any) -> PromisesResumed:
    facts: dict[str, Any] = {"pause_id": uuid4(), "reason": PauseReason.WAIT_CUSTOMER, "because": "LIMIT"}
    facts |= {"promises": promised(complaint_id).promises, "told": (Role.TEAM_LEAD,)}
    facts |= {"paused_at": WAS, "resumed_at": now()}
    return PromisesResumed(**({"complaint_id": complaint_id} | facts | changes))


def new_owner(complaint_id: UUID, **changes: Any) -> OwnerChanged:
    facts: dict[str, Any] = {"from_id": "a100", "owner_id": "a200", "owner_name": "Front desk 2"}
    facts |= {"department": "front-desk", "reason": OwnerChangeReason.CUSTOMER_WISH, "by": "l1"}
    facts |= {"changed_at": now(), "lead_id": "l1", "lead_name": "Desk lead", "policy_version": "t"}
    facts |= {"staff_channel": Channel.EMAIL, "owner_reply_to": None, "lead_reply_to": None}
    return OwnerChanged(**({"complaint_id": complaint_id} | facts | changes))


def transfer(complaint_id: UUID, **changes: Any) -> TransferRequested:
    facts: dict[str, Any] = {"transfer_id": uuid4(), "hop": 1, "from_id": "a100", "to_id": "n1"}
    facts |= {"to_name": "Network 1", "department": "network", "reason": TransferReason.NOT_COMPETENT}
    facts |= {"by": "a100", "promised_at": None, "requested_at": now(), "answer_by": DUE}
    return TransferRequested(**({"complaint_id": complaint_id} | facts | staff(complaint_id, "to") | changes))


def failed(complaint_id: UUID, why: str = "NOT_DELIVERED") -> TransferFailed:
    facts: dict[str, Any] = {"transfer_id": uuid4(), "to_id": "n1", "owner_id": "a100", "why": why}
    return TransferFailed(complaint_id=complaint_id, failed_at=now(), **facts)


def rejected(complaint_id: UUID) -> ComplaintRejected:
    return ComplaintRejected(
        complaint_id=complaint_id,
        reason=RejectionReason.NO_GROUND,
        by="a100",
        rejected_at=now(),
        appeal_until=DUE,
    )


def appealed(complaint_id: UUID) -> ComplaintAppealed:
    facts: dict[str, Any] = {"round": 2, "decider_id": "q1", "decider_name": "Quality desk"}
    facts |= {"decide_by": DUE, "appealed_at": now()} | staff(complaint_id, "decider")
    return ComplaintAppealed(complaint_id=complaint_id, **facts)


def passed_on(complaint_id: UUID, **changes: Any) -> AppealOverdue:
    facts: dict[str, Any] = {"round": 2, "from_id": "q1", "was_due_at": WAS, "decider_id": "h1"}
    facts |= {"decider_name": "Head of service", "decide_by": DUE, "overdue_at": now()}
    return AppealOverdue(
        **({"complaint_id": complaint_id} | facts | staff(complaint_id, "decider") | changes)
    )


def granted(complaint_id: UUID, kind: RemedyKind = RemedyKind.REFUND, amount: int = 1250) -> RemedyApproved:
    facts: dict[str, Any] = {"kind": kind, "amount": amount, "by": ("l1",), "pay_by": DUE}
    return RemedyApproved(complaint_id=complaint_id, remedy_id=uuid4(), approved_at=now(), **facts)


def paid(complaint_id: UUID, amount: int = 1250) -> RemedyPaid:
    facts: dict[str, Any] = {"remedy_id": uuid4(), "amount": amount, "paid_at": now(), "late": False}
    return RemedyPaid(complaint_id=complaint_id, **facts)


def released(
    complaint_id: UUID, text: str = "The line works again.", of: UUID | None = None
) -> AnswerReleased:
    facts: dict[str, Any] = {"answer_id": uuid4(), "owner_id": "a100", "owner_name": "Front desk 1"}
    facts |= {"written_by": "n1", "by": "a100", "released_at": now()}
    return AnswerReleased(complaint_id=complaint_id, text=SEALER.seal(text, str(of or complaint_id)), **facts)


def joined(complaint_id: UUID, incident_id: UUID | None = None) -> ComplaintJoinedIncident:
    facts: dict[str, Any] = {"incident_id": incident_id or uuid4(), "severity": Severity.S2}
    return ComplaintJoinedIncident(complaint_id=complaint_id, joined_at=now(), **facts)


def of_a_task(kind: type[Any], complaint_id: UUID, **facts: Any) -> Any:
    to = {"task_id": uuid4(), "department": "network", "manager_id": "m1"} | staff(complaint_id, "manager")
    return kind(complaint_id=complaint_id, **to, **facts)


def superior_called(complaint_id: UUID) -> PromisesMade:
    return promised(complaint_id, PromiseKind.SUPERIOR)


TO_CUSTOMERS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "DUE_MOVED": (extended, (DUE_IN_ENGLISH, "22 Nov"), (DUE_IN_CHINESE, "11月22日")),
    "OWNER_CHANGED": (new_owner, ("Front desk 2", "as you wished"), ("Front desk 2", "应您的要求")),
    "REJECTED": (
        rejected,
        ("no ground", "appeal until", DUE_IN_ENGLISH),
        ("没有依据", "申诉", DUE_IN_CHINESE),
    ),
    "APPEAL_NOTED": (appealed, ("Quality desk", DUE_IN_ENGLISH), ("Quality desk", DUE_IN_CHINESE)),
    "REMEDY_APPROVED": (
        granted,
        ("a refund of CNY 12.50", DUE_IN_ENGLISH),
        ("退款 12.50 元", DUE_IN_CHINESE),
    ),
    "REMEDY_PAID": (paid, ("CNY 12.50",), ("12.50 元",)),
    "ANSWER": (released, ("Front desk 1 writes: The line works again.",), ("Front desk 1答复：",)),
    "SUPERIOR_PROMISED": (
        superior_called,
        ("as you asked, a superior answers you", DUE_IN_ENGLISH),
        ("上级将在", DUE_IN_CHINESE),
    ),
    "INCIDENT": (joined, ("others in your area",), ("多位客户",)),
    "URGENT": (urgent, ("treated as urgent", DUE_IN_ENGLISH), ("列为紧急", DUE_IN_CHINESE)),
    "NOT_URGENT": (not_urgent, ("no longer",), ("不再按紧急",)),
    "PROGRESS": (progress, ("being worked on", DUE_IN_ENGLISH), ("已在处理", DUE_IN_CHINESE)),
    "SUGGESTION_DECIDED": (decided, ("it was adopted",), ("已被采纳",)),
    "APPEAL_DECIDED": (appeal_decided, ("the decision stands",), ("未获支持",)),
    "CLOSED": (
        closed_by_silence,
        ("we heard nothing", "appeal until", DUE_IN_ENGLISH),
        ("未收到您的回复", "申诉", DUE_IN_CHINESE),
    ),
}

TO_STAFF: dict[str, tuple[Any, Role, str]] = {
    "PAUSE_ENDED": (paused_until_the_limit, Role.TEAM_LEAD, "等待客户答复"),
    "TRANSFER": (transfer, Role.HANDLER, "超出原处理人的业务范围"),
    "TRANSFER_DISPUTED": (
        lambda c: TransferDisputed(
            complaint_id=c,
            transfer_id=uuid4(),
            by="n1",
            coordinator_id="l1",
            decide_by=DUE,
            disputed_at=now(),
            **staff(c, "coordinator"),
        ),
        Role.COORDINATOR,
        DUE_IN_CHINESE,
    ),
    "TRANSFER_FAILED": (failed, Role.OWNER, "接收人不在"),
    "CHASED": (
        lambda c: HandlerChased(
            complaint_id=c,
            chase_id=uuid4(),
            handler_id="n1",
            by="a100",
            chased_at=now(),
            **staff(c, "handler"),
        ),
        Role.HANDLER,
        "催办",
    ),
    "CONTACT_PASSED_ON": (
        lambda c: ContactPassedOn(
            complaint_id=c,
            contact_id=uuid4(),
            channel=Channel.PHONE,
            taken_by=None,
            to_id="a100",
            to_name="Front desk 1",
            owner_id="a100",
            stands_in=False,
            passed_at=now(),
            **staff(c, "to"),
        ),
        Role.OWNER,
        "再次联系",
    ),
    "NOBODY_RESPONSIBLE": (
        lambda c: SuperiorInformed(
            complaint_id=c,
            owner_id="a100",
            superior_id="l1",
            superior_name="Desk lead",
            by=None,
            late=True,
            informed_at=now(),
            **staff(c, "superior"),
        ),
        Role.SUPERIOR,
        "没有部门",
    ),
    "TASK_ASKED": (
        lambda c: of_a_task(
            TaskAsked, c, lead_department="front-desk", by="a100", asked_at=now(), due_at=DUE
        ),
        Role.MANAGER,
        DUE_IN_CHINESE,
    ),
    "TASK_REFUSED": (lambda c: of_a_task(TaskRefused, c, by="n1", refused_at=now()), Role.MANAGER, "拒绝"),
    "TASK_OVERDUE": (
        lambda c: of_a_task(TaskOverdue, c, due_at=DUE, overdue_at=now()),
        Role.MANAGER,
        "逾期",
    ),
    "ANSWER_HELD": (
        lambda c: AnswerHeld(
            complaint_id=c,
            answer_id=uuid4(),
            owner_id="a100",
            by="n1",
            held_at=now(),
            release_at=DUE,
            **staff(c, "owner"),
        ),
        Role.OWNER,
        DUE_IN_CHINESE,
    ),
    "APPEAL_TO_DECIDE": (appealed, Role.DECIDER, DUE_IN_CHINESE),
    "SUPERIOR_CALLED": (superior_called, Role.TEAM_LEAD, "客户要求上级答复"),
    "WARNING": (at_risk, Role.OWNER, "请抓紧"),
    "UNROUTABLE": (unroutable, Role.SERVICE_QUALITY, "部门负责人均无人担任"),
    "FREEZE_ASKED": (freeze_asked, Role.FRAUD_DESK, "疑似诈骗"),
    "CALLER_UNKNOWN": (overdue, Role.OWNER, "查明来电人身份"),
}


@pytest.mark.parametrize("kind", TO_CUSTOMERS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_customer_is_told_once_in_their_language_with_the_owners_name(
    notify: ServiceUnderTest, kind: str, language: str
) -> None:
    build, english, chinese = TO_CUSTOMERS[kind]
    complaint_id = await owned(notify, language=language)
    assert await told(notify, complaint_id, kind) == []
    event = build(complaint_id)
    await hears_in_turn(notify, event, event)
    [message] = await told(notify, complaint_id, kind)
    assert (message["role"], message["state"]) == ("CUSTOMER", "PENDING")
    for words in (english if language == "en" else chinese, ("Front desk", "R26112100000001")):
        assert all(word in message["text"] for word in words), message["text"]


@pytest.mark.parametrize("kind", TO_STAFF)
async def test_staff_are_told_once_where_they_are_reached(
    start_service: StartService, tmp_path: Path, kind: str
) -> None:
    notify = await start_service("notify", WITH_DESKS, outbound_folder=tmp_path)
    build, role, words = TO_STAFF[kind]
    complaint_id = await owned(notify)
    event = build(complaint_id)
    await hears_in_turn(notify, event, event)
    [message] = await told(notify, complaint_id, kind)
    assert (message["role"], message["state"], message["channel"]) == (role, "PENDING", "email")
    assert words in message["text"]
    assert "R26112100000001" in message["text"]


def test_every_event_that_calls_for_a_message_is_built_here() -> None:
    built = {type(build(uuid4())) for build, *_ in (*TO_CUSTOMERS.values(), *TO_STAFF.values())}
    assert built | {PromiseRecomputed, AppealOverdue} == set(EVENTS)


async def test_an_ordinary_journey_has_no_more_messages_than_before(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    assert [message["kind"] for message in await told(notify, complaint_id)] == ["RECEIPT", "OWNER_NAMED"]


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


async def test_fc_9_who_answers_next_stands_under_later_texts_and_is_reached(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    address = SEALER.seal("a200@example.com", str(complaint_id))
    await hears_in_turn(notify, new_owner(complaint_id, owner_reply_to=address), broken(complaint_id))
    [late] = await told(notify, complaint_id, "LATE")
    assert "Front desk 2" in late["text"]
    await notify.hears(escalated(complaint_id, Role.OWNER))
    [rung] = await told(notify, complaint_id, "ESCALATION")
    assert rung["address_hint"] == "a***@example.com"


async def test_fc_8_a_hand_over_that_ended_otherwise_is_told_to_nobody(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(failed(complaint_id, "WITHDRAWN"))
    assert await told(notify, complaint_id, "TRANSFER_FAILED") == []


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


async def test_rem_7_a_remedy_without_an_amount_is_granted_in_words_and_paid_without_one(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, granted(complaint_id, RemedyKind.REPLACEMENT, 0), paid(complaint_id, 0))
    [message] = [m for m in await told(notify, complaint_id) if m["kind"].startswith("REMEDY")]
    assert "granted a replacement. You" in message["text"]


async def test_fc_13_an_answer_that_cannot_be_opened_is_not_sent(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(released(complaint_id, of=uuid4()))
    [message] = await told(notify, complaint_id, "ANSWER")
    assert (message["state"], message["reason"]) == ("SKIPPED", "ADDRESS_UNREADABLE")


async def test_fc_13_what_looks_like_a_placeholder_in_an_answer_stays_as_it_is(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(released(complaint_id, "We pay {amount} at {link}."))
    [message] = await told(notify, complaint_id, "ANSWER")
    assert "We pay {amount} at {link}." in message["text"]


async def test_staff_without_an_address_are_not_told_and_that_is_said(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(transfer(complaint_id, to_reply_to=None))
    [message] = await told(notify, complaint_id, "TRANSFER")
    assert (message["state"], message["reason"]) == ("SKIPPED", "NO_ADDRESS")


DESKS = """[notify]
version = 't'
desks = { SERVICE_QUALITY = { channel = 'email', address = 'quality@example.com' } }
"""


async def test_quality_and_heads_of_departments_are_told_of_rungs_at_their_desks(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", DESKS, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    level = {"level": EscalationLevel.L3}
    await notify.hears(escalated(complaint_id, Role.SERVICE_QUALITY, Role.DEPARTMENT_HEAD, **level))
    rungs: Messages = await told(notify, complaint_id, "ESCALATION")
    assert {rung["role"]: (rung["state"], rung["address_hint"]) for rung in rungs} == {
        "SERVICE_QUALITY": ("PENDING", "q***@example.com"),
        "DEPARTMENT_HEAD": ("SKIPPED", None),
    }


async def test_only_functions_have_desks(start_service: StartService) -> None:
    with pytest.raises(Exception, match="CUSTOMER has no desk"):
        await start_service("notify", DESKS.replace("SERVICE_QUALITY", "CUSTOMER"))
