"""Keeps whether a customer agrees to offers; the last word counts at once, and is told if it is new (OF-7)."""

from uuid import UUID

from sqlalchemy import select, update

from shared.bus.unit_of_work import UnitOfWork
from shared.events.intake import ConsentChanged
from shared.events.vocabulary import Channel
from shared.runtime.errors import NotFoundError

from .tables import customer


async def change_consent(work: UnitOfWork, customer_id: UUID, marketing: bool, source: Channel) -> bool:
    """Store and tell the consent; true if it was news. Raises NotFoundError."""
    async with work.begin(str(customer_id)) as tx:
        found = await tx.connection.execute(
            select(customer.c.marketing_consent).where(customer.c.customer_id == customer_id)
        )
        row = found.first()
        if row is None:
            raise NotFoundError("this customer is not known", "没有这个客户")
        if row.marketing_consent == marketing:
            return False
        await tx.connection.execute(
            update(customer)
            .where(customer.c.customer_id == customer_id)
            .values(marketing_consent=marketing, updated_at=tx.now)
        )
        tx.publish(
            ConsentChanged(customer_id=customer_id, marketing=marketing, source=source, changed_at=tx.now)
        )
    return True
