"""One complaint as staff see it: who answers for it and why, who works on it, what was done so far."""

from typing import Any
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork

from .case import NoSuchCaseError
from .desk import Desk
from .motives import shown_talk
from .settle_task import TaskState

_VIEW = Statement(
    """
    SELECT complaint.*, stream.published AS version, work.round AS worked_round, work.steps, work.proposal,
        work.proposed_by, work.proposed_at, work.resolution, work.resolution_reason, work.resolved_by, work.resolved_at,
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', answer_id, 'version', version, 'round', use.round,
            'used_in', used_in, 'adapted',
            adapted, 'by', used_by, 'used_at', used_at) ORDER BY used_at) FROM standard_answer_use use
            WHERE use.complaint_id = complaint.complaint_id), '[]') AS standard_answers,
        array(SELECT incident_id FROM incident_child i WHERE i.complaint_id = complaint.complaint_id) AS incidents,
        (SELECT jsonb_build_object('report_by', report_by, 'reported_at', reported_at, 'reported_by', reported_by,
            'text', text) FROM unclear_case u WHERE u.complaint_id = complaint.complaint_id) AS unclear,
        coalesce((SELECT jsonb_agg(jsonb_build_object('task_id', task_id, 'department', task.department, 'state', task.state,
            'asked_at', asked_at, 'due_at', task.due_at, 'result', result) ORDER BY task_id)
            FROM task WHERE task.complaint_id = complaint.complaint_id), '[]') AS tasks,
        coalesce((SELECT jsonb_agg(jsonb_build_object('by', raised_by, 'severity_was', severity_was, 'severity', w.severity,
            'grade_was', grade_was, 'grade', w.grade, 'at', weighed_at) ORDER BY reweighing_id)
            FROM reweighing w WHERE w.complaint_id = complaint.complaint_id), '[]') AS raised,
        (SELECT facts -> 'motives' FROM rule_decision d WHERE d.complaint_id = complaint.complaint_id) AS heard_motives
    FROM complaint JOIN stream ON stream.subject = complaint_id::text LEFT JOIN work_round work USING (complaint_id)
    WHERE complaint_id = :complaint_id ORDER BY work.round
    """
)

_FACTS = (
    *("complaint_id", "version", "receipt_number", "channel", "case_type", "category", "severity", "grade"),
    *(
        "raised",
        "language",
        "received_at",
        "taken_by",
        "repeat_of",
        "repeat_reason",
        "incidents",
        "state",
        "round",
    ),
    *("ground", "closed_at", "urgency"),
    *("end_reason", "end_text", "appeal_until"),
)


async def view_case(work: UnitOfWork, desk: Desk, complaint_id: UUID) -> dict[str, Any]:
    """Everything routing knows of a complaint. Raises NoSuchCaseError."""
    rows = await work.fetch(_VIEW, {"complaint_id": complaint_id})
    if not rows:
        raise NoSuchCaseError
    row = rows[0]
    worked = {r["worked_round"]: _round(r) for r in rows if r["worked_round"] is not None}
    now = worked.get(row["round"], {"steps": [], "solution": None, "resolution": None})
    handler = desk.directory.member(row["handler_id"])
    return {name: row[name] for name in _FACTS} | {
        "escalation": {"level": row["escalation"], "reached_at": row["escalated_at"]}
        if row["escalation"]
        else None,
        "owner": {
            "staff_id": row["owner_id"],
            "name": row["owner_name"],
            "department": row["department"],
            "owned_at": row["owned_at"],
        },
        "handler": {
            "staff_id": row["handler_id"],
            "name": handler.name if handler else None,
            "department": handler.department if handler else None,
            "reason": row["handler_reason"],
        },
        "answer": {"field": row["answer_field"], "by": row["answer_by"]} if row["answer_field"] else None,
        "departments": _departments(row, handler.department if handler else row["department"]),
        "tasks": row["tasks"],
        "charge_frozen": row["charge_frozen"],
        "standard_answers": row["standard_answers"],
        "responsibility_unclear": row["unclear"],
        "why": {name: row[name] for name in ("rule", "reason", "policy_version", "staff_version")},
        "talk": shown_talk(_motives(row), row["motives_by"], desk.policy.talk),
        "steps": now["steps"],
        "solution": now["solution"],
        "resolution": now["resolution"],
        "earlier_rounds": [done for number, done in worked.items() if number < row["round"]],
    }


def _motives(row: Row) -> list[str]:
    return row["motives"] if row["motives"] is not None else row["heard_motives"] or []


def _departments(row: Row, handlers: str) -> dict[str, Any]:
    """Which department leads, and which assist it (FC-11)."""
    lead = row["lead_department"] or handlers
    asked = dict.fromkeys(task["department"] for task in row["tasks"] if task["state"] != TaskState.RELEASED)
    return {"lead": lead, "assisting": [department for department in asked if department != lead]}


def _round(row: Row) -> dict[str, Any]:
    return {
        "round": row["worked_round"],
        "steps": row["steps"],
        "solution": {"text": row["proposal"], "by": row["proposed_by"], "proposed_at": row["proposed_at"]}
        if row["proposed_at"]
        else None,
        "resolution": {
            "text": row["resolution"],
            "reason": row["resolution_reason"],
            "by": row["resolved_by"],
            "resolved_at": row["resolved_at"],
        }
        if row["resolved_at"]
        else None,
    }
