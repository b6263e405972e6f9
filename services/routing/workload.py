"""Knows how many open complaints everybody has on the desk, counted along with what changes it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from .least_loaded import Load

_READ = text(
    """
    SELECT staff_id, sum(open), max(last_given_at) FROM staff_load
    WHERE staff_id = ANY (CAST(:staff AS text[])) GROUP BY staff_id
    """
)
_CHANGE = text(
    """
    INSERT INTO staff_load (staff_id, counted_by, open, last_given_at)
    SELECT staff_id, :replica, change, CASE WHEN change > 0 THEN CAST(:now AS timestamptz) END
    FROM unnest(CAST(:staff AS text[]), CAST(:changes AS int[])) AS row (staff_id, change)
    ORDER BY staff_id
    ON CONFLICT (staff_id, counted_by) DO UPDATE SET open = staff_load.open + excluded.open,
        last_given_at = greatest(staff_load.last_given_at, excluded.last_given_at)
    """
)


class Loads:
    """The workload of some staff while a batch is decided: what is given is counted at once."""

    def __init__(self, known: Mapping[str, Load], now: datetime) -> None:
        self.known = dict(known)
        self.changes: dict[str, int] = defaultdict(int)
        self.now = now

    def give(self, staff_id: str) -> None:
        """Put one more complaint on this desk."""
        self.changes[staff_id] += 1
        self.known[staff_id] = Load(self.known.get(staff_id, Load()).open + 1, self.now)

    def take(self, staff_id: str) -> None:
        """Take one complaint from this desk."""
        self.changes[staff_id] -= 1


async def read_loads(connection: AsyncConnection, staff: Iterable[str]) -> dict[str, Load]:
    """The workload of those of `staff` who ever had any."""
    rows = await connection.execute(_READ, {"staff": list(staff)})
    return {staff_id: Load(open_, last) for staff_id, open_, last in rows}


async def save_changes(connection: AsyncConnection, loads: Loads, replica: str) -> None:
    """Write what was given and taken, in one statement and in the order of ids."""
    changes = {staff_id: change for staff_id, change in sorted(loads.changes.items()) if change}
    if changes:
        await connection.execute(
            _CHANGE,
            {
                "replica": replica,
                "now": loads.now,
                "staff": list(changes),
                "changes": list(changes.values()),
            },
        )
