"""Keeps which calls reached the customer, as intake heard it from the telephone system (PAU-2)."""

from collections.abc import Sequence
from uuid import UUID

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import CustomerCalled

from .calls_in_vain import Call, calls_in_vain

_KEEP = Statement(
    """
    INSERT INTO customer_call (call_ref, complaint_id, called_at, reached)
    SELECT * FROM unnest(CAST(:calls AS uuid[]), CAST(:complaints AS uuid[]), CAST(:called AS timestamptz[]),
        CAST(:reached AS boolean[]))
    ON CONFLICT (call_ref) DO UPDATE SET reached = excluded.reached
    """
)
_CALLS = Statement(
    """
    SELECT called_at, reached, (SELECT max(since) FROM pause WHERE pause.complaint_id = :complaint_id) AS last_pause
    FROM customer_call WHERE customer_call.complaint_id = :complaint_id
    """
)


def calls() -> Reactions:
    """What to do on which event about calls."""
    return {CustomerCalled: keep_calls}


async def keep_calls(tx: Transaction, called: Sequence[Envelope[CustomerCalled]]) -> None:
    """Of a call that is told twice the last word holds."""
    events = list({envelope.event.call_ref: envelope.event for envelope in called}.values())
    values = {
        "calls": [event.call_ref for event in events],
        "complaints": [event.complaint_id for event in events],
        "called": [event.called_at for event in events],
        "reached": [event.reached for event in events],
    }
    await tx.fetch(_KEEP, values)


async def load_in_vain(tx: Transaction, complaint_id: UUID) -> list[Call]:
    """The calls in vain to this customer about this complaint that may show that we wait."""
    rows = await tx.fetch(_CALLS, {"complaint_id": complaint_id})
    last_pause = rows[0]["last_pause"] if rows else None
    return calls_in_vain([Call(row["called_at"], row["reached"]) for row in rows], last_pause)
