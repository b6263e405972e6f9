"""One complaint as staff see it: who answers for it and why, who works on it, what was done so far."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from .case import NoSuchCaseError
from .desk import Desk
from .tables import complaint, work_round

_FACTS = (
    *("complaint_id", "receipt_number", "channel", "case_type", "category", "severity", "grade", "language"),
    *("received_at", "taken_by", "repeat_of", "state", "round", "ground", "closed_at"),
)


async def view_case(connection: AsyncConnection, desk: Desk, complaint_id: UUID) -> dict[str, Any]:
    """Everything routing knows of a complaint. Raises NoSuchCaseError."""
    found = await connection.execute(select(complaint).where(complaint.c.complaint_id == complaint_id))
    row = found.mappings().first()
    if row is None:
        raise NoSuchCaseError
    rounds = await connection.execute(
        select(work_round).where(work_round.c.complaint_id == complaint_id).order_by(work_round.c.round)
    )
    worked = {r["round"]: _round(dict(r)) for r in rounds.mappings()}
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
        "why": {name: row[name] for name in ("rule", "reason", "policy_version", "staff_version")},
        "steps": now["steps"],
        "solution": now["solution"],
        "resolution": now["resolution"],
        "earlier_rounds": [work for number, work in worked.items() if number < row["round"]],
    }


def _round(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "round": row["round"],
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
