"""Goes through the open promises of a calendar that has changed, page by page, until all are counted again (CAL-6).

How far it has come lies in the database and moves on with each page, in one transaction with what the page changed:
whatever stops goes on there, in any replica. One timer drives it, so one replica at a time is at it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid5

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.runtime.timers import Timer, TimerHandler, arm

from .calendar_store import LOCK, Timekeeper
from .policy import SlaPolicy
from .recompute import RECOMPUTE, count_again

RECOUNT = "recount"
PAGE = 1000
LAST_LOOK = timedelta(minutes=2)
"""So long after a change all are looked at again: by then whoever still made promises in the former version is done."""

_OUR_TIMER = UUID("6b0a3a5e-0c1e-4a52-9a3c-5d0f3b7e9d10")
_BEGINNING = UUID(int=0)
# Whether a promise is behind is asked after the page is cut out, so that a page is short to read wherever it lies.
_PAGE = Statement(
    """
    SELECT promise_id, complaint_id, calendar_version < :version AS behind FROM promise
    WHERE calendar = :calendar AND settled_at IS NULL AND promise_id > :through ORDER BY promise_id LIMIT :limit
    """
)
_ORDER = Statement(
    """
    WITH changed AS (SELECT * FROM unnest(CAST(:names AS text[]), CAST(:versions AS int[])) AS c (name, version)),
    ordered AS (
        INSERT INTO recount (calendar, version, through, ordered_at, goes_on_at, is_last_look)
        SELECT name, version, :beginning, now(), now(), false FROM changed
        ON CONFLICT (calendar) DO UPDATE SET version = excluded.version, through = excluded.through,
            ordered_at = now(), goes_on_at = now(), is_last_look = false)
    SELECT count(*) FROM promise JOIN changed ON calendar = name
    WHERE settled_at IS NULL AND calendar IS NOT NULL
    """
)
_UNFINISHED = Statement(
    """
    SELECT calendar, version, through, ordered_at, goes_on_at, is_last_look FROM recount
    ORDER BY goes_on_at, calendar
    """
)
_NOTE = Statement(
    """
    UPDATE recount SET through = :through, goes_on_at = :goes_on_at, is_last_look = :is_last_look
    WHERE calendar = :calendar
    """
)
_END = Statement("DELETE FROM recount WHERE calendar = :calendar")


class Unfinished(NamedTuple):
    """A calendar of whose open promises those up to `through` are done; at the last look for the second time."""

    calendar: str
    version: int
    through: UUID
    ordered_at: datetime
    goes_on_at: datetime
    is_last_look: bool


async def order_recount(tx: Transaction, versions: Mapping[str, int]) -> int:
    """Have every open promise that counts in these calendars looked at again; returns how many. Calendars are locked."""
    values = {"names": list(versions), "versions": list(versions.values()), "beginning": _BEGINNING}
    [(promises,)] = await tx.fetch(_ORDER, values)
    await arm(tx, [Timer(_OUR_TIMER, RECOUNT, LOCK, tx.now)])
    return int(promises)


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when it goes on."""
    return {RECOUNT: partial(recount, policy, keeper)}


async def recount(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> list[Timer]:
    """Count the next page of the calendar that waits longest, and go on with whatever is left then."""
    unfinished = [Unfinished(*row) for row in await tx.fetch(_UNFINISHED, {})]
    if unfinished and unfinished[0].goes_on_at <= tx.now:
        first, *others = unfinished
        left = await _next_page(policy, keeper, tx, first)
        unfinished = [*others, *([left] if left else [])]
    return [due[0]._replace(due_at=min(one.goes_on_at for one in unfinished))] if unfinished else []


async def _next_page(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, at: Unfinished
) -> Unfinished | None:
    """Count a page; returns what is left to do for the calendar."""
    values = {"calendar": at.calendar, "version": at.version, "through": at.through, "limit": PAGE}
    page = await tx.fetch(_PAGE, values)
    await _count(policy, keeper, tx, {row[0]: str(row[1]) for row in page if row["behind"]})
    if len(page) == PAGE:
        left = at._replace(through=page[-1][0], goes_on_at=tx.now)
    elif not at.is_last_look:
        left = at._replace(through=_BEGINNING, goes_on_at=at.ordered_at + LAST_LOOK, is_last_look=True)
    else:
        await tx.fetch(_END, {"calendar": at.calendar})
        return None
    await tx.fetch(_NOTE, left._asdict())
    return left


async def _count(policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, behind: Mapping[UUID, str]) -> None:
    """Count these promises to complaints; those that somebody works on get a timer, for when they are free."""
    free = await tx.lock_if_free(set(behind.values())) if behind else set()
    await count_again(policy, keeper, tx, [id_ for id_, subject in behind.items() if subject in free])
    busy = {subject for subject in behind.values() if subject not in free}
    await arm(tx, [Timer(uuid5(_OUR_TIMER, subject), RECOMPUTE, subject, tx.now) for subject in busy])
