"""One complaint while staff work on it: read with its present round, written back in one statement."""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from shared.bus.statement import Statement
from shared.bus.unit_of_work import LateWrites, Stream, Transaction, UnitOfWork
from shared.events.vocabulary import HandlingStep

from .next_state import State
from .workload import ADD_TO_DESK

_LOAD = Statement(
    """
    SELECT c.complaint_id, c.state, c.round, c.owner_id, c.handler_id, c.handler_reason,
        coalesce(w.steps, '[]'), w.proposal, w.proposed_by, w.proposed_at,
        w.resolution, w.resolution_reason, w.resolved_by, w.resolved_at,
        c.case_type, c.category, c.severity, c.hops, c.accused_staff, c.due_at, c.lead_department,
        c.charge_frozen, c.repeat_of, c.repeat_reason, c.department,
        (SELECT count(*) FROM task WHERE task.complaint_id = c.complaint_id AND task.state IN ('OPEN', 'REFUSED'))
    FROM complaint c LEFT JOIN work_round w ON w.complaint_id = c.complaint_id AND w.round = c.round
    WHERE c.complaint_id = ANY (CAST(:complaints AS uuid[]))
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
_TALKS = "proposal, proposed_by, proposed_at, resolution, resolution_reason, resolved_by, resolved_at"
_SAVE = LateWrites(
    f"""
    work AS (
        SELECT complaint_id, state, round, CAST(steps AS jsonb) AS steps, {_TALKS}
        FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:state AS text[]), CAST(:round AS integer[]),
            CAST(:steps AS text[]), CAST(:proposal AS text[]), CAST(:proposed_by AS text[]),
            CAST(:proposed_at AS timestamptz[]), CAST(:resolution AS text[]), CAST(:resolution_reason AS text[]),
            CAST(:resolved_by AS text[]), CAST(:resolved_at AS timestamptz[]))
        AS work (complaint_id, state, round, steps, {_TALKS})),
    moved AS (
        UPDATE complaint SET state = work.state FROM work
        WHERE complaint.complaint_id = work.complaint_id AND complaint.state <> work.state),
    talked AS (
        INSERT INTO staff_load (staff_id, counted_by, open, day, customers, contacts)
        SELECT staff_id, CAST(:replica AS text), 0, CAST(:today AS date), 0, count(*)
        FROM unnest(CAST(:talked AS text[])) AS one (staff_id) GROUP BY staff_id ORDER BY staff_id
        ON CONFLICT (staff_id, counted_by) DO UPDATE SET {ADD_TO_DESK}),
    worked AS (
        INSERT INTO work_round (complaint_id, round, steps, {_TALKS}, policy_version)
        SELECT complaint_id, round, steps, {_TALKS}, CAST(:policy_version AS text) FROM work
        ON CONFLICT (complaint_id, round) DO UPDATE SET steps = excluded.steps, policy_version = excluded.policy_version,
            proposal = excluded.proposal, proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at,
            resolution = excluded.resolution, resolution_reason = excluded.resolution_reason,
            resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at)
    """  # noqa: S608 - a constant of ours
)
_WORK = ("complaint_id", "state", "round", *_TALKS.split(", "))


seen_version: ContextVar[int | None] = ContextVar("seen_version", default=None)
"""The version of the case that the caller of the present command has seen, if they said so."""


class NoSuchCaseError(Exception):
    """Routing knows no complaint of this id."""


class StaleVersionError(Exception):
    """The case has changed since the caller saw it."""


@dataclass(slots=True)
class Case:
    """A complaint and the work of its present round. `steps` are {step, by, taken_at} in the order taken; `department` is
    the one that answers for it.

    worked: the state or the work of the round has changed and is to be saved; talked: who had a contact with the
    customer, once for each contact, to be counted.
    """

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
    department: str
    open_tasks: int
    stream: Stream
    worked: bool = False
    talked: list[str] = field(default_factory=list)

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


async def load_cases(tx: Transaction, complaints: Iterable[UUID]) -> dict[UUID, Case]:
    """The cases of these ids that there are, with their present rounds."""
    rows = await tx.fetch(_LOAD, {"complaints": list(complaints)})
    cases = []
    for row in rows:
        found = [*row, tx.streams[str(row[0])]]
        cases.append(Case(*found))
    for case in cases:
        case.state = State(case.state)
    return {case.complaint_id: case for case in cases}


async def load_case(tx: Transaction, complaint_id: UUID) -> Case:
    """The case with its present round. Raises NoSuchCaseError, StaleVersionError."""
    cases = await load_cases(tx, [complaint_id])
    if not cases:
        raise NoSuchCaseError
    must_be_current(tx, complaint_id, seen_version.get())
    return cases[complaint_id]


def must_be_current(tx: Transaction, complaint_id: UUID, seen: int | None) -> None:
    """Raises StaleVersionError if the caller has seen another version than the one that is locked now."""
    if seen is not None and seen != tx.streams[str(complaint_id)].published:
        raise StaleVersionError


async def current_case(work: UnitOfWork, complaint_id: UUID) -> dict[str, Any] | None:
    """How the case stands at this moment: what a caller needs who acted on what is past."""
    rows = await work.fetch(_CURRENT, {"complaint_id": complaint_id})
    return dict(rows[0]) if rows else None


async def save_work(
    tx: Transaction, cases: Iterable[Case], counts: Mapping[str, Any], policy_version: str
) -> None:
    """Write the state and the work of the present round of those cases that were worked on."""
    worked = [case for case in cases if case.worked]
    if worked:
        work = {name: [getattr(case, name) for case in worked] for name in _WORK}
        work["steps"] = [
            to_json(case.steps).decode() for case in worked
        ]  # the driver takes lists for dimensions
        talked = [staff_id for case in worked for staff_id in case.talked]
        await tx.write_late(_SAVE, work | dict(counts) | {"talked": talked, "policy_version": policy_version})


class NotYoursError(Exception):
    """Only the owner and the handler may do this."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.owner_id, case.handler_id)
        self.owner_id, self.handler_id = case.owner_id, case.handler_id


def must_answer_for(case: Case, by: str) -> None:
    """Raises NotYoursError for anybody but owner and handler."""
    if by not in (case.owner_id, case.handler_id):
        raise NotYoursError(case)
