"""Writes how many complaints go on: their rows and their history together, one statement per batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import EscalationLevel, PromiseKind

from .next_status import NEXT_STATUS


class Note(NamedTuple):
    """One line of a complaint's history; what it says beside `what` is the `detail` of what was told."""

    complaint_id: UUID
    publisher: str
    sequence: int
    at: datetime
    what: str


class Told(NamedTuple):
    """What one event says about its complaint.

    detail: a word more for the history; facts: columns of the complaint, None if the event is only noted;
    happened: may move the status.
    """

    detail: str | None = None
    facts: Mapping[str, Any] | None = None
    happened: str | None = None


class PromiseState(NamedTuple):
    """How a promise stands now."""

    promise_id: UUID
    state: str


class MovedPromise(NamedTuple):
    """A promise has another due time now, and counts."""

    promise_id: UUID
    new_due_at: datetime


class StoppedPromises(NamedTuple):
    """The open promises of a kind about the complaint `about` do not count now."""

    about: UUID
    kind: PromiseKind


class NewPromise(NamedTuple):
    """A promise about the complaint `about`."""

    promise_id: UUID
    about: UUID
    kind: PromiseKind
    round: int
    due_at: datetime


_NOTES = """
    CAST(:complaint_id AS uuid[]), CAST(:publisher AS text[]), CAST(:sequence AS integer[]),
    CAST(:at AS timestamptz[]), CAST(:what AS text[]), CAST(:detail AS text[])
"""
_NOTE = "complaint_id, publisher, sequence, at, what, detail"

_GO_ON = Statement(
    f"""
    WITH told AS (
        SELECT * FROM unnest({_NOTES}, CAST(:happened AS text[]), CAST(:facts AS jsonb[]))
            AS told ({_NOTE}, happened, facts)
    ), noted AS (
        INSERT INTO history ({_NOTE}) SELECT {_NOTE} FROM told
    )
    UPDATE complaint SET (status, escalation_level, acknowledged_at, owner_id, owner_name, department,
                          handler_name, round, resolved_at, closed_at, satisfied, score, offer_decision,
                          waits_for, waits_until, rejection_reason, appeal_until, charge_frozen, urgency,
                          next_news_at) = (
        SELECT coalesce(CAST(:next_status AS jsonb) -> told.happened ->> complaint.status, complaint.status),
               CASE WHEN array_position(CAST(:ladder AS text[]), complaint.escalation_level)
                       > array_position(CAST(:ladder AS text[]), said.escalation_level)
                    THEN complaint.escalation_level ELSE said.escalation_level END,
               said.acknowledged_at, said.owner_id, said.owner_name, said.department, said.handler_name,
               said.round, coalesce(said.resolved_at, said.closed_at), said.closed_at, said.satisfied, said.score,
               said.offer_decision, said.waits_for, said.waits_until, said.rejection_reason, said.appeal_until,
               said.charge_frozen, said.urgency, said.next_news_at
        FROM jsonb_populate_record(complaint, told.facts) AS said
    )
    FROM told WHERE complaint.complaint_id = told.complaint_id AND told.facts IS NOT NULL
    """  # noqa: S608 - names of our own columns
)
"""A fact that is told replaces the column of its name; all others stay, and of two rungs the higher one.

What is closed is resolved too: by a denied appeal, which had opened it, at that moment.
"""

_ADD_PROMISES = Statement(
    f"""
    WITH noted AS (INSERT INTO history ({_NOTE}) SELECT * FROM unnest({_NOTES}))
    INSERT INTO promise (promise_id, complaint_id, kind, round, due_at, state)
    SELECT made.*, 'MADE'
    FROM unnest(CAST(:promise_id AS uuid[]), CAST(:about AS uuid[]), CAST(:kind AS text[]),
                CAST(:round AS integer[]), CAST(:due_at AS timestamptz[])) AS made
    """  # noqa: S608 - names of our own columns
)
_SET_STATES = Statement(
    f"""
    WITH noted AS (INSERT INTO history ({_NOTE}) SELECT * FROM unnest({_NOTES}))
    UPDATE promise SET state = given.state
    FROM unnest(CAST(:promise_id AS uuid[]), CAST(:state AS text[])) AS given (promise_id, state)
    WHERE promise.promise_id = given.promise_id
    """  # noqa: S608 - names of our own columns
)
_MOVE = Statement(
    f"""
    WITH noted AS (INSERT INTO history ({_NOTE}) SELECT * FROM unnest({_NOTES}))
    UPDATE promise SET due_at = moved.due_at, paused = false,
        was_due_at = CASE WHEN moved.due_at = promise.due_at THEN was_due_at ELSE promise.due_at END
    FROM unnest(CAST(:promise_id AS uuid[]), CAST(:new_due_at AS timestamptz[])) AS moved (promise_id, due_at)
    WHERE promise.promise_id = moved.promise_id
    """  # noqa: S608 - names of our own columns
)
_PAUSE = Statement(
    f"""
    WITH noted AS (INSERT INTO history ({_NOTE}) SELECT * FROM unnest({_NOTES}))
    UPDATE promise SET paused = true
    FROM unnest(CAST(:about AS uuid[]), CAST(:kind AS text[])) AS stopped (complaint_id, kind)
    WHERE promise.complaint_id = stopped.complaint_id AND promise.kind = stopped.kind
      AND state NOT IN ('KEPT', 'KEPT_LATE')
    """  # noqa: S608 - names of our own columns
)
_RULES = {"next_status": NEXT_STATUS, "ladder": list(EscalationLevel)}


async def save_progress(tx: Transaction, notes: Sequence[Note], told: Sequence[Told]) -> None:
    """Move the complaints as they were told to, and write the history: one note for each."""
    await tx.fetch(_GO_ON, _columns(notes) | _columns(told) | _RULES)


async def add_promises(
    tx: Transaction, notes: Sequence[Note], details: Sequence[str | None], promises: Sequence[NewPromise]
) -> None:
    """Store new promises and write the history: one note with its detail per occasion."""
    await tx.fetch(_ADD_PROMISES, _columns(notes) | _columns(promises) | {"detail": details})


async def save_states(
    tx: Transaction, notes: Sequence[Note], details: Sequence[str | None], states: Sequence[PromiseState]
) -> None:
    """Set how promises stand, and write the history: one note with its detail per occasion."""
    await tx.fetch(_SET_STATES, _columns(notes) | _columns(states) | {"detail": details})


async def move_promises(
    tx: Transaction, notes: Sequence[Note], details: Sequence[str], moved: Sequence[MovedPromise]
) -> None:
    """Set new due times, and write the history: one note with its detail per occasion, which may move several."""
    await tx.fetch(_MOVE, _columns(notes) | _columns(moved, MovedPromise) | {"detail": details})


async def pause_promises(
    tx: Transaction, notes: Sequence[Note], details: Sequence[str], stopped: Sequence[StoppedPromises]
) -> None:
    """Note that promises do not count now, and write the history: one note with its detail per pause."""
    await tx.fetch(_PAUSE, _columns(notes) | _columns(stopped, StoppedPromises) | {"detail": details})


_Row = Note | Told | PromiseState | NewPromise | MovedPromise | StoppedPromises


def _columns(rows: Sequence[_Row], kind: type[_Row] | None = None) -> dict[str, Any]:
    """The rows as arrays by column; `kind` where there may be none."""
    if not rows:
        assert kind is not None
        return {name: [] for name in kind._fields}
    return dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True))
