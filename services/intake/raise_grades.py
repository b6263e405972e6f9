"""Gives open complaints the higher grade that their customer has now, weighs them anew and tells it (GRD).

Two steps, for subjects are locked once and in order: first find them, then, their subjects locked, raise them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.intake import GradeRaised
from shared.events.vocabulary import Grade, Severity, Tag

from .higher_grade import is_higher
from .policy import IntakePolicy
from .raise_severity import Found, raise_by_grade
from .score_priority import Priority, score_priority
from .tell_and_note import tell_and_note

_OPEN = Statement(
    """
    SELECT complaint_id, wanted.customer_id, grade, severity, severity_rule, tags, repeat_index, risk_score
    FROM unnest(CAST(:customers AS uuid[])) AS wanted (customer_id)
    CROSS JOIN LATERAL (
        SELECT complaint_id, grade, severity, severity_rule, tags, repeat_index, risk_score
        FROM complaint WHERE complaint.customer_id = wanted.customer_id
          AND resolved_at IS NULL AND status <> 'CLOSED' OFFSET 0
    ) AS open
    """
)
_RAISE = Statement(
    """
    WITH raised AS (
        UPDATE complaint SET grade = given.grade, severity = given.severity, severity_rule = given.severity_rule,
                             priority = given.priority, priority_class = given.priority_class
        FROM unnest(CAST(:complaints AS uuid[]), CAST(:was AS text[]), CAST(:grades AS text[]),
                    CAST(:severities AS text[]), CAST(:rules AS text[]), CAST(:priorities AS numeric[]),
                    CAST(:classes AS text[]))
             AS given (complaint_id, was, grade, severity, severity_rule, priority, priority_class)
        WHERE complaint.complaint_id = given.complaint_id AND complaint.grade = given.was AND resolved_at IS NULL
        RETURNING complaint.complaint_id, complaint.grade
    ), heard AS (
        UPDATE heard SET is_key = raised.grade = 'K' FROM raised WHERE heard.complaint_id = raised.complaint_id
    )
    SELECT complaint_id FROM raised
    """
)


class Raised(NamedTuple):
    """An open complaint whose customer has a higher grade now than it was received with."""

    complaint_id: UUID
    customer_id: UUID
    was: Grade
    grade: Grade
    found: Found
    priority: Priority


async def find_to_raise(
    tx: Transaction, grades: Mapping[UUID, Grade], policy: IntakePolicy
) -> dict[UUID, Raised]:
    """By id: the open complaints of these customers that were received with a lower grade than theirs is now."""
    if not grades:
        return {}
    day = (await tx.read_clock()).astimezone(ZoneInfo(policy.receipt.zone)).date()
    found = [
        _raised(row, grades[row[1]], day, policy)
        for row in await tx.fetch(_OPEN, {"customers": sorted(grades)})
        if is_higher(grades[row[1]], Grade(row[2]))
    ]
    return {one.complaint_id: one for one in found}


def _raised(row: Sequence[Any], grade: Grade, day: date, policy: IntakePolicy) -> Raised:
    complaint_id, customer_id, was, severity, rule, tags, repeat_index, risk_score = row
    known = [Tag(tag) for tag in tags]
    found = raise_by_grade(Found(Severity(severity), rule), known, grade, policy.severity.outage)
    priority = score_priority(
        found.severity, grade, policy.priority, repeat_index=repeat_index, risk_score=risk_score, day=day
    )
    return Raised(complaint_id, customer_id, Grade(was), grade, found, priority)


async def raise_grades(
    tx: Transaction, to_raise: Mapping[UUID, Raised], because: str, policy_version: str
) -> None:
    """Raise them, as far as they are still open; their subjects are locked."""
    if not to_raise:
        return
    rows = [to_raise[complaint] for complaint in sorted(to_raise)]
    values: dict[str, Any] = {
        "complaints": [one.complaint_id for one in rows],
        "was": [one.was for one in rows],
        "grades": [one.grade for one in rows],
        "severities": [one.found.severity for one in rows],
        "rules": [one.found.rule for one in rows],
        "priorities": [one.priority.score for one in rows],
        "classes": [one.priority.priority_class for one in rows],
    }
    done = sorted(complaint for (complaint,) in await tx.fetch(_RAISE, values))
    told = [_told(tx, to_raise[complaint], because, policy_version) for complaint in done]
    await tell_and_note(tx, told, [f"{event.was} {event.grade} {because}" for event in told])


def _told(tx: Transaction, one: Raised, because: str, policy_version: str) -> GradeRaised:
    return GradeRaised(
        complaint_id=one.complaint_id,
        customer_id=one.customer_id,
        was=one.was,
        grade=one.grade,
        severity=one.found.severity,
        severity_rule=one.found.rule,
        priority=one.priority.score,
        priority_class=one.priority.priority_class,
        because=because,
        raised_at=tx.now,
        policy_version=policy_version,
    )
