"""Watches until when other departments answer a complaint's owner, and tells once of an answer that is late (FC-14)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.routing import AnswerHeld, SolutionProposed
from shared.events.sla import InternalPromiseBroken
from shared.runtime.timers import Timer, TimerHandler, arm

from .calendar_store import Timekeeper
from .internal_promises import Agreement, answer_due, is_promised
from .policy import SlaPolicy

INTERNAL = "internal"
SOONEST = timedelta(minutes=1)

# Still theirs, not answered, and the customer still waits for the result.
_OWED = Statement(
    """
    SELECT h.holding_id, h.complaint_id, h.holder, h.department, h.since, h.answer_by, c.owner_department, (
        SELECT coalesce(sum(coalesce(p.until, now()) - greatest(p.since, h.since)), interval '0') FROM pause p
        WHERE p.complaint_id = h.complaint_id AND coalesce(p.until, now()) > h.since
            AND p.reason = ANY (CAST(:stopped_by AS text[]))) AS stopped
    FROM holding h JOIN complaint c USING (complaint_id)
    WHERE h.holding_id = ANY (CAST(:ids AS uuid[])) AND h.until IS NULL AND h.answered_at IS NULL
        AND h.broken_at IS NULL AND EXISTS (SELECT 1 FROM promise WHERE promise.complaint_id = h.complaint_id
            AND kind = 'SOLVE' AND kept_at IS NULL AND settled_at IS NULL)
    """
)
_BROKEN = Statement(
    """
    UPDATE holding SET broken_at = now(), policy_version = :policy_version
    WHERE holding_id = ANY (CAST(:ids AS uuid[]))
    """
)
_ANSWERED = Statement(
    """
    UPDATE holding SET answered_at = v.at
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:at AS timestamptz[])) AS v (id, at)
    WHERE complaint_id = v.id AND NOT is_part AND until IS NULL AND answered_at IS NULL
        AND answer_by IS NOT NULL
    """
)


async def watch_internal(tx: Transaction, taken: Sequence[tuple[UUID, UUID, datetime | None]]) -> None:
    """Look at what handlers took on (holding, complaint, answer due) when they should have answered."""
    await arm(tx, [Timer(id_, INTERNAL, str(subject), due) for id_, subject, due in taken if due is not None])


def answering() -> Reactions:
    """What counts as an answer: a text for the customer that waits for the owner, or a solution that is proposed."""
    return {AnswerHeld: note_answered, SolutionProposed: note_answered}


async def note_answered(
    tx: Transaction, told: Sequence[Envelope[AnswerHeld] | Envelope[SolutionProposed]]
) -> None:
    """Whoever works on it has answered inside the house."""
    events = [envelope.event for envelope in told]
    at = [event.held_at if isinstance(event, AnswerHeld) else event.proposed_at for event in events]
    await tx.fetch(_ANSWERED, {"complaints": [event.complaint_id for event in events], "at": at})


def internal_timers(policy: SlaPolicy, _keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when an answer inside the house is due."""
    return {INTERNAL: partial(break_internal, policy)}


async def break_internal(policy: SlaPolicy, tx: Transaction, due: Sequence[Timer]) -> list[Timer]:
    """Tell of what is late, once; what pauses have moved waits for its new time."""
    values = {"ids": [timer.id for timer in due], "stopped_by": list(policy.internal.stopped_by)}
    rows = {row["holding_id"]: row for row in await tx.fetch(_OWED, values)}
    again, broken = [], []
    for timer in due:
        row = rows.get(timer.id)
        if row is None or not is_promised(agreement := _agreement(row), policy.internal):
            continue
        until = answer_due(agreement)
        if row["stopped"] and until > tx.now:
            again.append(timer._replace(due_at=max(until, tx.now + SOONEST)))
            continue
        broken.append(timer.id)
        tx.publish(
            InternalPromiseBroken(
                complaint_id=row["complaint_id"],
                holding_id=row["holding_id"],
                department=row["department"],
                handler_id=row["holder"],
                since=row["since"],
                due_at=until,
                broken_at=tx.now,
                told=policy.internal.told,
                policy_version=policy.version,
            )
        )
    if broken:
        await tx.fetch(_BROKEN, {"ids": broken, "policy_version": policy.version})
    return again


def _agreement(row: Any) -> Agreement:
    return Agreement(row["owner_department"], row["department"], row["answer_by"], row["stopped"])
