"""Keeps and tells what becomes of suggestions, and lists those whose senders have heard nothing yet."""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.intake import SuggestionDecided
from shared.events.vocabulary import ComplaintKind, SuggestionOutcome
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import read_page

from .tell_and_note import tell_and_note

_KIND = Statement("SELECT customer_id, kind FROM complaint WHERE complaint_id = :complaint")
_UNDECIDED = Statement(
    """
    SELECT complaint_id, receipt_number, received_at, status, owner_name FROM complaint
    WHERE complaint_id > :after AND kind = 'SUGGESTION'
      AND NOT EXISTS (SELECT FROM history WHERE history.complaint_id = complaint.complaint_id
                      AND what = 'suggestion_decided')
    ORDER BY complaint_id LIMIT :limit
    """
)


async def decide_suggestion(
    work: UnitOfWork, complaint_id: UUID, outcome: SuggestionOutcome, by: str
) -> None:
    """Keep the outcome; the last one holds. Raises NotFoundError, ConflictError."""
    async with work.begin(str(complaint_id)) as tx:
        found = await tx.fetch(_KIND, {"complaint": complaint_id})
        if not found:
            raise NotFoundError("this complaint is not known", "没有这个投诉")
        customer_id, kind = found[0]
        if kind != ComplaintKind.SUGGESTION:
            raise ConflictError("this is no suggestion", "这不是建议")
        event = SuggestionDecided(
            complaint_id=complaint_id, customer_id=customer_id, outcome=outcome, by=by, decided_at=tx.now
        )
        await tell_and_note(tx, [event], [outcome])


async def list_undecided(work: UnitOfWork, after: UUID | None, limit: int) -> dict[str, Any]:
    """A page of suggestions without an outcome so far, whatever their state."""
    return await read_page(work, _UNDECIDED, "complaint_id", after, limit)
