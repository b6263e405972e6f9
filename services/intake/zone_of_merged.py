"""In which zone a customer reads times into whom another was merged: their own, else the other's (CAL-3)."""

from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction

_TAKE_OVER = Statement(
    """
    UPDATE customer SET zone_from_merge = source.zone
    FROM (SELECT coalesce(zone, zone_from_merge) AS zone FROM customer WHERE customer_id = :source) AS source
    WHERE customer_id = :into AND zone_from_merge IS NULL AND source.zone IS NOT NULL
    """
)
_GIVE_BACK = Statement(
    """
    UPDATE customer SET zone_from_merge = (
        SELECT coalesce(other.zone, other.zone_from_merge)
        FROM customer_merge JOIN customer AS other ON other.customer_id = from_id
        WHERE into_id = :into AND undone_at IS NULL AND coalesce(other.zone, other.zone_from_merge) IS NOT NULL
        ORDER BY merge_id LIMIT 1
    )
    WHERE customer_id = :into AND zone_from_merge IS NOT NULL
    """
)


async def take_over_zone(tx: Transaction, source: UUID, into: UUID) -> None:
    """Keep the zone of who was just merged, for where the other has none; the first merge that brought one counts."""
    await tx.fetch(_TAKE_OVER, {"source": source, "into": into})


async def give_back_zone(tx: Transaction, into: UUID) -> None:
    """After a merge was undone: what counts now is what the merges that still stand have brought."""
    await tx.fetch(_GIVE_BACK, {"into": into})
