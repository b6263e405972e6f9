"""Tells what intake itself did about complaints, and notes each in the complaint's history under the event's name."""

from collections.abc import Sequence
from typing import TypeAlias

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.intake import (
    CustomerCalled,
    DutyDone,
    DutyOverdue,
    GradeRaised,
    ServiceFreezeAsked,
    SuggestionDecided,
)

Told: TypeAlias = (
    CustomerCalled | DutyDone | DutyOverdue | GradeRaised | ServiceFreezeAsked | SuggestionDecided
)

_NOTE = Statement(
    """
    INSERT INTO history (complaint_id, publisher, sequence, at, what, detail)
    SELECT complaint_id, 'intake', sequence, now(), what, detail
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:sequences AS integer[]), CAST(:whats AS text[]),
                CAST(:details AS text[])) AS told (complaint_id, sequence, what, detail)
    """
)


async def tell_and_note(tx: Transaction, events: Sequence[Told], details: Sequence[str]) -> None:
    """Publish each event and note it with its detail; the complaints are locked."""
    if not events:
        return
    values = {
        "complaints": [event.complaint_id for event in events],
        "sequences": [tx.publish(event).sequence for event in events],
        "whats": [event.type.split(".")[2] for event in events],
        "details": list(details),
    }
    await tx.fetch(_NOTE, values)
