"""Knows how many open complaints everybody has on the desk, counted along with what changes it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork

from .least_loaded import Load

_READ = Statement(
    """
    SELECT staff_id, sum(open), max(last_given_at) FROM staff_load
    WHERE staff_id = ANY (CAST(:staff AS text[])) GROUP BY staff_id
    """
)


_OF_OWNER_AND_HANDLER = "SELECT owner_id, change UNION SELECT handler_id, change"


def counting(done: str, desks: str = _OF_OWNER_AND_HANDLER) -> Statement:
    """The SQL `done`, its changes of workload counted along in the rows of `:replica`; gives the complaints' ids.

    `done` returns complaint_id, owner_id, handler_id and `change`: how many complaints each of the two has more,
    once if it is one person. Other `desks` are rows (staff_id, change) made of what `done` returns.
    """
    return Statement(
        f"""
        WITH done AS ({done}),
        counted AS (
            INSERT INTO staff_load (staff_id, counted_by, open, last_given_at)
            SELECT desk.staff_id, CAST(:replica AS text), sum(desk.change),
                CASE WHEN sum(desk.change) > 0 THEN now() END
            FROM done CROSS JOIN LATERAL ({desks}) AS desk (staff_id, change)
            WHERE desk.change <> 0 GROUP BY desk.staff_id ORDER BY desk.staff_id
            ON CONFLICT (staff_id, counted_by) DO UPDATE SET open = staff_load.open + excluded.open,
                last_given_at = greatest(staff_load.last_given_at, excluded.last_given_at))
        SELECT complaint_id FROM done
        """  # noqa: S608 - both parts are constants beside their callers
    )


class Loads:
    """The workload of some staff while a batch is decided: what is given is counted at once."""

    def __init__(self, known: Mapping[str, Load], now: datetime) -> None:
        self.known = dict(known)
        self.now = now

    def give(self, staff_id: str) -> None:
        """Put one more complaint on this desk."""
        self.known[staff_id] = Load(self.known.get(staff_id, Load()).open + 1, self.now)


async def read_loads(source: Transaction | UnitOfWork, staff: Iterable[str]) -> dict[str, Load]:
    """The workload of those of `staff` who ever had any."""
    rows = await source.fetch(_READ, {"staff": list(staff)})
    return {staff_id: Load(open_, last) for staff_id, open_, last in rows}
