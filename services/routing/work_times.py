"""What work on a complaint took: looking into it, talking, waiting and calling in vain are counted apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork

from .call_slots import Attempt, Slot, propose_slots
from .case import NoSuchCaseError, load_case, must_answer_for
from .desk import Desk

_CALL = Statement(
    """
    INSERT INTO call_attempt (call_id, complaint_id, customer_id, by, at, reached, talk_minutes)
    SELECT :call_id, complaint_id, customer_id, CAST(:by AS text), CAST(:at AS timestamptz), CAST(:reached AS boolean),
        CAST(:minutes AS int)
    FROM complaint WHERE complaint_id = :complaint_id
    """
)
_INVESTIGATION = Statement(
    """
    INSERT INTO investigation (investigation_id, complaint_id, by, noted_at, minutes, note)
    VALUES (:investigation_id, :complaint_id, :by, now(), :minutes, :note)
    """
)
_TIMES = Statement(
    """
    SELECT
        coalesce((SELECT sum(minutes) FROM investigation i WHERE i.complaint_id = c.complaint_id), 0)::int
            AS investigation_minutes,
        coalesce((SELECT sum(talk_minutes) FROM call_attempt a WHERE a.complaint_id = c.complaint_id), 0)::int
            AS talk_minutes,
        coalesce((SELECT extract(epoch FROM sum(coalesce(ended_at, now()) - begun_at)) / 60 FROM waiting w
            WHERE w.complaint_id = c.complaint_id), 0)::int AS waiting_minutes,
        (SELECT count(*) FROM call_attempt a WHERE a.complaint_id = c.complaint_id)::int AS call_attempts,
        (SELECT count(*) FROM call_attempt a WHERE a.complaint_id = c.complaint_id AND reached)::int AS calls_answered,
        coalesce((SELECT jsonb_agg(jsonb_build_object('at', at, 'by', by, 'reached', reached, 'talk_minutes', talk_minutes)
            ORDER BY at) FROM call_attempt a WHERE a.complaint_id = c.complaint_id), '[]') AS calls
    FROM complaint c WHERE complaint_id = :complaint_id
    """
)
_ATTEMPTS = Statement(
    """
    SELECT attempt.at, attempt.reached, now() AS now FROM complaint c LEFT JOIN LATERAL (
        SELECT at, reached FROM call_attempt a
        WHERE a.customer_id = c.customer_id OR a.complaint_id = c.complaint_id ORDER BY at DESC LIMIT 200
    ) AS attempt ON true
    WHERE c.complaint_id = :complaint_id
    """
)


async def note_call(
    work: UnitOfWork, complaint_id: UUID, *, by: str, at: datetime | None, reached: bool, minutes: int
) -> dict[str, Any]:
    """A call was tried; minutes of talk if it was answered. Raises NoSuchCaseError, NotYoursError."""
    async with work.begin(str(complaint_id)) as tx:
        must_answer_for(await load_case(tx, complaint_id), by)
        values = {"call_id": uuid7(), "complaint_id": complaint_id, "by": by, "reached": reached}
        await tx.fetch(_CALL, values | {"at": min(at or tx.now, tx.now), "minutes": minutes})
    return await times(work, complaint_id)


async def note_investigation(
    work: UnitOfWork, complaint_id: UUID, *, by: str, minutes: int, note: str | None
) -> dict[str, Any]:
    """Somebody has looked into it for so many minutes. Raises NoSuchCaseError, NotYoursError."""
    async with work.begin(str(complaint_id)) as tx:
        must_answer_for(await load_case(tx, complaint_id), by)
        values = {"investigation_id": uuid7(), "complaint_id": complaint_id, "by": by}
        await tx.fetch(_INVESTIGATION, values | {"minutes": minutes, "note": note})
    return await times(work, complaint_id)


async def times(work: UnitOfWork, complaint_id: UUID) -> dict[str, Any]:
    """All of it, each apart. Raises NoSuchCaseError."""
    rows = await work.fetch(_TIMES, {"complaint_id": complaint_id})
    if not rows:
        raise NoSuchCaseError
    return dict(rows[0])


async def slots(work: UnitOfWork, desk: Desk, complaint_id: UUID) -> Sequence[Slot]:
    """When to call this customer, by all calls that were tried before. Raises NoSuchCaseError."""
    rows = await work.fetch(_ATTEMPTS, {"complaint_id": complaint_id})
    if not rows:
        raise NoSuchCaseError
    attempts = [Attempt(row["at"], row["reached"]) for row in rows if row["at"] is not None]
    return propose_slots(rows[0]["now"], attempts, desk.policy.calls)
