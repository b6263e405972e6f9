"""Loads, weighs anew and keeps complaints that became more severe, and gives those not begun to whom they are for now."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintJoinedIncident, ComplaintJudgedAgain, ContactAttached, GradeRaised
from shared.events.routing import HandlerAssigned
from shared.events.vocabulary import Grade, Language, Severity, Urgency

from .answer_terms import AnswerTerms, AnswerTimes
from .assign_handler import Handling, assign_handler
from .desk import Desk
from .follow_rule import made_urgent, works
from .metrics import TRANSFERS
from .name_owner import CaseFacts
from .next_state import ENDED
from .policy import RaisedBy
from .rule_facts import Routed, routed
from .take_next import NOT_BEGUN
from .urgent_by_rule import Urgent, tell_urgent
from .weigh_anew import News, Standing, weigh_anew, weight
from .workload import Loads, counting, read_loads

_LOAD = Statement(
    """
    SELECT c.complaint_id, c.state, c.severity, c.grade, c.base_priority, c.owner_id, c.handler_id, c.case_type,
        c.category, c.language, c.accused_staff, c.due_at, c.urgency, d.facts,
        coalesce(last.priority, CAST(d.facts ->> 'priority' AS float), c.base_priority) AS priority,
        c.hops > 0 OR EXISTS (SELECT FROM transfer t WHERE t.complaint_id = c.complaint_id
            AND t.status IN ('REQUESTED', 'DISPUTED')) AS handed_over
    FROM complaint c LEFT JOIN rule_decision d USING (complaint_id) LEFT JOIN LATERAL (
        SELECT priority FROM reweighing WHERE reweighing.complaint_id = c.complaint_id
        ORDER BY reweighing_id DESC LIMIT 1) AS last ON true
    WHERE c.complaint_id = ANY (CAST(:ids AS uuid[])) AND c.state <> ALL (CAST(:ended AS text[]))
    """
)
_KEEP = counting(
    """
    UPDATE complaint SET severity = row.severity, grade = row.grade, base_priority = row.weight,
        urgency = row.urgency, handler_id = row.handler_id,
        handler_reason = CASE WHEN row.moved THEN row.reason ELSE handler_reason END,
        handler_since = CASE WHEN row.moved THEN now() ELSE handler_since END,
        answer_field = CASE WHEN row.moved THEN row.answer_field ELSE complaint.answer_field END,
        answer_by = CASE WHEN row.moved THEN row.answer_by ELSE complaint.answer_by END
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:severities AS text[]), CAST(:grades AS text[]),
            CAST(:weights AS float[]), CAST(:before AS text[]), CAST(:handlers AS text[]), CAST(:reasons AS text[]),
            CAST(:moved AS boolean[]), CAST(:answer_fields AS text[]), CAST(:answer_by AS timestamptz[]),
            CAST(:urgencies AS text[]))
         AS row (complaint_id, severity, grade, weight, before, handler_id, reason, moved, answer_field, answer_by,
            urgency)
    WHERE complaint.complaint_id = row.complaint_id
    RETURNING complaint.complaint_id, complaint.owner_id, complaint.handler_id, row.before
    """,
    """
    SELECT * FROM (VALUES (before, -1), (handler_id, 1)) AS desk (staff_id, change)
    WHERE staff_id <> owner_id AND before <> handler_id
    """,
    beside="""
    INSERT INTO reweighing (reweighing_id, complaint_id, raised_by, severity_was, severity, grade_was, grade, priority,
        weight, rules_version, rule, desk, handler_was, handler_id, policy_version, weighed_at)
    SELECT row.*, CAST(:policy_version AS text), now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:complaints AS uuid[]), CAST(:raised_by AS text[]),
        CAST(:severities_were AS text[]), CAST(:severities AS text[]), CAST(:grades_were AS text[]),
        CAST(:grades AS text[]), CAST(:priorities AS float[]), CAST(:weights AS float[]),
        CAST(:rules_versions AS int[]), CAST(:rules AS text[]), CAST(:desks AS text[]), CAST(:before AS text[]),
        CAST(:handlers AS text[])) AS row
    """,
)

Raising: TypeAlias = GradeRaised | ComplaintJoinedIncident | ComplaintJudgedAgain | ContactAttached


class _Raised(NamedTuple):
    envelope: Envelope[Raising]
    row: Row
    by: RaisedBy
    was: Standing
    now: Standing
    route: Routed | None
    points: float
    urgency: Urgency
    moves: bool


async def weigh_all_anew(desk: Desk, tx: Transaction, told: Sequence[Envelope[Raising]]) -> None:
    """A complaint that is more severe than it was, or of a higher grade, waits further up and goes where such go.

    Who works on it stays who it was as soon as they have begun, or were chosen by people.
    """
    events = {e.event.complaint_id: e for e in told}
    rows = await tx.fetch(_LOAD, {"ids": list(events), "ended": list(ENDED)})
    await desk.rules.keep_fresh(tx)
    found = [_weighed(desk, events[row["complaint_id"]], row) for row in rows]
    raised = [one for one in found if one.now != one.was]
    if raised:
        handlings = await _handlings(desk, tx, [one for one in raised if one.moves])
        await _keep(desk, tx, raised, handlings)


def _weighed(desk: Desk, envelope: Envelope[Raising], row: Row) -> _Raised:
    news = _news(envelope.event)
    was = Standing(Severity(row["severity"]), Grade(row["grade"]), row["priority"])
    now, urgency = weigh_anew(was, news, desk.policy.queue), Urgency(row["urgency"])
    if now == was or row["facts"] is None:
        return _Raised(envelope, row, news.by, was, now, None, 0, urgency, moves=False)
    before, after = (routed(desk, row["facts"] | one._asdict()) for one in (was, now))
    elsewhere = after.route.department not in (None, before.route.department)
    moves = elsewhere and row["state"] in NOT_BEGUN and not row["handed_over"]
    urgent, weighs = made_urgent(urgency, before.route, after.route), desk.policy.urgency.points
    points = after.route.priority - before.route.priority + weighs[urgent] - weighs[urgency]
    return _Raised(envelope, row, news.by, was, now, after, points, urgent, moves)


def _news(event: Raising) -> News:
    if isinstance(event, GradeRaised):
        return News(RaisedBy.GRADE, event.severity, event.grade, event.priority)
    if isinstance(event, ComplaintJoinedIncident):
        return News(RaisedBy.INCIDENT, event.severity, priority=event.priority)
    priority = event.priority if isinstance(event, ComplaintJudgedAgain) else None
    return News(RaisedBy.CONTACT, event.severity, priority=priority)


async def _handlings(desk: Desk, tx: Transaction, moving: Sequence[_Raised]) -> dict[UUID, Handling]:
    """Who works on those that go elsewhere."""
    if not moving:
        return {}
    await desk.staff.keep_fresh(tx)
    directory = desk.directory
    cases = [(one, _case(tx, one)) for one in moving]
    teams = {d.id for _, case in cases if (d := works(case.route, directory, case.case_type, case.category))}
    people = [member.id for team in teams for member in directory.members_of(team).members]
    loads = Loads(await read_loads(tx, people, desk.today(tx.now)), tx.now)
    found = {}
    for one, case in cases:
        owner = directory.member(one.row["owner_id"])
        if owner is None:
            continue
        handling = assign_handler(case, owner, directory, loads.known, desk.policy)
        if handling.handler.id != one.row["handler_id"]:
            loads.give(handling.handler.id)
            found[one.row["complaint_id"]] = handling
    return found


def _case(tx: Transaction, one: _Raised) -> CaseFacts:
    assert one.route is not None
    row, language = one.row, Language(one.row["language"])
    return CaseFacts(
        *(row["case_type"], row["category"], language, tx.now),
        accused=row["accused_staff"],
        route=one.route.route,
    )


async def _keep(
    desk: Desk, tx: Transaction, raised: Sequence[_Raised], handlings: Mapping[UUID, Handling]
) -> None:
    times = AnswerTimes(desk, tx.now)
    moved = [handlings.get(one.row["complaint_id"]) for one in raised]
    terms = [_terms(desk, times, one, handling) for one, handling in zip(raised, moved, strict=True)]
    values: dict[str, Any] = {
        "ids": [uuid7() for _ in raised],
        "complaints": [one.row["complaint_id"] for one in raised],
        "raised_by": [one.by for one in raised],
        "severities_were": [one.was.severity for one in raised],
        "severities": [one.now.severity for one in raised],
        "grades_were": [one.was.grade for one in raised],
        "grades": [one.now.grade for one in raised],
        "priorities": [one.now.priority for one in raised],
        "weights": [weight(one.row["base_priority"], one.now, one.was, one.points) for one in raised],
        "rules_versions": [one.route.ruling.version if one.route else None for one in raised],
        "rules": [one.route.ruling.rule if one.route else None for one in raised],
        "desks": [one.route.desk if one.route else None for one in raised],
        "before": [one.row["handler_id"] for one in raised],
        "handlers": [
            handling.handler.id if handling else one.row["handler_id"]
            for one, handling in zip(raised, moved, strict=True)
        ],
        "reasons": [handling.reason if handling else None for handling in moved],
        "moved": [handling is not None for handling in moved],
        "urgencies": [one.urgency for one in raised],
        "answer_fields": [term.answer_field for term in terms],
        "answer_by": [term.answer_by for term in terms],
        "policy_version": desk.policy.version,
    }
    await tx.fetch(_KEEP, values | desk.counts(tx))
    for one, handling, term in zip(raised, moved, terms, strict=True):
        if handling is not None:
            _tell(desk, tx, one, handling, term)
    more = [one for one in raised if one.urgency != one.row["urgency"]]
    await tell_urgent(desk, tx, [Urgent(one.envelope, one.route.ruling) for one in more if one.route])


def _terms(desk: Desk, times: AnswerTimes, one: _Raised, handling: Handling | None) -> AnswerTerms:
    if handling is None:
        return AnswerTerms()
    row = one.row
    owner = desk.directory.member(row["owner_id"])
    return times.terms(owner, handling.handler, row["case_type"], row["category"], row["due_at"])


def _tell(desk: Desk, tx: Transaction, one: _Raised, handling: Handling, terms: AnswerTerms) -> None:
    handler, reason = handling
    tx.publish(
        HandlerAssigned(
            complaint_id=one.row["complaint_id"],
            handler_id=handler.id,
            handler_name=handler.name,
            department=handler.department,
            reason=reason,
            assigned_at=tx.now,
            **terms._asdict(),
            **desk.above(handler.department, one.row["complaint_id"]),
        ),
        because_of=one.envelope,
    )
    if reason is not None:
        TRANSFERS.labels(reason).inc()
