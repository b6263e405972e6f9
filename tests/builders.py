"""Builds events with sensible values; a test names only what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.events.feedback import SatisfactionAnswered, SatisfactionUnanswered
from shared.events.intake import ComplaintReceived
from shared.events.routing import ComplaintClosed, ComplaintReopened, ComplaintResolved, OwnerNamed
from shared.events.vocabulary import Channel, ClosingGround, Grade, Language, ReopenReason, Severity

from .service_under_test import SEALER


def now() -> datetime:
    """The present moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def complaint_received(complaint_id: UUID | None = None, **changes: Any) -> ComplaintReceived:
    """An S3 complaint of a standard customer by web, first of its kind, that can be answered by SMS."""
    complaint_id = complaint_id or uuid4()
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "receipt_number": "R26112100000001",
        "channel": Channel.WEB,
        "customer_id": uuid4(),
        "grade": Grade.S,
        "severity": Severity.S3,
        "severity_rule": "SEV-3",
        "case_type": "COMPLAINT",
        "category": None,
        "language": Language.ENGLISH,
        "occurred_at": now() - timedelta(minutes=5),
        "received_at": now(),
        "taken_by": None,
        "repeat_of": None,
        "repeat_index": 1,
        "abusive": False,
        "reply_channel": Channel.SMS,
        "reply_to": SEALER.seal("+8613800138000", str(complaint_id)),
        "address_hint": "+86138****8000",
        "marketing_consent": True,
        "policy_version": "intake-test",
    }
    return ComplaintReceived(**(facts | changes))


def owner_named(complaint_id: UUID, **changes: Any) -> OwnerNamed:
    """An owner from the front desk."""
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "owner_id": "a100",
        "owner_name": "Front desk 1",
        "department": "front-desk",
        "rule": "FC-3",
        "owned_at": now(),
        "lead_id": "l1",
        "lead_name": "Desk lead",
        "staff_channel": Channel.EMAIL,
        "owner_reply_to": SEALER.seal("a100@example.com", str(complaint_id)),
        "lead_reply_to": SEALER.seal("l1@example.com", str(complaint_id)),
        "policy_version": "routing-test",
    }
    return OwnerNamed(**(facts | changes))


def resolved(complaint_id: UUID, round: int = 1, **changes: Any) -> ComplaintResolved:
    """A resolution just now."""
    return ComplaintResolved(
        **({"complaint_id": complaint_id, "round": round, "by": "a100", "resolved_at": now()} | changes)
    )


def reopened(complaint_id: UUID, round: int = 2, **changes: Any) -> ComplaintReopened:
    """The customer said that it was not put right."""
    facts = {
        "complaint_id": complaint_id,
        "round": round,
        "reason": ReopenReason.NOT_SOLVED,
        "reopened_at": now(),
    }
    return ComplaintReopened(**(facts | changes))


def closed(complaint_id: UUID, round: int = 1, **changes: Any) -> ComplaintClosed:
    """Closed on the customer's word."""
    facts = {
        "complaint_id": complaint_id,
        "round": round,
        "ground": ClosingGround.CONFIRMED,
        "closed_at": now(),
    }
    return ComplaintClosed(**(facts | changes))


def answered(complaint_id: UUID, round: int = 1, **changes: Any) -> SatisfactionAnswered:
    """A satisfied customer."""
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "question_id": uuid4(),
        "round": round,
        "solved": True,
        "score": 5,
        "impression": 5,
        "satisfied": True,
        "dissatisfied": False,
        "channel": Channel.WEB,
        "answered_at": now(),
        "policy_version": "feedback-test",
    }
    return SatisfactionAnswered(**(facts | changes))


def unanswered(complaint_id: UUID, round: int = 1) -> SatisfactionUnanswered:
    """A customer who did not answer in time."""
    return SatisfactionUnanswered(complaint_id=complaint_id, question_id=uuid4(), round=round, ended_at=now())
