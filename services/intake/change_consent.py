"""Keeps whether a customer agrees to offers; the last word counts at once, and is told if it is new (OF-7)."""

from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.intake import ConsentChanged
from shared.events.vocabulary import Channel
from shared.runtime.errors import NotFoundError

_KEEP = Statement(
    """
    WITH changed AS (
        UPDATE customer SET marketing_consent = :marketing, updated_at = now()
        WHERE customer_id = :customer AND marketing_consent IS DISTINCT FROM :marketing
        RETURNING customer_id
    )
    SELECT EXISTS (SELECT FROM changed) FROM customer WHERE customer_id = :customer
    """
)


async def change_consent(work: UnitOfWork, customer_id: UUID, marketing: bool, source: Channel) -> bool:
    """Store and tell the consent; true if it was news. Raises NotFoundError."""
    async with work.begin(str(customer_id)) as tx:
        known = await tx.fetch(_KEEP, {"customer": customer_id, "marketing": marketing})
        if not known:
            raise NotFoundError("this customer is not known", "没有这个客户")
        [(changed,)] = known
        if changed:
            tx.publish(
                ConsentChanged(customer_id=customer_id, marketing=marketing, source=source, changed_at=tx.now)
            )
    return bool(changed)
