"""Builds what notify hears from sla and feedback; a test names only what matters to it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.events.feedback import SatisfactionAsked
from shared.events.sla import EscalationReached, Promise, PromiseBroken, PromisesMade
from shared.events.vocabulary import EscalationLevel, PromiseKind, Role
from tests.builders import now
from tests.service_under_test import SEALER

DUE = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
DUE_IN_CHINESE, DUE_IN_ENGLISH = "2026年11月23日 15:30", "23 Nov 2026, 15:30 (UTC+08:00)"


def promised(complaint_id: UUID, *kinds: PromiseKind, in_round: int = 1) -> PromisesMade:
    """The result, or what is named, is promised for half past three in Shanghai."""
    promises = [
        Promise(
            promise_id=uuid4(), kind=kind, starts_at=now(), due_at=DUE, target_seconds=172800, cell="S3/S"
        )
        for kind in kinds or (PromiseKind.SOLVE,)
    ]
    return PromisesMade(
        complaint_id=complaint_id, round=in_round, promises=tuple(promises), policy_version="sla-test"
    )


def broken(complaint_id: UUID, kind: PromiseKind = PromiseKind.SOLVE, **changes: Any) -> PromiseBroken:
    """The result did not come in time."""
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "promise_id": uuid4(),
        "kind": kind,
        "due_at": DUE,
        "broken_at": now(),
    }
    return PromiseBroken(**(facts | changes))


def escalated(complaint_id: UUID, *told: Role, **changes: Any) -> EscalationReached:
    """The first rung of the ladder; owner and team lead are told, or those named."""
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "promise_id": uuid4(),
        "kind": PromiseKind.SOLVE,
        "level": EscalationLevel.L1,
        "told": told or (Role.OWNER, Role.TEAM_LEAD),
        "due_at": DUE,
        "reached_at": now(),
    }
    return EscalationReached(**(facts | changes))


def asked(complaint_id: UUID, in_round: int = 1, path: str = "/feedback/v1/answers/abc") -> SatisfactionAsked:
    """The customer may answer behind a link."""
    return SatisfactionAsked(
        complaint_id=complaint_id,
        question_id=uuid4(),
        round=in_round,
        asked_at=now(),
        answer_by=DUE,
        answer_path=SEALER.seal(path, str(complaint_id)),
    )
