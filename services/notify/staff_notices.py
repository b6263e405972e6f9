"""Which duties, warnings and gaps staff are told of; policy says who."""

from collections.abc import Mapping

from shared.events import Event
from shared.events.intake import DutyDone, DutyOverdue, ServiceFreezeAsked
from shared.events.sla import EscalationUnroutable, InternalPromiseBroken, PromiseAtRisk
from shared.events.vocabulary import Duty, MessageKind

from .notice import Decide, Fact, Notice, Several
from .policy import NotifyPolicy

_OVERDUE = {
    Duty.FREEZE_SERVICE: MessageKind.FREEZE_OVERDUE,
    Duty.IDENTIFY_CUSTOMER: MessageKind.CALLER_UNKNOWN,
}


def _freeze(event: ServiceFreezeAsked, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """SEV-1: who is to freeze the service, and until when."""
    facts: dict[str, Fact] = {"due": event.freeze_by}
    told_of = str(event.asked_at)
    return tuple(Notice(MessageKind.FREEZE_ASKED, role, told_of, facts) for role in policy.freeze_told)


def _overdue(event: DutyOverdue, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """GRD-U, SEV-1: a duty that was not done in time is told to those who can see to it."""
    kind, told_of = _OVERDUE[event.duty], f"{event.duty} {event.due_at}"
    return tuple(
        Notice(kind, role, told_of, {"due": event.due_at}) for role in policy.overdue_told.get(event.duty, ())
    )


def _at_risk(event: PromiseAtRisk, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """Section 5, W1 and W2: a reminder while there is still time."""
    told_of = f"{event.promise_id} {event.level}"
    facts: dict[str, Fact] = {"promised": event.kind, "due": event.due_at}
    return tuple(
        Notice(
            MessageKind.WARNING,
            role,
            told_of,
            facts,
            late=event.told_late,
            level=event.level,
            not_before=event.held_until,
        )
        for role in policy.warned.get(event.level, ())
    )


def _unroutable(event: EscalationUnroutable, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """Section 5: that a rung reached nobody is told at a mailbox of the house."""
    told_of = f"{event.promise_id} {event.level}"
    facts: dict[str, Fact] = {"promised": event.kind, "due": event.due_at, "level": event.level.value}
    facts["wanted"] = Several(event.wanted)
    return tuple(Notice(MessageKind.UNROUTABLE, role, told_of, facts) for role in policy.unroutable_told)


def _internal(event: InternalPromiseBroken, _policy: NotifyPolicy) -> tuple[Notice, ...]:
    """FC-14: who leads the department, and whoever else sla names, hears that it has not answered the owner in time."""
    told_of, facts = str(event.holding_id), {"due": event.due_at}
    return tuple(Notice(MessageKind.INTERNAL_OVERDUE, role, told_of, facts) for role in event.told)


ON_DUTIES: Mapping[type[Event], Decide] = {
    ServiceFreezeAsked: _freeze,
    DutyOverdue: _overdue,
    PromiseAtRisk: _at_risk,
    EscalationUnroutable: _unroutable,
    InternalPromiseBroken: _internal,
}


def done_with(event: DutyDone) -> frozenset[MessageKind]:
    """What need not be told any more of a duty that is done."""
    if event.duty is Duty.FREEZE_SERVICE:
        return frozenset({MessageKind.FREEZE_ASKED, MessageKind.FREEZE_OVERDUE})
    return frozenset({MessageKind.CALLER_UNKNOWN})
