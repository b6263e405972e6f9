"""Builds what notify hears beside the ordinary journey; a test names only what matters to it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.events.intake import ComplaintJoinedIncident
from shared.events.routing import (
    AnswerReleased,
    AppealOverdue,
    ComplaintAppealed,
    ComplaintRejected,
    OwnerChanged,
    RemedyApproved,
    RemedyOverdue,
    RemedyPaid,
    TransferFailed,
    TransferRequested,
)
from shared.events.sla import (
    InternalPromiseBroken,
    PromiseExtended,
    PromiseRecomputed,
    PromisesMade,
    PromisesResumed,
)
from shared.events.vocabulary import (
    Channel,
    OwnerChangeReason,
    PauseReason,
    PromiseKind,
    RejectionReason,
    RemedyKind,
    Role,
    Severity,
    TransferReason,
)
from tests.builders import now
from tests.service_under_test import SEALER

from .facts import DUE, promised

WAS = DUE - timedelta(days=1)


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


def unpaid(complaint_id: UUID, **changes: Any) -> RemedyOverdue:
    facts: dict[str, Any] = {"remedy_id": uuid4(), "kind": RemedyKind.REFUND, "amount": 1250, "pay_by": DUE}
    facts |= {"overdue_at": now(), "owner_id": "a100", "approver_id": "h3"} | staff(complaint_id, "approver")
    return RemedyOverdue(**({"complaint_id": complaint_id} | facts | changes))


def internal_broken(complaint_id: UUID, *roles: Role) -> InternalPromiseBroken:
    facts: dict[str, Any] = {"holding_id": uuid4(), "department": "network", "handler_id": "n1", "since": WAS}
    facts |= {"due_at": DUE, "broken_at": now(), "policy_version": "t"}
    told = roles or (Role.MANAGER, Role.COORDINATOR)
    return InternalPromiseBroken(complaint_id=complaint_id, told=told, **facts)


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
