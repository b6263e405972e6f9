"""Goes through open promises page by page until all are done that something new is said of.

How far it has come lies in the database and moves on with each page, in one transaction with what the page changed:
whatever stops goes on there, in any replica. One timer drives it, so one replica at a time is at it. Some time after
it was ordered all are looked at once more: by then whoever still made promises in the old way is done.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID, uuid5

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.runtime.timers import Timer, arm

PAGE = 1000
BEGINNING = UUID(int=0)
LAST_LOOK = timedelta(minutes=2)
"""So long after the order the last look is taken."""


class Place(NamedTuple):
    """Where a walk is: promises up to `through` are done; at the last look for the second time."""

    key: str
    version: Any
    through: UUID
    ordered_at: datetime
    goes_on_at: datetime
    is_last_look: bool


class Behind(NamedTuple):
    """An open promise that has not heard of it yet."""

    promise_id: UUID
    complaint_id: UUID


Work: TypeAlias = Callable[[Place, Sequence[Behind]], Awaitable[object]]
"""Does what there is to be done for these promises, whose complaints are locked."""


class Walk:
    """One kind of walk.

    table, key: where its places are kept; page: selects promise_id, complaint_id and whether it is behind, of the
    next `:limit` open promises after `:through`, so that a page is short to read wherever it lies; timer, kind: of the
    timer that drives it; lock: the subject of that; afterwards: the kind of the timers of complaints that somebody
    worked on when it was their turn.
    """

    def __init__(
        self, table: str, key: str, page: str, *, timer: UUID, kind: str, lock: str, afterwards: str
    ) -> None:
        self._timer, self.kind, self._lock, self._afterwards = timer, kind, lock, afterwards
        self._page = Statement(page)
        self._places = Statement(
            f"SELECT {key}, version, through, ordered_at, goes_on_at, is_last_look FROM {table}"  # noqa: S608
            f" ORDER BY goes_on_at, {key}"
        )
        self._note = Statement(
            f"UPDATE {table} SET through = :through, goes_on_at = :goes_on_at, is_last_look = :is_last_look"  # noqa: S608
            f" WHERE {key} = :key"
        )
        self._end = Statement(f"DELETE FROM {table} WHERE {key} = :key")  # noqa: S608

    async def begin(self, tx: Transaction) -> None:
        """Go on at once with what was ordered; its lock is held."""
        await arm(tx, [Timer(self._timer, self.kind, self._lock, tx.now)])

    async def places(self, tx: Transaction) -> list[Place]:
        """What is not finished, in the order of its turns."""
        return [Place(*row) for row in await tx.fetch(self._places, {})]

    async def go_on(self, tx: Transaction, places: Sequence[Place], work: Work) -> datetime | None:
        """Do the next page of the one that waits longest; returns when it goes on, None if all is done."""
        if places and places[0].goes_on_at <= tx.now:
            first, *others = places
            left = await self._next_page(tx, first, work)
            places = [*others, *([left] if left else [])]
        return min((one.goes_on_at for one in places), default=None)

    async def _next_page(self, tx: Transaction, at: Place, work: Work) -> Place | None:
        asked = at._asdict() | {"limit": PAGE}
        page = await tx.fetch(self._page, asked)
        await self._do(tx, at, [Behind(row[0], row[1]) for row in page if row["behind"]], work)
        if len(page) == PAGE:
            left = at._replace(through=page[-1][0], goes_on_at=tx.now)
        elif not at.is_last_look:
            left = at._replace(through=BEGINNING, goes_on_at=at.ordered_at + LAST_LOOK, is_last_look=True)
        else:
            await tx.fetch(self._end, {"key": at.key})
            return None
        await tx.fetch(self._note, left._asdict())
        return left

    async def _do(self, tx: Transaction, at: Place, behind: Sequence[Behind], work: Work) -> None:
        """Those of complaints that somebody works on have their turn when they are free."""
        subjects = {str(one.complaint_id) for one in behind}
        free = await tx.lock_if_free(subjects) if subjects else set()
        if free:
            await work(at, [one for one in behind if str(one.complaint_id) in free])
        busy = sorted(subjects - free)
        await arm(tx, [Timer(uuid5(self._timer, one), self._afterwards, one, tx.now) for one in busy])
