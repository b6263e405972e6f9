"""What routing does when it hears of a complaint, of a customer's answer or silence, and of an escalation."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAnswered, SatisfactionUnanswered
from shared.events.intake import (
    CallBackEnded,
    CallBackNeeded,
    ComplaintJoinedIncident,
    ComplaintJudgedAgain,
    ComplaintReceived,
    ContactAttached,
    GradeRaised,
    IncidentEnded,
    RepeatReasonGiven,
)
from shared.events.routing import HandlerAssigned, OwnerNamed
from shared.events.sla import (
    EscalationReached,
    PromiseExtended,
    PromiseRecomputed,
    PromisesMade,
    PromisesResumed,
)
from shared.events.vocabulary import ComplaintKind, EscalationLevel

from .answer_terms import AnswerTerms, AnswerTimes
from .assign_handler import Handling, assign_handler
from .call_backs import end_call_backs, give_call_backs
from .desk import Desk
from .follow_rule import answers, urgency_of, works
from .hear_customers import hear_customers
from .hear_incidents import end_incidents, join_incidents, note_repeat_reasons
from .metrics import OWNED, TRANSFERS
from .name_owner import CaseFacts, Naming, OwnerReason, name_owner
from .next_state import State
from .presence import REST
from .report_unclear import note_unclear
from .reweigh import weigh_all_anew
from .rule_facts import Ruled, ruled
from .take_next import note_clocks, note_moved_clocks
from .unclear_responsibility import is_unclear
from .urgent_by_rule import Urgent, tell_urgent
from .waiting import hear_contacts
from .workload import Loads, counting_late, read_loads

_HEARD = (
    *("complaint_id", "receipt_number", "channel", "case_type", "category", "severity", "grade", "language"),
    *("received_at", "taken_by", "repeat_of", "accused_staff", "customer_id"),
)
_KEEP = counting_late(
    """
    INSERT INTO complaint (complaint_id, receipt_number, channel, case_type, category, severity, grade,
        language, received_at, taken_by, repeat_of, accused_staff, customer_id, owner_id, owner_name,
        department, rule, reason, handler_id, handler_reason, base_priority, answer_field, answer_by, urgency,
        owned_at, policy_version, staff_version, state)
    SELECT row.*, now(), CAST(:policy_version AS text), CAST(:staff_version AS text), CAST(:state AS text)
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:receipt_number AS text[]), CAST(:channel AS text[]),
        CAST(:case_type AS text[]), CAST(:category AS text[]), CAST(:severity AS text[]), CAST(:grade AS text[]),
        CAST(:language AS text[]), CAST(:received_at AS timestamptz[]), CAST(:taken_by AS text[]),
        CAST(:repeat_of AS uuid[]), CAST(:accused_staff AS text[]), CAST(:customer_id AS uuid[]),
        CAST(:owner_id AS text[]), CAST(:owner_name AS text[]),
        CAST(:department AS text[]), CAST(:rule AS text[]), CAST(:reason AS text[]),
        CAST(:handler_id AS text[]), CAST(:handler_reason AS text[]), CAST(:base_priority AS float[]),
        CAST(:answer_field AS text[]), CAST(:answer_by AS timestamptz[]), CAST(:urgencies AS text[])) AS row
    RETURNING complaint_id, owner_id, handler_id, 1 AS change
    """,
    beside="""
    INSERT INTO rule_decision (complaint_id, facts, version, rule, desk)
    SELECT * FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:facts AS jsonb[]), CAST(:rules_version AS int[]),
        CAST(:routing_rule AS text[]), CAST(:key_desk AS text[]))
    """,
)
_OWNERS = Statement(
    "SELECT complaint_id, owner_id FROM complaint WHERE complaint_id = ANY (CAST(:ids AS uuid[]))"
)
_ESCALATE = Statement(
    """
    UPDATE complaint SET escalation = row.level, escalated_at = row.reached_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:levels AS text[]), CAST(:reached AS timestamptz[]))
         AS row (complaint_id, level, reached_at)
    WHERE complaint.complaint_id = row.complaint_id
        AND coalesce(array_position(CAST(:ladder AS text[]), complaint.escalation), 0)
            < array_position(CAST(:ladder AS text[]), row.level)
    """
)
_LADDER = list(EscalationLevel)


def reactions(desk: Desk) -> Reactions:
    """What to do on which event."""
    return {
        ComplaintReceived: partial(name_owners, desk),
        ContactAttached: partial(hear_contacts, desk),
        GradeRaised: partial(weigh_all_anew, desk),
        ComplaintJudgedAgain: partial(weigh_all_anew, desk),
        ComplaintJoinedIncident: partial(join_incidents, desk),
        IncidentEnded: end_incidents,
        RepeatReasonGiven: note_repeat_reasons,
        SatisfactionAnswered: partial(hear_customers, desk),
        SatisfactionUnanswered: partial(hear_customers, desk),
        PromisesMade: note_clocks,
        PromisesResumed: note_clocks,
        PromiseExtended: note_moved_clocks,
        PromiseRecomputed: note_moved_clocks,
        EscalationReached: partial(note_escalations, desk),
        CallBackNeeded: partial(give_call_backs, desk),
        CallBackEnded: end_call_backs,
    }


class _Decision(NamedTuple):
    ruled: Ruled
    naming: Naming
    handling: Handling
    terms: AnswerTerms

    @property
    def envelope(self) -> Envelope[ComplaintReceived]:
        return self.ruled.envelope


async def name_owners(desk: Desk, tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]) -> None:
    """Name the owner, and who works on it, of every complaint heard of (FC-1, FC-3)."""
    in_order = sorted(received, key=lambda e: (e.event.received_at, e.event.complaint_id))
    owners = await _owners_of(tx, [who for e in in_order if (who := _earlier(e.event))])
    await desk.staff.keep_fresh(tx)
    await desk.rules.keep_fresh(tx)
    cases = [ruled(desk, envelope) for envelope in in_order]
    loads = Loads(await read_loads(tx, _who_may_get(desk, cases), desk.today(tx.now)), tx.now)
    times = AnswerTimes(desk, tx.now)
    decisions = [_decide(desk, case, owners, loads, times) for case in cases]
    await _keep(desk, tx, decisions)
    await note_unclear(desk, tx, [d.envelope.event.complaint_id for d in decisions if _is_unclear(desk, d)])
    for decision in decisions:
        _tell(desk, tx, decision)
    await tell_urgent(desk, tx, [Urgent(d.envelope, d.ruled.ruling) for d in decisions])


def _earlier(event: ComplaintReceived) -> UUID | None:
    """The complaint whose owner answers for this one too (FC-20, REP-7, REP-10)."""
    return event.repeat_of or event.same_owner_as


def _is_unclear(desk: Desk, decision: _Decision) -> bool:
    """Whether no department is responsible, by what it serves or by a rule (FC-15)."""
    event, named = decision.envelope.event, decision.ruled.ruling.route.department
    return named is None and is_unclear(event.case_type, event.category, desk.directory)


def _decide(desk: Desk, ruled: Ruled, owners: dict[UUID, str], loads: Loads, times: AnswerTimes) -> _Decision:
    event = ruled.envelope.event
    told_of = _earlier(event)
    earlier = owners.get(told_of) if told_of else None
    case = CaseFacts(
        *(event.case_type, event.category, event.language, loads.now, event.taken_by, earlier),
        accused=event.accused_staff,
        over_the_head=event.kind is ComplaintKind.STAFF_BYPASS,
        route=ruled.route,
        also_asked=event.also_asked,
    )
    naming = name_owner(case, desk.directory, loads.known, desk.policy)
    loads.give(naming.owner.id)
    owners[event.complaint_id] = naming.owner.id
    handling = assign_handler(case, naming.owner, desk.directory, loads.known, desk.policy)
    if handling.handler.id != naming.owner.id:
        loads.give(handling.handler.id)
    terms = times.terms(naming.owner, handling.handler, event.case_type, event.category)
    decision = _Decision(ruled, naming, handling, terms)
    if _was_abused(decision):
        loads.rest(naming.owner.id, loads.now + timedelta(seconds=desk.policy.assignment.rest_after_abuse))
    return decision


async def _keep(desk: Desk, tx: Transaction, decisions: Sequence[_Decision]) -> None:
    """Write the complaints with their owners and handlers, and put them on their desks."""
    heard = {name: [getattr(d.envelope.event, name) for d in decisions] for name in _HEARD}
    decided = {
        "owner_id": [d.naming.owner.id for d in decisions],
        "owner_name": [d.naming.owner.name for d in decisions],
        "department": [d.naming.owner.department for d in decisions],
        "rule": [d.naming.rule for d in decisions],
        "reason": [d.naming.reason for d in decisions],
        "handler_id": [d.handling.handler.id for d in decisions],
        "handler_reason": [d.handling.reason for d in decisions],
        "answer_field": [d.terms.answer_field for d in decisions],
        "answer_by": [d.terms.answer_by for d in decisions],
        "base_priority": [d.ruled.priority for d in decisions],
        "urgencies": [urgency_of(d.ruled.route) for d in decisions],
        "facts": [d.ruled.facts for d in decisions],
        "rules_version": [d.ruled.ruling.version for d in decisions],
        "key_desk": [d.ruled.desk for d in decisions],
        "routing_rule": [d.ruled.ruling.rule for d in decisions],
    }
    by = {
        "policy_version": desk.policy.version,
        "staff_version": desk.directory.version,
        "state": State.ASSIGNED,
    }
    await tx.write_late(_KEEP, heard | decided | by | desk.counts(tx))
    resting = {d.naming.owner.id for d in decisions if _was_abused(d)}
    if resting:
        rest = timedelta(seconds=desk.policy.assignment.rest_after_abuse)
        await tx.fetch(REST, {"staff": sorted(resting), "until": tx.now + rest})


def _was_abused(decision: _Decision) -> bool:
    """Whether the owner took an abusive call; they rest before anything more is assigned to them."""
    return decision.envelope.event.abusive and decision.naming.reason is OwnerReason.TOOK_IT


def _tell(desk: Desk, tx: Transaction, decision: _Decision) -> None:
    complaint_id, owner = decision.envelope.event.complaint_id, decision.naming.owner
    tx.publish(
        OwnerNamed(
            complaint_id=complaint_id,
            owner_id=owner.id,
            owner_name=owner.name,
            department=owner.department,
            rule=decision.naming.rule,
            owned_at=tx.now,
            **desk.reach(owner, complaint_id),
            policy_version=desk.policy.version,
            answer_field=decision.terms.answer_field,
            answer_by=decision.terms.answer_by,
        ),
        because_of=decision.envelope,
    )
    OWNED.labels(decision.naming.rule).inc()
    handler, reason = decision.handling
    if reason is not None:
        tx.publish(
            HandlerAssigned(
                complaint_id=complaint_id,
                handler_id=handler.id,
                handler_name=handler.name,
                department=handler.department,
                reason=reason,
                assigned_at=tx.now,
                answer_field=decision.terms.answer_field,
                answer_by=decision.terms.answer_by,
                **desk.above(handler.department, complaint_id),
            ),
            because_of=decision.envelope,
        )
        TRANSFERS.labels(reason).inc()


async def note_escalations(
    desk: Desk, tx: Transaction, reached: Sequence[Envelope[EscalationReached]]
) -> None:
    """Show staff how high up a complaint has come; it never comes down again."""
    lowest = _LADDER.index(desk.policy.escalation.shown_from)
    shown = [e.event for e in reached if _LADDER.index(e.event.level) >= lowest]
    if shown:
        await tx.fetch(
            _ESCALATE,
            {
                "ids": [event.complaint_id for event in shown],
                "levels": [event.level for event in shown],
                "reached": [event.reached_at for event in shown],
                "ladder": _LADDER,
            },
        )


async def _owners_of(tx: Transaction, complaints: list[UUID]) -> dict[UUID, str]:
    if not complaints:
        return {}
    return dict(await tx.fetch(_OWNERS, {"ids": complaints}))


def _who_may_get(desk: Desk, cases: Sequence[Ruled]) -> list[str]:
    """Everybody of the departments that serve these complaints or answer for them, and of the duty desk."""
    kinds = {(c.route, c.envelope.event.case_type, c.envelope.event.category) for c in cases}
    serving = {
        department.id
        for route, case_type, category in kinds
        for who in (answers, works)
        if (department := who(route, desk.directory, case_type, category))
    }
    return [
        m.id
        for department in serving | {desk.directory.duty_desk}
        for m in desk.directory.members_of(department).members
    ]
