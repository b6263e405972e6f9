"""Builds what notify hears of duties, urgent complaints and endings; a test names only what matters to it."""

from typing import Any
from uuid import UUID, uuid4

from shared.events.intake import (
    DutyDone,
    DutyOverdue,
    IncidentEnded,
    ServiceFreezeAsked,
    SuggestionDecided,
)
from shared.events.routing import AppealDecided, ComplaintClosed, ProgressTold, UrgencyChanged
from shared.events.sla import EscalationUnroutable, PromiseAtRisk
from shared.events.vocabulary import (
    ClosingGround,
    Duty,
    EscalationLevel,
    HandlingStep,
    PromiseKind,
    Role,
    SuggestionOutcome,
    Urgency,
)
from tests.builders import closed, now

from .facts import DUE


def urgent(complaint_id: UUID, urgency: Urgency = Urgency.URGENT, **changes: Any) -> UrgencyChanged:
    facts: dict[str, Any] = {"urgency": urgency, "by": "a100", "changed_at": now()}
    facts["next_news_at"] = None if urgency is Urgency.NORMAL else DUE
    return UrgencyChanged(**({"complaint_id": complaint_id} | facts | changes))


def not_urgent(complaint_id: UUID) -> UrgencyChanged:
    return urgent(complaint_id, Urgency.NORMAL)


def progress(complaint_id: UUID, *steps: HandlingStep, **changes: Any) -> ProgressTold:
    facts: dict[str, Any] = {"urgency": Urgency.URGENT, "state": "IN_PROGRESS", "steps": steps}
    facts |= {"owner_id": "a100", "owner_name": "Front desk 1", "told_at": now(), "next_at": DUE}
    return ProgressTold(**({"complaint_id": complaint_id} | facts | changes))


def at_risk(complaint_id: UUID, level: EscalationLevel = EscalationLevel.W1, **changes: Any) -> PromiseAtRisk:
    facts: dict[str, Any] = {"promise_id": uuid4(), "kind": PromiseKind.SOLVE, "level": level}
    facts |= {"due_at": DUE, "warned_at": now()}
    return PromiseAtRisk(**({"complaint_id": complaint_id} | facts | changes))


def unroutable(complaint_id: UUID, *wanted: Role) -> EscalationUnroutable:
    facts: dict[str, Any] = {"promise_id": uuid4(), "kind": PromiseKind.SOLVE, "level": EscalationLevel.L2}
    facts |= {"wanted": wanted or (Role.DEPARTMENT_HEAD,), "due_at": DUE, "reached_at": now()}
    return EscalationUnroutable(complaint_id=complaint_id, **facts)


def freeze_asked(complaint_id: UUID) -> ServiceFreezeAsked:
    facts: dict[str, Any] = {"customer_id": uuid4(), "freeze_by": DUE, "asked_at": now()}
    return ServiceFreezeAsked(complaint_id=complaint_id, policy_version="t", **facts)


def overdue(complaint_id: UUID, duty: Duty = Duty.IDENTIFY_CUSTOMER) -> DutyOverdue:
    return DutyOverdue(complaint_id=complaint_id, duty=duty, due_at=DUE, noted_at=now())


def done(complaint_id: UUID, duty: Duty = Duty.IDENTIFY_CUSTOMER) -> DutyDone:
    outcome = "IDENTIFIED" if duty is Duty.IDENTIFY_CUSTOMER else "FROZEN"
    return DutyDone(
        complaint_id=complaint_id, duty=duty, outcome=outcome, by="a100", done_at=now(), late=True
    )


def decided(complaint_id: UUID, outcome: SuggestionOutcome = SuggestionOutcome.ADOPTED) -> SuggestionDecided:
    facts: dict[str, Any] = {"customer_id": uuid4(), "outcome": outcome, "by": "a100", "decided_at": now()}
    return SuggestionDecided(complaint_id=complaint_id, **facts)


def appeal_decided(complaint_id: UUID, *, upheld: bool = False) -> AppealDecided:
    return AppealDecided(complaint_id=complaint_id, upheld=upheld, by="q1", decided_at=now())


def closed_by_silence(complaint_id: UUID) -> ComplaintClosed:
    return closed(complaint_id, ground=ClosingGround.SILENCE, appeal_until=DUE)


def ended(incident_id: UUID, *, resolved: bool = False) -> IncidentEnded:
    facts: dict[str, Any] = {"about": "network", "area": "north", "by": "n1", "ended_at": now()}
    return IncidentEnded(incident_id=incident_id, resolved=resolved, **facts)
