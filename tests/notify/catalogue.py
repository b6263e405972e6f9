"""Every message beside the ordinary journey: what calls for it, who is told, and words that it says."""

from typing import Any
from uuid import uuid4

from shared.events.routing import (
    AnswerHeld,
    ContactPassedOn,
    HandlerChased,
    SuperiorInformed,
    TaskAsked,
    TaskOverdue,
    TaskRefused,
    TransferDisputed,
)
from shared.events.vocabulary import (
    Channel,
    Role,
)
from tests.builders import now

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
from .facts import DUE, DUE_IN_CHINESE, DUE_IN_ENGLISH
from .news import (
    appealed,
    extended,
    failed,
    granted,
    internal_broken,
    joined,
    new_owner,
    of_a_task,
    paid,
    paused_until_the_limit,
    rejected,
    released,
    staff,
    superior_called,
    transfer,
    unpaid,
)

WITH_DESKS = """[notify]
version = 't'
overdue_told = { IDENTIFY_CUSTOMER = ['OWNER'], FREEZE_SERVICE = ['FRAUD_DESK'] }
[notify.desks]
SERVICE_QUALITY = { channel = 'email', address = 'quality@example.com' }
FRAUD_DESK = { channel = 'email', address = 'fraud@example.com' }
"""


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
    "INTERNAL_OVERDUE": (
        lambda c: internal_broken(c, Role.OWNER),
        Role.OWNER,
        "办理部门应在",
    ),
    "REMEDY_UNPAID": (
        lambda c: unpaid(c, owner_id="h3"),
        Role.OWNER,
        "给客户办妥的退款 12.50 元至今未登记支付",
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
