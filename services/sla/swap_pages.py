"""Goes through all open promises page by page to have their targets chosen anew by the policy in force (section 2.4).

How far it has come lies in the database and moves on with each page, in one transaction with what the page changed:
whatever stops goes on there, in any replica. One timer drives it, so one replica at a time is at it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid5

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.runtime.timers import Timer, TimerHandler, arm

from .calendar_store import Timekeeper
from .policy import SlaPolicy
from .regrade import Cause, News
from .swap_targets import SWAP, Swap, swap_targets

LOCK = "targets"
PAGES = "swap-pages"
PAGE = 1000
KNOWN_BY_THEN = timedelta(seconds=30)
"""Until then a replica may not know the version yet that was ordered, and leaves the page to one that does."""
LOOKS_AGAIN = timedelta(seconds=2)

_OUR_TIMER = UUID("2f8d1c60-5a3b-4c0e-8e55-0d7a1b9c4e21")
_BEGINNING = UUID(int=0)
_ORDER = Statement(
    """
    WITH former AS (DELETE FROM swapping WHERE version <> :version),
    ordered AS (
        INSERT INTO swapping (version, through, ordered_at) VALUES (:version, :beginning, now())
        ON CONFLICT (version) DO UPDATE SET through = excluded.through, ordered_at = now())
    SELECT count(DISTINCT complaint_id) FROM promise WHERE settled_at IS NULL AND policy_version <> :version
    """
)
_UNFINISHED = Statement("SELECT version, through, ordered_at FROM swapping")
# Whether a promise is behind is asked after the page is cut out, so that a page is short to read wherever it lies.
_PAGE = Statement(
    """
    SELECT promise_id, complaint_id, policy_version <> :version AND NOT EXISTS (
        SELECT 1 FROM swap WHERE swap.complaint_id = page.complaint_id AND swapped_at >= :ordered_at
            AND cause = 'POLICY') AS behind
    FROM (SELECT promise_id, complaint_id, policy_version FROM promise
          WHERE settled_at IS NULL AND promise_id > :through ORDER BY promise_id LIMIT :limit) AS page
    ORDER BY promise_id
    """
)
_NOTE = Statement("UPDATE swapping SET through = :through WHERE version = :version")
_END = Statement("DELETE FROM swapping WHERE version = :version")


class Unfinished(NamedTuple):
    """A version of which promises up to `through` are done."""

    version: str
    through: UUID
    ordered_at: datetime


async def order_swapping(tx: Transaction, policy: SlaPolicy) -> int:
    """Have the targets of every complaint chosen anew that has promises of another version; returns how many.

    LOCK is held.
    """
    [(complaints,)] = await tx.fetch(_ORDER, {"version": policy.version, "beginning": _BEGINNING})
    await arm(tx, [Timer(_OUR_TIMER, PAGES, LOCK, tx.now)])
    return int(complaints)


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when it goes on."""
    return {PAGES: partial(swap_page, policy, keeper)}


async def swap_page(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> list[Timer]:
    """Swap the targets of the next page, and go on where something is left."""
    for version, through, ordered_at in await tx.fetch(_UNFINISHED, {}):
        at = Unfinished(version, through, ordered_at)
        if policy.version != at.version and tx.now < at.ordered_at + KNOWN_BY_THEN:
            return [due[0]._replace(due_at=tx.now + LOOKS_AGAIN)]
        if await _swap_next(policy, keeper, tx, at):
            return [due[0]._replace(due_at=tx.now)]
    return []


async def _swap_next(policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, at: Unfinished) -> bool:
    """Swap a page; returns whether there is more. Complaints that somebody works on have their turn when they are free."""
    asked = {"version": policy.version, "ordered_at": at.ordered_at, "through": at.through, "limit": PAGE}
    page = await tx.fetch(_PAGE, asked)
    behind = {str(row["complaint_id"]) for row in page if row["behind"]}
    free = await tx.lock_if_free(behind) if behind else set()
    swaps = [Swap(UUID(complaint_id), News(Cause.POLICY)) for complaint_id in sorted(free & behind)]
    if swaps:
        await swap_targets(tx, policy, keeper, swaps)
    await arm(tx, [Timer(uuid5(_OUR_TIMER, busy), SWAP, busy, tx.now) for busy in sorted(behind - free)])
    if len(page) < PAGE:
        await tx.fetch(_END, {"version": at.version})
        return False
    await tx.fetch(_NOTE, {"version": at.version, "through": page[-1][0]})
    return True
