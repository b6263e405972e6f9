"""Goes through the open promises of a calendar that has changed until all are counted again (CAL-6)."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.runtime.timers import Timer, TimerHandler

from .calendar_store import LOCK, Timekeeper
from .policy import SlaPolicy
from .promises import load_live_between
from .recompute import RECOMPUTE, count_again
from .walk_pages import BEGINNING, Behind, Place, Walk

WALK = Walk(
    "recount",
    "calendar",
    """
    SELECT promise_id, complaint_id, calendar_version < :version AS behind FROM promise
    WHERE calendar = :key AND settled_at IS NULL AND promise_id > :through ORDER BY promise_id LIMIT :limit
    """,
    timer=UUID("6b0a3a5e-0c1e-4a52-9a3c-5d0f3b7e9d10"),
    kind="recount",
    lock=LOCK,
    afterwards=RECOMPUTE,
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


async def order_recount(tx: Transaction, versions: Mapping[str, int]) -> int:
    """Have every open promise that counts in these calendars looked at again; returns how many. Calendars are locked."""
    values = {"names": list(versions), "versions": list(versions.values()), "beginning": BEGINNING}
    [(promises,)] = await tx.fetch(_ORDER, values)
    await WALK.begin(tx)
    return int(promises)


def timers(policy: SlaPolicy, keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when it goes on."""
    return {WALK.kind: partial(recount, policy, keeper)}


async def recount(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, due: Sequence[Timer]
) -> list[Timer]:
    """Count the next page of the calendar that waits longest, and go on with whatever is left then."""

    async def count(at: Place, behind: Sequence[Behind]) -> None:
        live = await load_live_between(tx, at.key, [one.promise_id for one in behind])
        await count_again(policy, keeper, tx, live.values())

    goes_on_at = await WALK.go_on(tx, await WALK.places(tx), count)
    return [due[0]._replace(due_at=goes_on_at)] if goes_on_at else []
