"""One complaint while staff work on it: read with its present round, written back in one statement."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.vocabulary import HandlingStep, TransferReason

from .next_state import State

_LOAD = text(
    """
    SELECT c.complaint_id, c.state, c.round, c.owner_id, c.handler_id, c.handler_reason,
        coalesce(CAST(w.steps AS text), '[]') AS steps, w.proposal, w.proposed_by, w.proposed_at,
        w.resolution, w.resolution_reason, w.resolved_by, w.resolved_at
    FROM complaint c LEFT JOIN work_round w ON w.complaint_id = c.complaint_id AND w.round = c.round
    WHERE c.complaint_id = :complaint_id
    """
)
_SAVE = text(
    """
    WITH moved AS (
        UPDATE complaint SET state = :state WHERE complaint_id = :complaint_id AND state <> :state)
    INSERT INTO work_round (complaint_id, round, steps, proposal, proposed_by, proposed_at,
        resolution, resolution_reason, resolved_by, resolved_at)
    VALUES (:complaint_id, :round, CAST(:steps AS jsonb), :proposal, :proposed_by, :proposed_at,
        :resolution, :resolution_reason, :resolved_by, :resolved_at)
    ON CONFLICT (complaint_id, round) DO UPDATE SET steps = excluded.steps,
        proposal = excluded.proposal, proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at,
        resolution = excluded.resolution, resolution_reason = excluded.resolution_reason,
        resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at
    """
)


class NoSuchCaseError(Exception):
    """Routing knows no complaint of this id."""


@dataclass(slots=True)
class Case:
    """A complaint and the work of its present round. `steps` are {step, by, taken_at} in the order taken."""

    complaint_id: UUID
    state: State
    round: int
    owner_id: str
    handler_id: str
    handler_reason: TransferReason | None
    steps: list[dict[str, str]] = field(default_factory=list)
    proposal: str | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    resolution: str | None = None
    resolution_reason: str | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None

    @property
    def done(self) -> list[HandlingStep]:
        """The steps taken in this round."""
        return [HandlingStep(note["step"]) for note in self.steps]

    def shown(self) -> dict[str, Any]:
        """What a caller sees after working on it."""
        return {
            "complaint_id": self.complaint_id,
            "state": self.state,
            "round": self.round,
            "owner_id": self.owner_id,
            "handler_id": self.handler_id,
            "steps": self.done,
        }


async def load_case(connection: AsyncConnection, complaint_id: UUID) -> Case:
    """The case with its present round. Raises NoSuchCaseError."""
    row = (await connection.execute(_LOAD, {"complaint_id": complaint_id})).mappings().first()
    if row is None:
        raise NoSuchCaseError
    reason = TransferReason(row["handler_reason"]) if row["handler_reason"] else None
    read = {"state": State(row["state"]), "handler_reason": reason, "steps": json.loads(row["steps"])}
    return Case(**(dict(row) | read))


async def save_work(connection: AsyncConnection, case: Case) -> None:
    """Write the state and the work of the present round."""
    await connection.execute(
        _SAVE,
        {
            "complaint_id": case.complaint_id,
            "state": case.state,
            "round": case.round,
            "steps": json.dumps(case.steps),
            "proposal": case.proposal,
            "proposed_by": case.proposed_by,
            "proposed_at": case.proposed_at,
            "resolution": case.resolution,
            "resolution_reason": case.resolution_reason,
            "resolved_by": case.resolved_by,
            "resolved_at": case.resolved_at,
        },
    )
