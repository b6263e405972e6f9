"""One complaint while staff work on it: read with its present round, written back in one statement."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Stream, Transaction, UnitOfWork, with_events
from shared.events.vocabulary import HandlingStep

from .next_state import State
from .workload import ADD_TO_DESK

_LOAD = Statement(
    """
    SELECT c.complaint_id, c.state, c.round, c.owner_id, c.handler_id, c.handler_reason,
        coalesce(w.steps, '[]'), w.proposal, w.proposed_by, w.proposed_at,
        w.resolution, w.resolution_reason, w.resolved_by, w.resolved_at,
        c.case_type, c.category, c.severity, c.hops, c.accused_staff, c.due_at, c.lead_department,
        c.charge_frozen, c.repeat_of, c.repeat_reason,
        (SELECT count(*) FROM task WHERE task.complaint_id = c.complaint_id AND task.state IN ('OPEN', 'REFUSED'))
    FROM complaint c LEFT JOIN work_round w ON w.complaint_id = c.complaint_id AND w.round = c.round
    WHERE c.complaint_id = :complaint_id
    """
)
_CURRENT = Statement(
    """
    SELECT c.complaint_id, s.published AS version, c.state, c.round, c.owner_id, c.owner_name, c.handler_id,
        coalesce((SELECT jsonb_agg(step -> 'step') FROM jsonb_array_elements(w.steps) AS step), '[]') AS steps
    FROM complaint c JOIN stream s ON s.subject = c.complaint_id::text
    LEFT JOIN work_round w ON w.complaint_id = c.complaint_id AND w.round = c.round
    WHERE c.complaint_id = :complaint_id
    """
)
_SAVE = with_events(
    f"""
    moved AS (
        UPDATE complaint SET state = :state WHERE complaint_id = :complaint_id AND state <> :state),
    talked AS (
        INSERT INTO staff_load (staff_id, counted_by, open, day, customers, contacts)
        SELECT CAST(:talked AS text), CAST(:replica AS text), 0, CAST(:today AS date), 0, 1
        WHERE CAST(:talked AS text) IS NOT NULL
        ON CONFLICT (staff_id, counted_by) DO UPDATE SET {ADD_TO_DESK}),
    worked AS (
        INSERT INTO work_round (complaint_id, round, steps, proposal, proposed_by, proposed_at,
            resolution, resolution_reason, resolved_by, resolved_at)
        VALUES (:complaint_id, :round, :steps, :proposal, :proposed_by, :proposed_at,
            :resolution, :resolution_reason, :resolved_by, :resolved_at)
        ON CONFLICT (complaint_id, round) DO UPDATE SET steps = excluded.steps,
            proposal = excluded.proposal, proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at,
            resolution = excluded.resolution, resolution_reason = excluded.resolution_reason,
            resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at)
    """  # noqa: S608 - a constant of ours
)
_WORK = (
    *("complaint_id", "state", "round", "steps", "proposal", "proposed_by", "proposed_at"),
    *("resolution", "resolution_reason", "resolved_by", "resolved_at"),
)


seen_version: ContextVar[int | None] = ContextVar("seen_version", default=None)
"""The version of the case that the caller of the present command has seen, if they said so."""


class NoSuchCaseError(Exception):
    """Routing knows no complaint of this id."""


class StaleVersionError(Exception):
    """The case has changed since the caller saw it."""


@dataclass(slots=True)
class Case:
    """A complaint and the work of its present round. `steps` are {step, by, taken_at} in the order taken."""

    complaint_id: UUID
    state: State
    round: int
    owner_id: str
    handler_id: str
    handler_reason: str | None
    steps: list[dict[str, str]]
    proposal: str | None
    proposed_by: str | None
    proposed_at: datetime | None
    resolution: str | None
    resolution_reason: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    case_type: str
    category: str | None
    severity: str
    hops: int
    accused_staff: str | None
    due_at: datetime | None
    lead_department: str | None
    charge_frozen: bool
    repeat_of: UUID | None
    repeat_reason: str | None
    open_tasks: int
    stream: Stream

    @property
    def version(self) -> int:
        """How many things were told of it by now; any change makes it higher."""
        return self.stream.published

    @property
    def done(self) -> list[HandlingStep]:
        """The steps taken in this round."""
        return [HandlingStep(note["step"]) for note in self.steps]

    def shown(self) -> dict[str, Any]:
        """What a caller sees after working on it."""
        return {
            "complaint_id": self.complaint_id,
            "version": self.version,
            "state": self.state,
            "round": self.round,
            "owner_id": self.owner_id,
            "handler_id": self.handler_id,
            "steps": self.done,
        }


async def load_case(tx: Transaction, complaint_id: UUID) -> Case:
    """The case with its present round. Raises NoSuchCaseError, StaleVersionError."""
    rows = await tx.fetch(_LOAD, {"complaint_id": complaint_id})
    if not rows:
        raise NoSuchCaseError
    must_be_current(tx, complaint_id)
    found = [*rows[0], tx.streams[str(complaint_id)]]
    case = Case(*found)
    case.state = State(case.state)
    return case


def must_be_current(tx: Transaction, complaint_id: UUID) -> None:
    """Raises StaleVersionError if the caller has seen another version than the one that is locked now."""
    seen = seen_version.get()
    if seen is not None and seen != tx.streams[str(complaint_id)].published:
        raise StaleVersionError


async def current_case(work: UnitOfWork, complaint_id: UUID) -> dict[str, Any] | None:
    """How the case stands at this moment: what a caller needs who acted on what is past."""
    rows = await work.fetch(_CURRENT, {"complaint_id": complaint_id})
    return dict(rows[0]) if rows else None


def save_work(tx: Transaction, case: Case, counts: Mapping[str, Any], talked: str | None = None) -> None:
    """Write the state and the work of the present round; `talked`: who had a contact with the customer (counted)."""
    work = {name: getattr(case, name) for name in _WORK}
    tx.write_with_events(_SAVE, work | dict(counts) | {"talked": talked})


class NotYoursError(Exception):
    """Only the owner and the handler may do this."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.owner_id, case.handler_id)
        self.owner_id, self.handler_id = case.owner_id, case.handler_id


def must_answer_for(case: Case, by: str) -> None:
    """Raises NotYoursError for anybody but owner and handler."""
    if by not in (case.owner_id, case.handler_id):
        raise NotYoursError(case)
