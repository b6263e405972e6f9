"""Knows what is on everybody's desk, counted along with what changes it, and who is there to be given more."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from shared.bus.statement import Statement
from shared.bus.unit_of_work import LateWrites, Transaction, UnitOfWork

from .assign_member import Load
from .at_work import Presence, Report

_READ = Statement(
    """
    SELECT staff_id, coalesce(desk.open, 0), desk.last_given_at, coalesce(desk.customers, 0),
        coalesce(desk.contacts, 0), presence.presence, presence.expires_at, presence.since,
        presence.rests_until
    FROM (
        SELECT staff_id, sum(open) AS open, max(last_given_at) AS last_given_at,
            sum(customers) FILTER (WHERE day = :today) AS customers,
            sum(contacts) FILTER (WHERE day = :today) AS contacts
        FROM staff_load WHERE staff_id = ANY (CAST(:staff AS text[])) GROUP BY staff_id
    ) AS desk
    FULL JOIN (SELECT * FROM presence WHERE staff_id = ANY (CAST(:staff AS text[]))) AS presence USING (staff_id)
    """
)


_OF_OWNER_AND_HANDLER = "SELECT owner_id, change UNION SELECT handler_id, change"
ADD_TO_DESK = """
    open = staff_load.open + excluded.open,
    last_given_at = greatest(staff_load.last_given_at, excluded.last_given_at),
    customers = CASE WHEN staff_load.day = excluded.day THEN staff_load.customers ELSE 0 END + excluded.customers,
    contacts = CASE WHEN staff_load.day = excluded.day THEN staff_load.contacts ELSE 0 END + excluded.contacts,
    day = excluded.day
"""
"""How a row of staff_load takes up another one; the two counts of a day begin anew with the day."""


def counting(
    done: str, desks: str = _OF_OWNER_AND_HANDLER, beside: str = "", gives: str = "complaint_id"
) -> Statement:
    """The SQL `done`, its changes of workload counted along in the rows of `:replica`; `gives` columns of what it returns.

    `done` returns complaint_id, owner_id, handler_id and `change`: how many complaints each of the two has more,
    once if it is one person. Other `desks` are rows (staff_id, change) made of what `done` returns. `beside` is
    written along.
    """
    return Statement(f"WITH {_counted(done, desks, beside)} SELECT {gives} FROM done")  # noqa: S608 - constants


def counting_late(done: str, beside: str) -> LateWrites:
    """The same, to be written with the events: nobody asks what it returns."""
    return LateWrites(_counted(done, _OF_OWNER_AND_HANDLER, beside))


def _counted(done: str, desks: str, beside: str) -> str:
    return f"""
        done AS ({done}),
        counted AS (
            INSERT INTO staff_load (staff_id, counted_by, open, last_given_at, day, customers, contacts)
            SELECT desk.staff_id, CAST(:replica AS text), sum(desk.change),
                CASE WHEN sum(desk.change) > 0 THEN now() END, CAST(:today AS date),
                count(*) FILTER (WHERE desk.change > 0), count(*) FILTER (WHERE desk.change > 0)
            FROM done CROSS JOIN LATERAL ({desks}) AS desk (staff_id, change)
            WHERE desk.change <> 0 GROUP BY desk.staff_id ORDER BY desk.staff_id
            ON CONFLICT (staff_id, counted_by) DO UPDATE SET {ADD_TO_DESK})
        {f", beside AS ({beside})" if beside else ""}
        """  # noqa: S608 - the parts are constants beside their callers


class Loads:
    """The workload of some staff while a batch is decided: what is given is counted at once."""

    def __init__(self, known: Mapping[str, Load], now: datetime) -> None:
        self.known = dict(known)
        self.now = now

    def give(self, staff_id: str) -> None:
        """Put one more complaint on this desk."""
        before = self.known.get(staff_id, Load())
        self.known[staff_id] = before._replace(
            open=before.open + 1,
            last_given_at=self.now,
            customers=before.customers + 1,
            contacts=before.contacts + 1,
        )

    def rest(self, staff_id: str, until: datetime) -> None:
        """Nothing is assigned to this person until then."""
        self.known[staff_id] = self.known.get(staff_id, Load())._replace(rests_until=until)


async def read_loads(source: Transaction | UnitOfWork, staff: Iterable[str], today: date) -> dict[str, Load]:
    """The workload and presence of those of `staff` of whom there is any."""
    rows = await source.fetch(_READ, {"staff": list(staff), "today": today})
    return {
        staff_id: Load(
            open_,
            last,
            customers,
            contacts,
            Report(Presence(presence), expires_at, since) if presence is not None else None,
            rests_until,
        )
        for staff_id, open_, last, customers, contacts, presence, expires_at, since, rests_until in rows
    }
