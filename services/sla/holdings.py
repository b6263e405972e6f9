"""Keeps which department had a complaint when, as routing tells it: owners, handlers, and parts asked of others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.routing import (
    HandlerAssigned,
    OwnerChanged,
    OwnerNamed,
    TaskAsked,
    TaskDone,
    TaskReleased,
)

from .watch_internal import watch_internal

# Whoever had it until now has it no more; from_holder: only if it was they.
_TAKE_OVER = Statement(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:holding_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:holder AS text[]),
            CAST(:department AS text[]), CAST(:since AS timestamptz[]), CAST(:answer_by AS timestamptz[]),
            CAST(:reason AS text[]), CAST(:from_holder AS text[]))
            AS v (holding_id, complaint_id, holder, department, since, answer_by, reason, from_holder)),
    ended AS (
        UPDATE holding SET until = greatest(given.since, holding.since) FROM given
        WHERE holding.complaint_id = given.complaint_id AND NOT is_part AND until IS NULL
            AND (from_holder IS NULL OR from_holder = holding.holder))
    INSERT INTO holding (holding_id, complaint_id, holder, department, since, answer_by, reason)
    SELECT holding_id, complaint_id, holder, department, since, answer_by, reason FROM given
    WHERE from_holder IS NULL OR EXISTS (SELECT 1 FROM holding AS last WHERE last.complaint_id = given.complaint_id
        AND NOT last.is_part AND last.until IS NULL AND last.holder = given.from_holder)
    """
)
_ASK = Statement(
    """
    INSERT INTO holding (holding_id, complaint_id, department, since, answer_by, is_part)
    SELECT *, true FROM unnest(CAST(:ids AS uuid[]), CAST(:complaints AS uuid[]), CAST(:departments AS text[]),
        CAST(:since AS timestamptz[]), CAST(:due AS timestamptz[]))
    ON CONFLICT (holding_id) DO NOTHING
    """
)
_END = Statement(
    """
    UPDATE holding SET until = greatest(v.at, holding.since)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:at AS timestamptz[])) AS v (id, at)
    WHERE holding_id = v.id AND until IS NULL
    """
)

Working: TypeAlias = OwnerNamed | OwnerChanged | HandlerAssigned


class Taken(NamedTuple):
    """Somebody works on a complaint from now on; from_holder: only in the place of that one."""

    holding_id: UUID
    complaint_id: UUID
    holder: str
    department: str
    since: datetime
    answer_by: datetime | None
    reason: str | None
    from_holder: str | None


def holding() -> Reactions:
    """What to keep on which event."""
    return {
        OwnerNamed: take_over,
        OwnerChanged: take_over,
        HandlerAssigned: take_over,
        TaskAsked: note_asked,
        TaskDone: note_delivered,
        TaskReleased: note_delivered,
    }


async def take_over(tx: Transaction, told: Sequence[Envelope[Working]]) -> None:
    """Somebody else works on it; an owner who changes takes it only from the one before, not from a handler."""
    taken = [_taken(envelope.event) for envelope in told]
    for_owners = [one for one, e in zip(taken, told, strict=True) if isinstance(e.event, HandlerAssigned)]
    await watch_internal(tx, [(one.holding_id, one.complaint_id, one.answer_by) for one in for_owners])
    columns = zip(Taken._fields, zip(*taken, strict=True), strict=True)
    await tx.fetch(_TAKE_OVER, dict(columns))


async def note_asked(tx: Transaction, asked: Sequence[Envelope[TaskAsked]]) -> None:
    """A department was asked for its part (FC-16)."""
    events = [envelope.event for envelope in asked]
    await tx.fetch(
        _ASK,
        {
            "ids": [event.task_id for event in events],
            "complaints": [event.complaint_id for event in events],
            "departments": [event.department for event in events],
            "since": [event.asked_at for event in events],
            "due": [event.due_at for event in events],
        },
    )


async def note_delivered(tx: Transaction, told: Sequence[Envelope[TaskDone | TaskReleased]]) -> None:
    """It delivered, or nobody waits for it any more."""
    events = [envelope.event for envelope in told]
    await tx.fetch(_END, {"ids": [event.task_id for event in events], "at": [_ended(e) for e in events]})


def _ended(event: TaskDone | TaskReleased) -> datetime:
    return event.done_at if isinstance(event, TaskDone) else event.released_at


def _taken(event: Working) -> Taken:
    facts: dict[str, Any] = {"holding_id": uuid7(), "complaint_id": event.complaint_id, "from_holder": None}
    facts |= {"department": event.department, "answer_by": None, "reason": None}
    if isinstance(event, HandlerAssigned):
        facts |= {"holder": event.handler_id, "since": event.assigned_at, "answer_by": event.answer_by}
        return Taken(**facts | {"reason": event.reason})
    if isinstance(event, OwnerChanged):
        facts |= {"holder": event.owner_id, "since": event.changed_at, "reason": event.reason}
        return Taken(**facts | {"from_holder": event.from_id})
    return Taken(**facts | {"holder": event.owner_id, "since": event.owned_at, "answer_by": event.answer_by})
