"""Counts every open promise again in calendars that are not in force, and changes nothing (CAL-6)."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork

from .calendar_moves import Moves, Shift
from .count_time import count, from_data
from .policy import SlaPolicy
from .promises import paused
from .read_calendar import trusted
from .working_time import WorkingTime

PAGE = 1000
"""So many promises are counted without a break; other requests are served in between."""

_NOW = Statement("SELECT now()")
_OPEN = Statement(
    """
    SELECT promise_id, complaint_id, kind, starts_at, due_at, provisional, pauses, calendar, calendar_version,
        counted_by
    FROM promise WHERE settled_at IS NULL AND calendar = ANY (CAST(:names AS text[])) AND promise_id > :after
    ORDER BY promise_id LIMIT :limit
    """
)


async def dry_run(
    work: UnitOfWork, documents: Mapping[str, Mapping[str, Any]], policy: SlaPolicy
) -> dict[str, Any]:
    """What would move if these calendars, as they count, were in force."""
    working = {
        name: WorkingTime(trusted(document), policy.rest.search_days) for name, document in documents.items()
    }
    [(now,)] = await work.fetch(_NOW, {})
    moves, after = Moves(policy.notable_move, now), UUID(int=0)
    while True:
        rows = await work.fetch(_OPEN, {"names": list(working), "after": after, "limit": PAGE})
        for shift in _shifts(rows, working):
            moves.add(shift)
        if len(rows) < PAGE:
            return moves.told()
        after = rows[-1]["promise_id"]
        await asyncio.sleep(0)


def _shifts(rows: Iterable[Mapping[str, Any]], working: Mapping[str, WorkingTime]) -> Iterable[Shift]:
    for row in rows:
        counting = from_data(row["calendar"], row["calendar_version"], row["counted_by"])
        due = count(row["starts_at"], counting, working[row["calendar"]], paused(row["pauses"]))
        yield Shift(
            row["promise_id"],
            row["complaint_id"],
            row["kind"],
            row["due_at"],
            due.at,
            row["provisional"],
            due.provisional,
        )
