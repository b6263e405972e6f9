"""Ends the pauses of complaints, many at a time, and tells it."""

from collections.abc import Sequence
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.routing import ComplaintResumed
from shared.events.vocabulary import PauseReason
from shared.runtime.timers import disarm

from .next_state import Action, State, next_state

_END = Statement(
    """
    WITH ended AS (
        UPDATE waiting SET ended_at = now(), ended_by = CAST(:by AS text), ended_because = CAST(:because AS text)
        WHERE complaint_id = ANY (CAST(:ids AS uuid[])) AND ended_at IS NULL
        RETURNING waiting_id, complaint_id, reason, begun_at
    )
    UPDATE complaint SET state = CASE WHEN work.proposal IS NULL THEN :working ELSE :proposed END
    FROM ended LEFT JOIN complaint c USING (complaint_id)
    LEFT JOIN work_round work ON work.complaint_id = c.complaint_id AND work.round = c.round
    WHERE complaint.complaint_id = ended.complaint_id AND complaint.state = :pending
    RETURNING ended.waiting_id, ended.complaint_id, ended.reason, ended.begun_at, complaint.state
    """
)


async def go_on(
    tx: Transaction, complaints: Sequence[UUID], by: str | None, because: str
) -> dict[UUID, State]:
    """Let those of these complaints that wait go on; returns their states."""
    values = {
        "ids": list(complaints),
        "by": by,
        "because": because,
        "working": next_state(State.PENDING, Action.RESUME),
        "proposed": next_state(State.PENDING, Action.RESUME_PROPOSED),
        "pending": State.PENDING,
    }
    rows = await tx.fetch(_END, values)
    await disarm(tx, [row["waiting_id"] for row in rows])
    for row in rows:
        tx.publish(
            ComplaintResumed(
                complaint_id=row["complaint_id"],
                pause_id=row["waiting_id"],
                reason=PauseReason(row["reason"]),
                because=because,
                paused_at=row["begun_at"],
                resumed_at=tx.now,
            )
        )
    return {row["complaint_id"]: State(row["state"]) for row in rows}
