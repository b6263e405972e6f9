"""The log of chases: the owner asks an idle handler to go on, and what is missing from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import HandlerChased
from shared.events.vocabulary import EscalationLevel, Severity

from .case import NoSuchCaseError, load_case
from .count_chases import interval, may_chase, missed_chases, points
from .desk import Desk
from .directory import Member
from .next_state import Action, next_state

_ADD = Statement(
    """
    INSERT INTO chase (chase_id, complaint_id, handler_id, chased_by, text, chased_at, policy_version)
    VALUES (:chase_id, :complaint_id, :handler_id, :by, :text, now(), :policy_version)
    """
)
_SIGNS = """
    SELECT complaint_id, severity, escalation, owner_id, handler_id, handler_since, state,
        least(now(), coalesce(closed_at, work.resolved_at)) AS until,
        array(SELECT chased_at FROM chase WHERE chase.complaint_id = c.complaint_id) AS chases,
        array(SELECT step ->> 'taken_at' FROM jsonb_array_elements(work.steps) AS step
            WHERE step ->> 'by' = handler_id) AS steps,
        work.proposed_at
    FROM complaint c LEFT JOIN work_round work USING (complaint_id, round)
"""
_OF_ONE = Statement(f"{_SIGNS} WHERE complaint_id = :complaint_id")
_OF_MANY = Statement(
    f"{_SIGNS} WHERE c.received_at >= :since AND c.received_at < :until AND handler_id <> owner_id"
    " ORDER BY complaint_id LIMIT :limit"
)
_LOG = Statement(
    "SELECT chase_id, handler_id, chased_by, text, chased_at FROM chase WHERE complaint_id = :complaint_id"
    " ORDER BY chase_id LIMIT 500"
)
MOST_IN_A_REPORT = 100_000


class NobodyToChaseError(Exception):
    """The owner works on it."""


class OnlyOwnerChasesError(Exception):
    """The chase is the owner's, or their department's."""

    def __init__(self, owner_id: str) -> None:
        super().__init__(owner_id)
        self.owner_id = owner_id


async def chase(work: UnitOfWork, desk: Desk, complaint_id: UUID, *, by: Member, text: str) -> None:
    """The owner, or a colleague, asks the handler to go on. Raises NoSuchCaseError, NotPossibleError and the two above."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        next_state(case.state, Action.HAND_OVER)
        handler = desk.directory.member(case.handler_id)
        working = handler.department if handler else None
        if not may_chase(by, case.owner_id, case.department, working, desk.policy.chase):
            raise OnlyOwnerChasesError(case.owner_id)
        if case.handler_id == case.owner_id:
            raise NobodyToChaseError
        values = {
            "chase_id": uuid7(),
            "complaint_id": complaint_id,
            "handler_id": case.handler_id,
            "by": by.id,
            "text": text,
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_ADD, values)
        tx.publish(
            HandlerChased(
                complaint_id=complaint_id,
                chase_id=values["chase_id"],
                handler_id=case.handler_id,
                by=by.id,
                chased_at=tx.now,
                handler_channel=handler.channel if handler else None,
                handler_reply_to=desk.sealed_address(handler, complaint_id) if handler else None,
            )
        )


async def chases_of(work: UnitOfWork, desk: Desk, complaint_id: UUID) -> dict[str, Any]:
    """The log of one complaint, and how many chases are missing (FC-18). Raises NoSuchCaseError."""
    rows = await work.fetch(_OF_ONE, {"complaint_id": complaint_id})
    if not rows:
        raise NoSuchCaseError
    items = [dict(row) for row in await work.fetch(_LOG, {"complaint_id": complaint_id})]
    return {"items": items, "missed": _missed(desk, rows[0])}


async def report(
    work: UnitOfWork | Transaction, desk: Desk, since: datetime, until: datetime
) -> dict[str, Any]:
    """Points by owner for complaints received in this time (FC-19); nothing follows from them by itself."""
    values = {"since": since, "until": until, "limit": MOST_IN_A_REPORT}
    by_owner: dict[str, dict[str, int]] = {}
    for row in await work.fetch(_OF_MANY, values):
        missed = _missed(desk, row)
        level = EscalationLevel(row["escalation"]) if row["escalation"] else None
        if given := points(missed, level, desk.policy.chase):
            entry = by_owner.setdefault(row["owner_id"], {"complaints": 0, "missed_chases": 0, "points": 0})
            entry["complaints"] += 1
            entry["missed_chases"] += missed
            entry["points"] += given
    items = [{"staff_id": owner} | entry for owner, entry in by_owner.items()]
    return {"items": sorted(items, key=lambda item: (-int(item["points"]), str(item["staff_id"])))}


def _missed(desk: Desk, row: Row) -> int:
    if row["handler_id"] == row["owner_id"]:
        return 0
    every = interval(Severity(row["severity"]), desk.policy.chase)
    return missed_chases(row["handler_since"], _signs(row), row["until"], every)


def _signs(row: Row) -> Iterable[datetime]:
    yield from row["chases"]
    yield from (datetime.fromisoformat(taken_at) for taken_at in row["steps"])
    if row["proposed_at"] is not None:
        yield row["proposed_at"]
