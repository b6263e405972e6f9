"""Goes through all open promises to have their targets chosen anew by the policy in force (section 2.4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.runtime.timers import Timer, TimerHandler

from .calendar_store import Timekeeper
from .policy import SlaPolicy
from .regrade import Cause, News
from .swap_targets import SWAP, Swap, swap_targets
from .walk_pages import BEGINNING, Behind, Place, Walk

LOCK = "targets"
KNOWN_BY_THEN = timedelta(seconds=30)
"""Until then a replica may not know the version yet that was ordered, and leaves the page to one that does."""
LOOKS_AGAIN = timedelta(seconds=2)

# A complaint is swapped once, whatever was late and so kept its version. At the last look that can be told apart from
# what was promised since by the former policy: only that is still to be done in time.
WALK = Walk(
    "swapping",
    "version",
    """
    SELECT promise_id, complaint_id, policy_version <> :version AND CASE WHEN CAST(:is_last_look AS boolean)
        THEN kind IN ('ACK', 'CONTACT', 'UPDATE', 'SOLVE') AND broken_at IS NULL
            AND (due_at > now() OR paused_since IS NOT NULL)
        ELSE NOT EXISTS (SELECT 1 FROM swap WHERE swap.complaint_id = page.complaint_id
            AND swapped_at >= :ordered_at AND cause = 'POLICY') END AS behind
    FROM (SELECT promise_id, complaint_id, policy_version, kind, broken_at, due_at, paused_since FROM promise
          WHERE settled_at IS NULL AND promise_id > :through ORDER BY promise_id LIMIT :limit) AS page
    ORDER BY promise_id
    """,
    timer=UUID("2f8d1c60-5a3b-4c0e-8e55-0d7a1b9c4e21"),
    kind="swap-pages",
    lock=LOCK,
    afterwards=SWAP,
)
_ORDER = Statement(
    """
    WITH former AS (DELETE FROM swapping WHERE version <> :version),
    ordered AS (
        INSERT INTO swapping (version, through, ordered_at, goes_on_at, is_last_look)
        VALUES (:version, :beginning, now(), now(), false)
        ON CONFLICT (version) DO UPDATE SET through = excluded.through, ordered_at = now(), goes_on_at = now(),
            is_last_look = false)
    SELECT count(DISTINCT complaint_id) FROM promise WHERE settled_at IS NULL AND policy_version <> :version
    """
)


async def order_swapping(tx: Transaction, policy: SlaPolicy) -> int:
    """Have the targets of every complaint chosen anew that has promises of another version; returns how many.

    LOCK is held.
    """
    [(complaints,)] = await tx.fetch(_ORDER, {"version": policy.version, "beginning": BEGINNING})
    await WALK.begin(tx)
    return int(complaints)


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when it goes on."""
    return {WALK.kind: partial(swap_page, policy, keeper)}


async def swap_page(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> list[Timer]:
    """Swap the targets of the next page, and go on where something is left."""

    async def swap(_: Place, behind: Sequence[Behind]) -> None:
        complaints = sorted({one.complaint_id for one in behind})
        swaps = [Swap(complaint_id, News(Cause.POLICY)) for complaint_id in complaints]
        await swap_targets(tx, policy, keeper, swaps)

    places = await WALK.places(tx)
    if any(_is_unknown(one, policy, tx.now) for one in places):
        return [due[0]._replace(due_at=tx.now + LOOKS_AGAIN)]
    goes_on_at = await WALK.go_on(tx, [one._replace(version=policy.version) for one in places], swap)
    return [due[0]._replace(due_at=goes_on_at)] if goes_on_at else []


def _is_unknown(at: Place, policy: SlaPolicy, now: datetime) -> bool:
    return policy.version != at.version and now < at.ordered_at + KNOWN_BY_THEN
